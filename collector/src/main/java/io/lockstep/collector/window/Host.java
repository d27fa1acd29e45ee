package io.lockstep.collector.window;

import io.lockstep.telemetry.otlp.BatchId;

/// A server as a sender: when it was last heard, how far its clock is off, whether its agent said
/// goodbye. All times but [#stoppedNanos()] are the collector's. One thread writes; any may read.
public final class Host {
  /// How much of a new gap goes into the usual one.
  private static final double SMOOTHING = 0.1;

  private final String name;
  private final long firstHeardNanos;
  private final SenderClock clock = new SenderClock();
  private final BatchesSeen batches = new BatchesSeen();
  private volatile boolean agent;
  private volatile long lastHeardNanos;
  private volatile double usualGapSeconds;
  private volatile long stoppedNanos;
  private volatile long lastStepNanos;

  Host(String name, long arrivalNanos) {
    this.name = name;
    this.firstHeardNanos = arrivalNanos;
    this.lastHeardNanos = arrivalNanos;
  }

  public String name() {
    return name;
  }

  /// Arrival of the first batch that spoke of the host, Unix nanoseconds.
  public long firstHeardNanos() {
    return firstHeardNanos;
  }

  /// Arrival of the last batch: of its agent's own, where it has an agent, Unix nanoseconds.
  public long lastHeardNanos() {
    return lastHeardNanos;
  }

  /// Whether an agent of ours speaks for it (its batches have ids). Only an agent can fall silent;
  /// other senders send when they like.
  public boolean agent() {
    return agent;
  }

  /// Mean time between the agent's batches, seconds; 0 until there were two.
  public double usualGapSeconds() {
    return usualGapSeconds;
  }

  /// When the agent said that it was stopping, by the host's own clock, Unix nanoseconds; 0 while
  /// it runs.
  public long stoppedNanos() {
    return stoppedNanos;
  }

  /// Arrival of the last training step of one of its ranks, Unix nanoseconds; 0 when there was
  /// none.
  public long lastStepNanos() {
    return lastStepNanos;
  }

  /// What to add to the host's times to get the collector's, nanoseconds; 0 while the two agree
  /// within a quarter of a second.
  public long clockOffsetNanos() {
    return clock.offsetNanos();
  }

  boolean clockBelieved() {
    return clock.believed();
  }

  boolean repeated(BatchId id) {
    return batches.repeated(id);
  }

  /// Notes a batch that came from its own agent.
  void heardAgent(long arrivalNanos) {
    if (agent && arrivalNanos > lastHeardNanos) {
      double gap = (arrivalNanos - lastHeardNanos) / 1e9;
      double usual = usualGapSeconds;
      usualGapSeconds = usual == 0 ? gap : usual + SMOOTHING * (Math.min(gap, 10 * usual) - usual);
    }
    agent = true;
    lastHeardNanos = Math.max(lastHeardNanos, arrivalNanos);
  }

  /// Notes that some other sender spoke of it.
  void heardOther(long arrivalNanos) {
    if (!agent) {
      lastHeardNanos = Math.max(lastHeardNanos, arrivalNanos);
    }
  }

  /// Notes the newest time in a batch.
  void sent(long arrivalNanos, long sentNanos) {
    clock.observe(arrivalNanos, sentNanos);
    if (stoppedNanos != 0 && sentNanos > stoppedNanos) {
      stoppedNanos = 0;
    }
  }

  void stepped(long arrivalNanos) {
    lastStepNanos = arrivalNanos;
  }

  void stopped(long timeNanos) {
    stoppedNanos = timeNanos;
  }
}
