package io.lockstep.simulator;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/// What became of what [Senders] sent in one stretch of time. Any thread.
public final class Tally {
  /// Reasons that are told apart; the rest goes under one.
  private static final int REASONS_MAX = 20;

  private static final String OTHER = "other reasons";

  private final LongAdder sent = new LongAdder();
  private final LongAdder acknowledged = new LongAdder();
  private final LongAdder bytes = new LongAdder();
  private final Map<String, LongAdder> refused = new ConcurrentHashMap<>();
  private final Latencies latencies = new Latencies();

  void sent(long points, long bytesOnTheWire) {
    sent.add(points);
    bytes.add(bytesOnTheWire);
  }

  void acknowledged(long points, long nanos) {
    acknowledged.add(points);
    latencies.add(nanos);
  }

  void refused(long points, String reason) {
    boolean room = refused.size() < REASONS_MAX || refused.containsKey(reason);
    refused.computeIfAbsent(room ? reason : OTHER, _ -> new LongAdder()).add(points);
  }

  /// Points that were sent.
  public long sent() {
    return sent.sum();
  }

  /// Points of which the other side said that it has them.
  public long acknowledged() {
    return acknowledged.sum();
  }

  /// Bytes of the requests, as sent.
  public long bytes() {
    return bytes.sum();
  }

  /// Points that were not acknowledged, by why: status and words of the answer, or what kept it
  /// from coming.
  public Map<String, Long> refused() {
    var all = new TreeMap<String, Long>();
    refused.forEach((reason, points) -> all.put(reason, points.sum()));
    return all;
  }

  /// From when a request was due to its answer, of those that were acknowledged.
  public Latencies latencies() {
    return latencies;
  }
}
