package io.lockstep.agent.send;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How it stands between this agent and its collector, as both lanes have found it: who may send
/// now, and one log line when that changes.
///
/// | state | the live lane | the spool lane |
/// |---|---|---|
/// | up | sends | sends |
/// | behind: it answers, but has not stored a batch | sends | waits as long as it was told |
/// | away, or misconfigured | tries one batch now and then | tries where the other has none |
final class Link {
  private static final Logger LOG = LoggerFactory.getLogger(Link.class);
  private static final Duration AWAY_MAX = Duration.ofSeconds(5);
  private static final Duration MISCONFIGURED_MAX = Duration.ofSeconds(30);
  private static final Duration PAUSE_MAX = Duration.ofMinutes(1);

  /// A collector is behind, and is no longer, only when that has lasted so long: one batch that
  /// missed the store's commit is no news.
  private static final long SETTLED_NANOS = Duration.ofSeconds(5).toNanos();

  /// Failures one after the other until the next collector is tried, where there is one.
  private static final int GONE_FAILURES = 4;

  private static final long LIVE_FIRST_NANOS = Duration.ofSeconds(2).toNanos();

  private enum State {
    UP,
    BEHIND,
    AWAY,
    MISCONFIGURED
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Collector collector;
  private final LongSupplier spooled;
  private final RandomGenerator random;
  private State state = State.AWAY;
  private boolean everUp;
  private String said = "";
  private int failures;
  private boolean probing;
  private long probeAt = System.nanoTime();
  private long pausedUntil = System.nanoTime();
  private long overloadedUntil = System.nanoTime();
  private long heardLast = System.nanoTime();
  private long lastLate;
  private long behindSince;

  /// @param spooled batches that wait, for the log
  /// @param random for the jitter that keeps a thousand agents from coming back at once
  Link(Collector collector, LongSupplier spooled, RandomGenerator random) {
    this.collector = collector;
    this.spooled = spooled;
    this.random = random;
  }

  /// Whether the live lane may send a batch now. Whoever is told yes sends, and reports.
  boolean mayGoLive() {
    lock.lock();
    try {
      long now = System.nanoTime();
      if (state == State.UP || state == State.BEHIND) {
        return now - overloadedUntil >= 0;
      }
      boolean turn = !probing && now - probeAt >= 0;
      probing |= turn;
      return turn;
    } finally {
      lock.unlock();
    }
  }

  /// Waits until the spool lane may send. While the collector is away that is only when the live
  /// lane has had nothing to try with for a while.
  void awaitSpoolTurn() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (true) {
        boolean down = state == State.AWAY || state == State.MISCONFIGURED;
        long at = down ? probeAt + LIVE_FIRST_NANOS : Math.max(pausedUntil, overloadedUntil);
        long left = at - System.nanoTime();
        if (left <= 0 && !(down && probing)) {
          probing |= down;
          return;
        }
        changed.awaitNanos(Math.max(left, LIVE_FIRST_NANOS / 10));
      }
    } finally {
      lock.unlock();
    }
  }

  /// Whether batches get through, or would but for the store.
  boolean answers() {
    lock.lock();
    try {
      return state == State.UP || state == State.BEHIND;
    } finally {
      lock.unlock();
    }
  }

  /// For how long no collector has heard this agent; zero while one does.
  Duration unheard() {
    lock.lock();
    try {
      boolean heard = state == State.UP || state == State.BEHIND;
      return heard ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - heardLast);
    } finally {
      lock.unlock();
    }
  }

  /// Takes note of an answer.
  void report(Answer answer) {
    lock.lock();
    try {
      if (state == State.UP || state == State.BEHIND) {
        heardLast = System.nanoTime();
      }
      switch (answer) {
        case Answer.Acknowledged _, Answer.Refused _ -> works();
        case Answer.TryLater later -> late(later);
        case Answer.Away away -> fails(State.AWAY, away.reason(), AWAY_MAX);
        case Answer.Misconfigured wrong ->
            fails(State.MISCONFIGURED, wrong.reason(), MISCONFIGURED_MAX);
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void works() {
    if (state == State.BEHIND && System.nanoTime() - lastLate < SETTLED_NANOS) {
      return; // now this batch in time, now that one not: one state, not two lines a second
    }
    if (!everUp || !said.isEmpty()) {
      LOG.info("collector takes batches url={} spooled={}", collector.url(), spooled.getAsLong());
    }
    everUp = true;
    said = "";
    failures = 0;
    probing = false;
    state = State.UP;
  }

  private void late(Answer.TryLater later) {
    long now = System.nanoTime();
    if (state != State.BEHIND) {
      behindSince = now;
      failures = 0;
    }
    failures++;
    probing = false;
    state = State.BEHIND;
    lastLate = now;
    Duration asked = later.after().compareTo(PAUSE_MAX) > 0 ? PAUSE_MAX : later.after();
    pausedUntil = now + Math.max(asked.toNanos(), backOff(AWAY_MAX));
    if (later.overloaded()) {
      overloadedUntil = now + Math.max(asked.toNanos(), Duration.ofSeconds(1).toNanos());
    }
    if (now - behindSince >= SETTLED_NANOS) {
      say("collector is behind, batches stay in the spool", later.reason());
    }
  }

  private void fails(State now, String reason, Duration most) {
    long time = System.nanoTime();
    boolean news = state != now || time - probeAt >= 0;
    failures = state == now ? failures + (news ? 1 : 0) : 1;
    state = now;
    probing = false;
    if (news) {
      probeAt = time + backOff(most);
    }
    if (now == State.MISCONFIGURED) {
      say("collector refuses batches, they stay in the spool", reason);
    } else if (failures >= 2) {
      say("collector can't be reached, batches stay in the spool", reason);
    }
    if (news && failures >= GONE_FAILURES) {
      failures = 0;
      collector.next();
    }
  }

  /// Once for each change, however the reason is worded from then on.
  private void say(String what, String reason) {
    if (!said.equals(what)) {
      said = what;
      LOG.warn("{} url={} reason={}", what, collector.url(), reason);
    }
  }

  /// Doubles with each failure from a quarter of a second on, less up to half of it by chance.
  private long backOff(Duration most) {
    long full = Math.min(most.toNanos(), 250_000_000L << Math.min(failures, 20));
    return full / 2 + random.nextLong(full / 2);
  }
}
