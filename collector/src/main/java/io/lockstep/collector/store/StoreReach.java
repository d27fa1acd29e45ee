package io.lockstep.collector.store;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Whether the store takes what it is sent, and since when. One log line per change.
final class StoreReach {
  private static final Logger LOG = LoggerFactory.getLogger(StoreReach.class);

  private final InstantSource clock;
  private final Supplier<String> circumstances;
  private volatile boolean reachable = true;
  private volatile Instant since;
  private volatile String reason = "";

  /// @param circumstances what may explain that it takes nothing, as an end of the reason; empty
  ///   when nothing is known
  StoreReach(InstantSource clock, Supplier<String> circumstances) {
    this.clock = clock;
    this.circumstances = circumstances;
    this.since = clock.instant();
  }

  void found() {
    if (!reachable) {
      change(true, reason);
    }
  }

  void lost(String why) {
    if (reachable) {
      change(false, why + circumstances.get());
    }
  }

  private synchronized void change(boolean now, String why) {
    if (now == reachable) {
      return;
    }
    Instant time = clock.instant();
    Duration lasted = Duration.between(since, time);
    reachable = now;
    since = time;
    reason = why;
    if (now) {
      LOG.info("store takes lines again after={}s", lasted.toSeconds());
    } else {
      LOG.warn("store takes no lines reason=\"{}\"", why);
    }
  }

  /// Until something else is known, a store counts as reachable.
  boolean reachable() {
    return reachable;
  }

  Instant since() {
    return since;
  }

  /// The last reason for which it took nothing; empty when it always took what it was sent.
  String reason() {
    return reason;
  }
}
