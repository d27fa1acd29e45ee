package io.lockstep.agent.send;

import io.lockstep.telemetry.config.ByteSize;
import io.lockstep.telemetry.otlp.Signal;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A further destination that gets what the collector gets, over OTLP/HTTP, as well as can be: what
/// does not fit into its queue while it is slow or away is dropped and counted.
///
/// @param name what it is called in metrics and in the log: letters, digits, `-` and `_`
/// @param url like `https://otlp.example:4318`, without `/v1/metrics`
/// @param headersFile headers of each request, as an API key: a line `Name: value` each; null for
///   none
/// @param caFile PEM file of the certificates to trust; null for the JDK's own
/// @param compression null for gzip
/// @param signals what it gets; null for all
/// @param queue compressed bytes that wait at most; null for 4MiB
/// @param timeout for connecting, and again for the answer; null for 10s
public record Forward(
    String name,
    URI url,
    @Nullable Path headersFile,
    @Nullable Path caFile,
    @Nullable Compression compression,
    @Nullable List<Signal> signals,
    @Nullable ByteSize queue,
    @Nullable Duration timeout) {
  private static final ByteSize QUEUE = ByteSize.ofMebibytes(4);
  private static final long QUEUE_MIN = 64 << 10;
  private static final long QUEUE_MAX = 64 << 20;
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  /// How bodies are sent.
  public enum Compression {
    GZIP,
    NONE
  }

  public Forward {
    if (!name.matches("[A-Za-z0-9][A-Za-z0-9_-]{0,62}")) {
      throw new IllegalArgumentException(
          "forward: name must be of letters, digits, - and _, is \"" + name + "\"");
    }
    Collector.checkUrl(url);
    signals = signals == null ? null : List.copyOf(signals);
    if (signals != null && signals.isEmpty()) {
      throw new IllegalArgumentException(
          "forward " + name + ": signals must be some of metrics, logs, traces");
    }
    if (queue != null && (queue.bytes() < QUEUE_MIN || queue.bytes() > QUEUE_MAX)) {
      throw new IllegalArgumentException(
          "forward " + name + ": queue must be 64KiB to 64MiB, is " + queue);
    }
  }

  /// Checks that no two have one name.
  ///
  /// @throws IllegalArgumentException when they have
  public static void checkNames(List<Forward> all) {
    if (all.size() != all.stream().map(Forward::name).distinct().count()) {
      throw new IllegalArgumentException("forward: two destinations have one name");
    }
  }

  boolean wants(Signal signal) {
    return signals == null || signals.contains(signal);
  }

  boolean plain() {
    return compression == Compression.NONE;
  }

  long queueBytes() {
    return (queue == null ? QUEUE : queue).bytes();
  }

  /// How it is spoken to.
  Collector.Config connection() {
    return new Collector.Config(null, caFile, timeout == null ? TIMEOUT : timeout);
  }
}
