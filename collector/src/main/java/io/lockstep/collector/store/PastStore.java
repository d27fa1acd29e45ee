package io.lockstep.collector.store;

import io.lockstep.collector.window.ClosedSpan;
import io.lockstep.collector.window.Watched;
import io.lockstep.telemetry.contract.Table;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.TimeUnit;
import okhttp3.RequestBody;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps the window's spans of ten minutes in the default store, so that a collector that is
/// started again has its last day at once. Written when a span is over, some thousand rows at a
/// time; what the store does not take now is tried again, and nothing waits for it.
public final class PastStore implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PastStore.class);

  /// Some hours of one cluster: what is not stored by then is of little use.
  private static final int QUEUE = 64;

  private static final int ROWS = 1000;

  /// The default store ignores both names; the client wants some.
  private static final LinePost.Target TARGET =
      new LinePost.Target("lockstep", "lockstep", false, null);

  private static final Duration PAUSE = Duration.ofSeconds(5);

  /// A span that is over, with those that it speaks of.
  private record Over(String cluster, Table table, ClosedSpan span, List<Watched> subjects) {}

  private final QuestDbServer server;
  private final LinkedBlockingDeque<Over> waiting = new LinkedBlockingDeque<>(QUEUE);
  private final Thread thread;
  private boolean failed;
  private volatile boolean busy;
  private volatile boolean closing;

  public PastStore(QuestDbServer server) {
    this.server = server;
    this.thread = Thread.ofPlatform().daemon().name("past").start(this::run);
  }

  /// Keeps a span. Any thread; never waits: when too many wait already the oldest is given up.
  ///
  /// @param subjects in the order of their indexes
  public void keep(String cluster, Table table, ClosedSpan span, List<Watched> subjects) {
    var over = new Over(cluster, table, span, List.copyOf(subjects));
    while (!waiting.offerLast(over)) {
      waiting.pollFirst();
    }
  }

  /// Spans that are not stored yet.
  public int waiting() {
    return waiting.size() + (busy ? 1 : 0);
  }

  private void run() {
    try {
      while (!closing) {
        busy = !waiting.isEmpty();
        Over over = waiting.pollFirst(1, TimeUnit.SECONDS);
        if (over != null) {
          write(over);
        }
      }
    } catch (InterruptedException e) {
      LOG.debug("past stopped", e);
    }
  }

  private void write(Over over) throws InterruptedException {
    try {
      while (!written(over)) {
        Thread.sleep(PAUSE);
      }
    } catch (RuntimeException e) {
      // A fault of ours in one span must not end the writing of all others.
      LOG.error("ten minutes can't be written table={}", over.table.tableName(), e);
    }
  }

  private boolean written(Over over) {
    try (var post = new LinePost(server::address, TARGET)) {
      int subjects = Math.min(over.span.subjects(), over.subjects.size());
      for (int from = 0; from < subjects; from += ROWS) {
        int to = Math.min(subjects, from + ROWS);
        Lines lines = PastTable.lines(over.cluster, over.table, over.span, over.subjects, from, to);
        if (lines.count() > 0) {
          check(post.post(RequestBody.create(lines.text())));
        }
      }
      failed = false;
      return true;
    } catch (IOException e) {
      if (!failed) {
        LOG.warn("the last ten minutes are not in the store yet reason=\"{}\"", e.getMessage());
      }
      failed = true;
      return false;
    }
  }

  private static void check(LinePost.Answer answer) throws IOException {
    switch (answer) {
      case LinePost.Answer.Taken _ -> {}
      case LinePost.Answer.Dropped(long lines, String reason) ->
          LOG.warn("the store dropped spans lines={} reason=\"{}\"", lines, reason);
      case LinePost.Answer.Refused(int _, String reason) -> throw new IOException(reason);
      case LinePost.Answer.NotNow(String reason) -> throw new IOException(reason);
    }
  }

  /// Stops; what is not written stays in the raw rows, from which it is put together again when
  /// that is soon.
  @Override
  public void close() {
    closing = true;
    thread.interrupt();
    try {
      thread.join(TimeUnit.SECONDS.toMillis(2));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
