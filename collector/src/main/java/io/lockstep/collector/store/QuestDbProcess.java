package io.lockstep.collector.store;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One run of the child process, from its start to its end.
final class QuestDbProcess {
  private static final Logger LOG = LoggerFactory.getLogger(QuestDbProcess.class);
  private static final long CONSOLE_BYTES = 8 << 20;

  private final Process process;

  private volatile int readPort;
  private volatile int exportPort;

  /// The port, once QuestDB listens; fails with what the child said when it does not come to that.
  private final CompletableFuture<Integer> port = new CompletableFuture<>();

  private QuestDbProcess(Process process) {
    this.process = process;
  }

  /// Starts the child with the same Java as this process.
  ///
  /// @param heapMebibytes bound of the child's Java heap; what QuestDB keeps beside it is page
  ///   cache and its native buffers
  static QuestDbProcess start(QuestDbFolder folder, int heapMebibytes, String classPath)
      throws IOException {
    var builder =
        new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heapMebibytes + "m",
                "-Xms32m",
                "-XX:+UseSerialGC",
                "-XX:+ExitOnOutOfMemoryError",
                "-Djava.io.tmpdir=" + folder.unpacked(),
                "-XX:ErrorFile=" + folder.root().resolve("crash.log"),
                "--sun-misc-unsafe-memory-access=allow",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classPath,
                QuestDbMain.class.getName(),
                folder.root().toString(),
                Long.toString(ProcessHandle.current().pid()),
                folder.readers()));
    // QuestDB takes any setting from a variable of this prefix, the address it binds to included.
    builder.environment().keySet().removeIf(name -> name.startsWith("QDB_"));
    builder.redirectErrorStream(true);
    var console = new BoundedFile(folder.console(), CONSOLE_BYTES);
    var child = new QuestDbProcess(builder.start());
    Thread.ofVirtual().name("questdb-console").start(() -> child.read(console));
    return child;
  }

  private void read(BoundedFile console) {
    String last = "it ended without a word";
    try (console;
        BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        keep(console, line);
        if (line.startsWith(QuestDbMain.READY)) {
          port.complete(Integer.valueOf(line.substring(QuestDbMain.READY.length())));
        } else if (line.startsWith(QuestDbMain.READ)) {
          readPort = Integer.parseInt(line.substring(QuestDbMain.READ.length()));
        } else if (line.startsWith(QuestDbMain.EXPORT)) {
          exportPort = Integer.parseInt(line.substring(QuestDbMain.EXPORT.length()));
        } else if (line.startsWith(QuestDbMain.UNREAD)) {
          LOG.error(
              "questdb read_access off reason=\"{}\"", line.substring(QuestDbMain.UNREAD.length()));
        } else if (line.startsWith(QuestDbMain.FAILED)) {
          port.completeExceptionally(new IOException(line.substring(QuestDbMain.FAILED.length())));
        } else if (!line.startsWith("\t") && !line.isBlank()) {
          last = line;
        }
      }
    } catch (IOException e) {
      LOG.warn("questdb console lost reason={}", e.getMessage());
    }
    port.completeExceptionally(new IOException(last));
  }

  /// A disk that is full must not keep us from reading on: the child would stand still.
  private static void keep(BoundedFile console, String line) {
    try {
      console.line(line);
    } catch (IOException e) {
      LOG.debug("questdb console line lost", e);
    }
  }

  /// Done when QuestDB listens, and when it is clear that it will not.
  CompletableFuture<Integer> listening() {
    return port;
  }

  /// The port it listens on.
  ///
  /// @throws IOException when it does not listen; the message is what the child said
  int port() throws IOException {
    return switch (port.state()) {
      case SUCCESS -> port.resultNow();
      case FAILED -> throw new IOException(port.exceptionNow().getMessage());
      case RUNNING, CANCELLED -> throw new IOException("it does not listen yet");
    };
  }

  /// The port for readers, once QuestDB listens; 0 when they are not let in.
  int readPort() {
    return readPort;
  }

  /// The port of [QuestDbExport], once QuestDB listens; 0 before.
  int exportPort() {
    return exportPort;
  }

  /// Done when the child has ended.
  CompletableFuture<Process> ended() {
    return process.onExit();
  }

  long pid() {
    return process.pid();
  }

  boolean alive() {
    return process.isAlive();
  }

  /// How it ended, for a log line; only after it has.
  String ending() {
    int code = process.exitValue();
    return code > 128 ? "signal " + (code - 128) : "exit code " + code;
  }

  /// Asks the child to close its tables and end; kills it when it does not within the bound.
  void stop(Duration atMost) {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      LOG.debug("questdb input already closed", e);
    }
    try {
      if (!process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.warn("questdb killed reason=\"did not end within {} s\"", atMost.toSeconds());
        kill();
      }
    } catch (InterruptedException e) {
      kill();
      Thread.currentThread().interrupt();
    }
  }

  void kill() {
    process.destroyForcibly();
  }
}
