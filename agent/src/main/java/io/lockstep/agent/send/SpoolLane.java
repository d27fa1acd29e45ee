package io.lockstep.agent.send;

import io.lockstep.agent.spool.Spool;
import io.lockstep.agent.spool.Spooled;
import io.lockstep.telemetry.otlp.BatchId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sends what waits in the spool, the oldest first, one batch at a time and not too fast, so that a
/// backlog takes little from what is live. One thread of its own.
final class SpoolLane implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SpoolLane.class);

  /// A batch over which the connection breaks so often, while others get through, must not block
  /// those behind it for ever.
  private static final int BREAKS_MAX = 3;

  private static final Duration STOP = Duration.ofSeconds(2);
  private static final Duration PUT_OFF = Duration.ofMinutes(5);
  private static final int PUT_OFF_MAX = 16;

  /// How fast it goes at most: about ten times what an agent makes in the same time.
  ///
  /// @param bytes per second, compressed
  /// @param batches per second
  record Pace(long bytes, int batches) {
    static final Pace DEFAULT = new Pace(512 << 10, 20);
  }

  private record PutOff(Spooled spooled, long until) {}

  private final Link link;
  private final Spool spool;
  private final Pace pace;
  private final Function<Spooled, Answer> attempt;
  private final ArrayDeque<PutOff> putOff = new ArrayDeque<>();
  private @Nullable BatchId broke;
  private int breaks;
  private @Nullable Thread thread;
  private String trouble = "";

  /// @param attempt sends a batch once and settles it; blocks
  SpoolLane(Link link, Spool spool, Pace pace, Function<Spooled, Answer> attempt) {
    this.link = link;
    this.spool = spool;
    this.pace = pace;
    this.attempt = attempt;
  }

  void start() {
    thread = Thread.ofPlatform().daemon().name("spool-lane").start(this::run);
  }

  private void run() {
    try {
      while (true) {
        try {
          sendOne();
        } catch (RuntimeException e) {
          fails(e);
          Thread.sleep(Duration.ofSeconds(1));
        }
      }
    } catch (InterruptedException _) {
      // Stopped: what is left waits for the next run.
      putOff.forEach(one -> spool.release(one.spooled()));
      Thread.currentThread().interrupt();
    }
  }

  private void fails(RuntimeException e) {
    if (!trouble.equals(e.toString())) {
      trouble = e.toString();
      LOG.error("a batch of the spool could not be sent", e);
    }
  }

  private void sendOne() throws InterruptedException {
    releaseWhatWasPutOff();
    Spooled next = spool.take(Duration.ofSeconds(10));
    if (next == null) {
      return;
    }
    awaitTurn(next);
    long begin = System.nanoTime();
    Answer answer = attempt.apply(next);
    if (answer instanceof Answer.Away away) {
      breaks = next.batch().id().equals(broke) ? breaks + 1 : 1;
      broke = next.batch().id();
      if (breaks >= BREAKS_MAX) {
        putOff(next, away);
      }
    }
    rest(next.batch().gzip().length, System.nanoTime() - begin);
  }

  private void awaitTurn(Spooled next) throws InterruptedException {
    try {
      link.awaitSpoolTurn();
    } catch (InterruptedException e) {
      spool.release(next);
      throw e;
    }
  }

  private void putOff(Spooled spooled, Answer.Away away) {
    if (!spool.hold(spooled)) {
      return;
    }
    LOG.warn(
        "a batch does not get through, others go first batch={} reason={}",
        spooled.batch().id().header(),
        away.reason());
    putOff.addLast(new PutOff(spooled, System.nanoTime() + PUT_OFF.toNanos()));
    breaks = 0;
  }

  private void releaseWhatWasPutOff() {
    while (!putOff.isEmpty()
        && (putOff.size() > PUT_OFF_MAX || System.nanoTime() - putOff.getFirst().until() >= 0)) {
      spool.release(putOff.removeFirst().spooled());
    }
  }

  private void rest(long bytes, long tookNanos) throws InterruptedException {
    long share = Math.max(1_000_000_000L / pace.batches(), bytes * 1_000_000_000L / pace.bytes());
    Thread.sleep(Duration.ofNanos(Math.max(0, share - tookNanos)));
  }

  /// Waits until it has let go of the spool, which is closed next.
  @Override
  public void close() {
    if (thread == null) {
      return;
    }
    thread.interrupt();
    try {
      thread.join(STOP);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
