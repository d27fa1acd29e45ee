package io.lockstep.collector.http;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One cluster's views, made at most once a second however many ask, and the live streams that are
/// told of each. Belongs to one event loop; only the views are made on a worker.
final class Feed {
  private static final long FRESH_NANOS = 900_000_000L;

  private final Vertx vertx;
  private final Views views;
  private final InstantSource clock;
  private final HttpCounts counts;
  private final List<LiveStream> streams = new ArrayList<>();
  private long madeNanos;
  private @Nullable Tick last;
  private @Nullable Future<Tick> making;

  Feed(Vertx vertx, Views views, InstantSource clock, HttpCounts counts) {
    this.vertx = vertx;
    this.views = views;
    this.clock = clock;
    this.counts = counts;
  }

  /// What is known now, or was known less than a second ago.
  Future<Snapshot> snapshot() {
    Tick known = last;
    if (known != null && System.nanoTime() - madeNanos < FRESH_NANOS) {
      return Future.succeededFuture(known.snapshot());
    }
    return make().map(Tick::snapshot);
  }

  /// Adds a reader; it is told all at once.
  void add(LiveStream stream) {
    streams.add(stream);
    make();
  }

  /// Takes a reader away; false when it was gone already.
  boolean remove(LiveStream stream) {
    return streams.remove(stream);
  }

  /// Tells every reader what has changed. Does nothing without readers.
  void tick() {
    List.copyOf(streams).forEach(LiveStream::endWhenOver);
    if (!streams.isEmpty()) {
      make();
    }
  }

  private Future<Tick> make() {
    Future<Tick> underway = making;
    if (underway != null) {
      return underway;
    }
    Instant now = clock.instant();
    long startNanos = System.nanoTime();
    Tick before = last;
    Future<Tick> next =
        vertx.executeBlocking(() -> new Tick(views.at(now), before)).map(Objects::requireNonNull);
    // Before the handlers: they may run at once.
    making = next;
    next.onComplete(_ -> making = null);
    next.onSuccess(tick -> {
      counts.viewMade();
      last = tick;
      madeNanos = startNanos;
      streams.forEach(stream -> stream.tell(tick));
    });
    next.onFailure(counts::viewFailed);
    return next;
  }
}
