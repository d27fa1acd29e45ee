package io.lockstep.agent;

import io.lockstep.agent.budget.Leftovers;
import io.lockstep.agent.sample.Once;
import io.lockstep.agent.sample.Samplers;
import io.lockstep.telemetry.config.ConfigException;
import io.lockstep.telemetry.config.FileProblem;
import io.lockstep.telemetry.systemd.ServiceNotice;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The agent as a process: from its start until a signal, or the end of standard input.
final class Lifetime {
  private static final Logger LOG = LoggerFactory.getLogger(Lifetime.class);

  /// What the process ends with when it is used or configured wrongly.
  static final int EXIT_CONFIG = 2;

  private static final int EXIT_BUG = 1;
  private static final long STOP_SECONDS = 8;

  private final Flags flags;

  /// Whether the file that is in force says nothing. At start, then on the thread that reloads.
  private volatile boolean blankBefore;

  Lifetime(Flags flags) {
    this.flags = flags;
  }

  static String version() {
    String version = Lifetime.class.getPackage().getImplementationVersion();
    return version == null ? "source" : version;
  }

  /// Reads the configuration and runs.
  ///
  /// @return what the process ends with
  int begin() {
    try {
      Config config = flags.config();
      Check.root(config.root());
      run(config);
      return 0;
    } catch (ConfigException | IllegalArgumentException e) {
      return misconfigured(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      return misconfigured(FileProblem.words(e));
    } catch (InterruptedException | RuntimeException e) {
      e.printStackTrace();
      return EXIT_BUG;
    }
  }

  private static int misconfigured(String problem) {
    System.err.println("lockstep agent: " + problem);
    return EXIT_CONFIG;
  }

  /// Runs until stopped.
  void run(Config config) throws IOException, ConfigException, InterruptedException {
    var service = ServiceNotice.of(System.getenv(), ProcessHandle.current().pid());
    String blank = flags.blank();
    blankBefore = !blank.isEmpty();
    if (blankBefore) {
      LOG.warn("configuration {}", blank);
    }
    var daemon = new Daemon(this::checkedConfig, version(), service);
    var ended = new CountDownLatch(1);
    stopOnSignal(daemon, ended);
    Hangup.onSignal(daemon::reload);
    Leftovers.clear();
    try {
      daemon.run(config);
    } finally {
      ended.countDown();
    }
  }

  /// A file that was cut off, by an editor or a full disk, would put the defaults in the place of
  /// all that it said.
  private Config checkedConfig() throws ConfigException, IOException {
    boolean blank = !flags.blank().isEmpty();
    if (blank && !blankBefore) {
      throw new ConfigException(
          flags.file()
              + " is empty, as after a full disk or a write that was cut off; write {} into it if"
              + " every default is meant");
    }
    Config config = flags.config();
    Check.root(config.root());
    new Check(config, flags::mistakes).files();
    blankBefore = blank;
    return config;
  }

  /// The name that this server goes by.
  static String hostName(Config config) throws IOException {
    if (config.host() != null) {
      return config.host();
    }
    if (!Samplers.live(config.root())) {
      return Once.UNKNOWN_HOST;
    }
    Path kernel = Path.of("/proc/sys/kernel/hostname");
    String name =
        Files.isReadable(kernel)
            ? Files.readString(kernel).strip()
            : InetAddress.getLocalHost().getHostName();
    return String.valueOf(config.withHost(name).host());
  }

  /// The JVM ends when this hook does: so it waits until the agent has handed over what it can.
  private void stopOnSignal(Daemon daemon, CountDownLatch ended) {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  daemon.stop();
                  awaitEnd(ended);
                },
                "stop"));
    if (flags.exitWithStdin()) {
      Thread.ofPlatform().daemon().name("stdin").start(() -> awaitEndOfInput(daemon));
    }
  }

  private static void awaitEnd(CountDownLatch ended) {
    try {
      if (!ended.await(STOP_SECONDS, TimeUnit.SECONDS)) {
        System.err.println("lockstep agent: could not end in time; what is spooled stays");
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private static void awaitEndOfInput(Daemon daemon) {
    try (InputStream in = System.in) {
      in.skip(Long.MAX_VALUE);
      while (in.read() >= 0) {
        // whatever it says, only its end counts
      }
    } catch (IOException _) {
      // as good as its end
    }
    daemon.stop();
  }
}
