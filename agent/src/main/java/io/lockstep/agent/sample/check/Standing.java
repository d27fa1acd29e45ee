package io.lockstep.agent.sample.check;

import io.lockstep.agent.sample.Notes;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How one check stands: when it runs next, and what its last run said. The sampler's thread and
/// one runner at a time.
final class Standing {
  private static final Logger LOG = LoggerFactory.getLogger(Standing.class);

  private final InstantSource clock;
  private final CheckNews news;
  private final CheckRows rows;
  private final Guardian guardian;
  private volatile SiteCheck check;
  private volatile @Nullable Outcome outcome;
  private volatile boolean busy;
  private volatile boolean fresh;
  private volatile boolean ran;
  private volatile @Nullable Process abandoned;
  private volatile long lost;
  private volatile boolean strayed;
  private long due;

  /// @param before what an earlier run of the agent knew; null when nothing
  /// @param firstNanos when it runs first, by the monotonic clock
  Standing(
      SiteCheck check,
      @Nullable Outcome before,
      InstantSource clock,
      Guardian guardian,
      CheckNews news,
      long firstNanos) {
    this.check = check;
    this.outcome = before;
    this.clock = clock;
    this.guardian = guardian;
    this.news = news;
    this.due = firstNanos;
    this.rows = new CheckRows(check.name());
  }

  @Nullable Outcome outcome() {
    return outcome;
  }

  /// Runs that were given up since the start.
  long lost() {
    return lost;
  }

  /// Takes what the configuration and the folder say of it now.
  void is(SiteCheck now) {
    check = now;
  }

  /// Whether it has another outcome since this was asked last.
  boolean changed() {
    boolean was = fresh;
    fresh = false;
    return was;
  }

  /// Starts a run when it is time to, unless the last one runs still or could not be killed.
  void startWhenDue(Executor runners, long nanos) {
    Process stuck = abandoned;
    if (nanos < due || busy || (stuck != null && stuck.isAlive())) {
      return;
    }
    abandoned = null;
    busy = true;
    due = Math.max(due + check.interval().toNanos(), nanos);
    try {
      runners.execute(this::run);
    } catch (RejectedExecutionException _) {
      busy = false; // the agent ends
    }
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // one runner at a time
  private void run() {
    try {
      var run = new CheckRun(check, clock, guardian);
      Outcome now = run.run();
      Outcome before = outcome;
      outcome = now;
      ran = true;
      tellOfStrays(run.strays());
      abandoned = run.abandoned();
      lost += abandoned == null ? 0 : 1;
      fresh |= before == null || before.state() != now.state() || !before.line().equals(now.line());
      news.ran(check.name(), before, now);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      busy = false;
    }
  }

  /// Once, and again when it has ended a run as it should.
  private void tellOfStrays(int killed) {
    if (killed > 0 && !strayed) {
      LOG.warn(
          "a check left processes running, they are killed check={} killed={}",
          check.name(),
          killed);
    }
    strayed = killed > 0;
  }

  /// Its newest outcome as samples; nothing before its first run.
  ///
  /// @param values whether its values are told though they are not new
  void addTo(Notes notes, boolean values) {
    Outcome now = outcome;
    if (now != null) {
      rows.add(now, clock.instant(), notes);
      if (ran || values) {
        ran = false;
        rows.addValues(now, notes);
      }
    }
  }
}
