package io.lockstep.simulator;

import io.lockstep.simulator.Fault.Kind;
import java.util.List;
import java.util.stream.Stream;

/// What the injected faults do to one server's GPUs, ports and agent. All times are nanoseconds
/// since the simulation's start.
///
/// @param faults those of this server
record Ailments(List<Injected> faults) {
  static Ailments of(int server, List<Injected> all) {
    return new Ailments(all.stream().filter(one -> one.server() == server).toList());
  }

  private Stream<Injected> of(Kind kind, int part) {
    return faults.stream().filter(one -> one.fault().kind() == kind && one.part() == part);
  }

  /// How near a GPU is to its temperature limit: 0 as usual, 1 at the limit.
  double heat(int gpu, long nanos) {
    return of(Kind.GPU_SLOW, gpu)
        .mapToDouble(one -> new Overheating(one).heat(nanos))
        .max()
        .orElse(0);
  }

  /// How many times as long a GPU's own work takes; 1 as usual.
  double slowdown(int gpu, long nanos) {
    return of(Kind.GPU_SLOW, gpu)
        .mapToDouble(one -> new Overheating(one).slowdown(nanos))
        .reduce(1, (a, b) -> a * b);
  }

  /// The part of the slowdown that shows in the clock.
  double throttle(int gpu, long nanos) {
    return of(Kind.GPU_SLOW, gpu)
        .filter(one -> one.fault().heat())
        .mapToDouble(one -> new Overheating(one).slowdown(nanos))
        .reduce(1, (a, b) -> a * b);
  }

  /// Since when a GPU is lost; −1 while it is not.
  long lostSince(int gpu, long nanos) {
    return of(Kind.GPU_LOST, gpu)
        .filter(one -> one.activeAt(nanos))
        .mapToLong(Injected::startNanos)
        .min()
        .orElse(-1);
  }

  /// When the first GPU is lost in a time; −1 when none is.
  long lossBetween(long from, long to) {
    return faults.stream()
        .filter(one -> one.fault().kind() == Kind.GPU_LOST)
        .mapToLong(Injected::startNanos)
        .filter(start -> start >= from && start < to)
        .min()
        .orElse(-1);
  }

  boolean portDown(int port, long nanos) {
    return of(Kind.PORT_DOWN, port).anyMatch(one -> one.activeAt(nanos))
        || of(Kind.PORT_FLAPPING, port).anyMatch(one -> new Flapping(one).downAt(nanos));
  }

  boolean silent(long nanos) {
    return of(Kind.HOST_SILENT, 0).anyMatch(one -> one.activeAt(nanos));
  }
}
