package io.lockstep.collector.store;

import io.questdb.Bootstrap;
import io.questdb.PropBootstrapConfiguration;
import io.questdb.ServerMain;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The child process: QuestDB on one data folder. It lives as long as its standard input is open,
/// so it never outlives the collector, not even after the collector's `kill -9`.
///
/// On standard output it says `lockstep: ready port=N` or `lockstep: failed REASON`, and of read
/// access `lockstep: read port=N` or `lockstep: unread REASON`, and of [QuestDbExport] `lockstep:
/// export port=N` before that, among QuestDB's own lines.
public final class QuestDbMain {
  static final String READY = "lockstep: ready port=";
  static final String FAILED = "lockstep: failed ";
  static final String READ = "lockstep: read port=";
  static final String UNREAD = "lockstep: unread ";
  static final String EXPORT = "lockstep: export port=";

  /// A folder is free a moment after its former owner died; a restarted collector waits for that.
  private static final int LOCK_SECONDS = 15;

  private static final int STOP_SECONDS = 10;

  private final CountDownLatch told = new CountDownLatch(1);
  private volatile @Nullable ServerMain server;

  private QuestDbMain() {}

  /// Runs until standard input ends.
  ///
  /// @param args the data folder; its collector's process id, for whoever looks at the command
  ///   line; the address for readers, empty where they are not let in
  public static void main(String[] args) throws Exception {
    new QuestDbMain().run(Path.of(args[0]), args[2]);
  }

  private void run(Path folder, String readers) throws Exception {
    Thread.ofPlatform().daemon().name("standard-input").start(this::stopAtEndOfInput);
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(this::close));
    // Held until the process ends.
    try (FileChannel lock = lock(folder)) {
      lock.write(StandardCharsets.US_ASCII.encode(ProcessHandle.current().pid() + "\n"));
      boolean read = !readers.isEmpty() && free(readers);
      var main = new ServerMain(new Bootstrap(new Plain(read), "-d", folder.toString()));
      main.start();
      server = main;
      if (read) {
        System.out.println(READ + main.getPgWireServerPort());
      }
      System.out.println(EXPORT + QuestDbExport.start(main.getEngine(), folder));
      System.out.println(READY + main.getHttpServerPort());
      new CountDownLatch(1).await();
    } finally {
      if (server == null) {
        // QuestDB's threads would keep a half-started process alive for ever.
        Thread.ofPlatform().daemon().start(() -> haltAfter(1));
      }
    }
  }

  /// Takes the folder's lock; its file tells others who has it.
  private static FileChannel lock(Path folder) throws IOException, InterruptedException {
    Path file = folder.resolve("lock");
    var channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LOCK_SECONDS);
    while (channel.tryLock() == null) {
      if (System.nanoTime() > end) {
        System.out.println(
            FAILED
                + folder
                + " is in use by process "
                + Files.readString(file).strip()
                + "; stop it, or choose another data folder");
        Runtime.getRuntime().halt(3);
      }
      Thread.sleep(100);
    }
    channel.truncate(0);
    return channel;
  }

  /// Whether the address can be had. QuestDB would not start at all without it, and storing goes
  /// before reading.
  private static boolean free(String address) {
    int colon = address.lastIndexOf(':');
    try (var socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(
          new InetSocketAddress(
              address.substring(0, colon), Integer.parseInt(address.substring(colon + 1))));
      return true;
    } catch (IOException e) {
      System.out.println(
          UNREAD
              + address
              + ": "
              + e.getMessage()
              + "; free it and start the collector anew, or set store.read_access.address");
      return false;
    }
  }

  private void stopAtEndOfInput() {
    try (InputStream in = System.in) {
      in.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      // A broken pipe says the same as its end.
    }
    told.countDown();
    Thread.ofPlatform().daemon().start(() -> haltAfter(STOP_SECONDS));
    System.exit(0);
  }

  /// Ctrl-C reaches the collector and this process together: the server stays up until the
  /// collector has said its last and closes the input.
  private void close() {
    try {
      if (!told.await(STOP_SECONDS, TimeUnit.SECONDS)) {
        System.out.println("lockstep: asked to stop by a signal, not by the collector");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    ServerMain running = server;
    if (running != null) {
      running.close();
    }
  }

  private static void haltAfter(int seconds) {
    try {
      Thread.sleep(TimeUnit.SECONDS.toMillis(seconds));
    } catch (InterruptedException e) {
      // Halts at once, then.
    }
    Runtime.getRuntime().halt(1);
  }

  /// Without the web console's files and the banner. Its parent must be this one: with QuestDB's
  /// default configuration the user and password in `server.conf` are not asked for.
  private static final class Plain extends PropBootstrapConfiguration {
    private final boolean read;

    Plain(boolean read) {
      this.read = read;
    }

    @Override
    public String getBanner() {
      return "";
    }

    /// Goes before the settings' file; the process's own environment has nothing of QuestDB.
    @Override
    public Map<String, String> getEnv() {
      return Map.of("QDB_PG_ENABLED", String.valueOf(read));
    }

    @Override
    public boolean useSite() {
      return false;
    }
  }
}
