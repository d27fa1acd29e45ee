package io.lockstep.collector.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// One reader of the live stream. A reader that does not keep up is not told of some ticks, which
/// is counted, and then of everything at once; one that does not read at all is disconnected.
final class LiveStream {
  /// What may wait for a reader. A tick is only written when less waits, so that what waits is
  /// bounded by this and one tick more.
  private static final int MOST_BYTES_WAITING = 256 * 1024;

  private static final Duration LONGEST_BLOCKED = Duration.ofSeconds(60);

  private final HttpServerResponse response;
  private final @Nullable GpuMetric metric;
  private final BooleanSupplier allowed;
  private final HttpCounts counts;
  private boolean knowsLast;
  private long writtenNanos = System.nanoTime();

  /// @param metric the metric that the reader colours cells by; null for none
  /// @param allowed whether the reader may still read: its session is not over
  LiveStream(
      HttpServerResponse response,
      @Nullable GpuMetric metric,
      BooleanSupplier allowed,
      HttpCounts counts) {
    this.response = response;
    this.metric = metric;
    this.allowed = allowed;
    this.counts = counts;
  }

  /// Sends the headers.
  void begin() {
    response
        .setChunked(true)
        .setWriteQueueMaxSize(MOST_BYTES_WAITING)
        .putHeader("Content-Type", "text/event-stream")
        .putHeader("Cache-Control", "no-store")
        .putHeader("Content-Encoding", "identity")
        .putHeader("X-Accel-Buffering", "no")
        .write("retry: 2000\n\n");
  }

  /// Tells the reader of a tick, or leaves it out.
  void tell(Tick tick) {
    if (response.closed() || response.ended()) {
      return;
    }
    if (response.writeQueueFull()) {
      knowsLast = false;
      counts.dropped();
      return;
    }
    Buffer text = knowsLast ? tick.changes(metric) : tick.full(metric);
    knowsLast = true;
    writtenNanos = System.nanoTime();
    counts.told(text.length());
    response.write(text);
  }

  /// Ends the connection of a reader that stopped reading or whose session is over.
  void endWhenOver() {
    if (System.nanoTime() - writtenNanos > LONGEST_BLOCKED.toNanos()) {
      counts.stuck();
      response.reset();
    } else if (!allowed.getAsBoolean()) {
      response.end();
    }
  }
}
