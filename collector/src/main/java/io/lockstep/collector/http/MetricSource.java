package io.lockstep.collector.http;

/// A part of the collector that has counters of its own to show at `/metrics`.
@FunctionalInterface
public interface MetricSource {
  /// Writes them. Called from an event loop: must not block.
  void writeTo(MetricText text);
}
