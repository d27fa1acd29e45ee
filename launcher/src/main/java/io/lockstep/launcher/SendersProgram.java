package io.lockstep.launcher;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockstep.simulator.Senders;
import io.lockstep.simulator.Tally;
import io.lockstep.simulator.Wire;
import io.lockstep.simulator.Yardstick;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/// The program that loads a collector for `lockstep bench ingest`, a process of its own so that
/// what it costs is known apart. Says what it does in lines of JSON on standard output, and ends
/// when its standard input does.
final class SendersProgram {
  private static final Duration LAST_ANSWERS = Duration.ofSeconds(15);

  /// Until whoever measures has looked at what became of the load alone.
  private static final Duration SEEN = Duration.ofSeconds(3);

  private static final ObjectMapper JSON = new ObjectMapper();

  private SendersProgram() {}

  /// What a stretch of sending came to, as it is said.
  ///
  /// @param sent points, as all counts here
  /// @param bytes of requests
  /// @param refused points by reason
  /// @param medianNanos from when a request was due to its answer
  record Count(
      long sent,
      long acknowledged,
      long bytes,
      Map<String, Long> refused,
      long medianNanos,
      long p99Nanos,
      long longestNanos) {
    static Count of(Tally tally) {
      var latencies = tally.latencies();
      return new Count(
          tally.sent(),
          tally.acknowledged(),
          tally.bytes(),
          tally.refused(),
          latencies.at(0.5).toNanos(),
          latencies.at(0.99).toNanos(),
          latencies.longest().toNanos());
    }
  }

  /// The last line.
  ///
  /// @param unanswered whether answers had not come when it gave up
  record Result(Count warmUp, Count measured, boolean unanswered) {}

  /// What it is told.
  ///
  /// @param url of the collector
  /// @param tokenFile holds the token that is sent; empty for none
  /// @param warmUpMillis how long is sent before it is measured
  /// @param lengthMillis how long is measured
  /// @param goodbye whether the servers' agents say at the end that they stop
  record Order(
      String url,
      String tokenFile,
      int servers,
      boolean everySecond,
      boolean gzip,
      Wire wire,
      Yardstick shape,
      long warmUpMillis,
      long lengthMillis,
      boolean goodbye) {
    private Senders.Config config() throws IOException {
      return new Senders.Config(
          URI.create(url),
          tokenFile.isEmpty() ? null : Files.readString(Path.of(tokenFile)).strip(),
          servers,
          everySecond,
          gzip,
          wire,
          shape);
    }

    String json() throws IOException {
      return JSON.writeValueAsString(this);
    }
  }

  /// Loads a collector.
  ///
  /// @param arguments an [Order] as JSON
  public static void main(String[] arguments) throws Exception {
    endWithInput();
    Order order = JSON.readValue(arguments[0], Order.class);
    try (var senders = new Senders(order.config())) {
      System.out.println("ready");
      senders.start();
      Thread.sleep(order.warmUpMillis);
      Tally warmUp = senders.next();
      System.out.println("measuring");
      Thread.sleep(order.lengthMillis);
      System.out.println("ending");
      boolean answered = senders.end(LAST_ANSWERS);
      var result = new Result(Count.of(warmUp), Count.of(senders.tally()), !answered);
      System.out.println(JSON.writeValueAsString(result));
      if (order.goodbye) {
        Thread.sleep(SEEN);
        senders.sayGoodbye();
      }
      System.out.println("bye");
      new CountDownLatch(1).await(); // what it has cost can be looked at until its input ends
    }
  }

  private static void endWithInput() {
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          try {
            while (System.in.read() >= 0) {
              // Nobody says anything.
            }
          } catch (IOException _) {
            // Gone all the same.
          }
          System.exit(1);
        });
  }
}
