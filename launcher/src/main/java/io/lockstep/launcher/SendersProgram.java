package io.lockstep.launcher;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockstep.simulator.Senders;
import io.lockstep.simulator.Tally;
import io.lockstep.simulator.Wire;
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

  /// Loads a collector.
  ///
  /// @param arguments URL, servers, `1s` or `max`, `gzip` or `plain`, the milliseconds of warm-up
  ///   and of measuring, the [Wire], the file of the token or nothing, and whether to say `goodbye`
  public static void main(String[] arguments) throws Exception {
    endWithInput();
    var config =
        new Senders.Config(
            URI.create(arguments[0]),
            arguments[7].isEmpty() ? null : Files.readString(Path.of(arguments[7])).strip(),
            Integer.parseInt(arguments[1]),
            arguments[2].equals("1s"),
            arguments[3].equals("gzip"),
            Wire.valueOf(arguments[6]));
    try (var senders = new Senders(config)) {
      System.out.println("ready");
      senders.start();
      Thread.sleep(Long.parseLong(arguments[4]));
      Tally warmUp = senders.next();
      System.out.println("measuring");
      Thread.sleep(Long.parseLong(arguments[5]));
      System.out.println("ending");
      boolean answered = senders.end(LAST_ANSWERS);
      var result = new Result(Count.of(warmUp), Count.of(senders.tally()), !answered);
      System.out.println(JSON.writeValueAsString(result));
      if (arguments[8].equals("goodbye")) {
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
