package io.lockstep.simulator;

import io.lockstep.telemetry.contract.Table;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// A fault at its place: what was really broken, to hold a detector's findings against. Kind, host
/// and subject are written as incidents write them.
///
/// @param fault the order
/// @param server index of the server, from 0
/// @param part index of the GPU or port on the server; 0 for a fault of the server itself
/// @param host the server's name
/// @param subject the GPU's UUID, `mlx5_2/1`, or `host`
public record Injected(Fault fault, int server, int part, String host, String subject) {

  /// Gives each fault its place: the one it names, else one from the seed, on a server that has no
  /// other fault.
  ///
  /// @return in the order of the faults
  /// @throws IllegalArgumentException when a place is not in the cluster, or the servers are too
  ///   few
  public static List<Injected> place(ClusterSpec spec, List<Fault> faults) {
    Set<Integer> taken = new HashSet<>();
    List<Place> places = faults.stream().map(fault -> Place.of(fault, spec)).toList();
    places.stream().filter(Place::known).forEach(place -> taken.add(place.server()));
    var placed = new ArrayList<Injected>();
    for (int i = 0; i < faults.size(); i++) {
      Chance chance = spec.chance().of("fault").of(i);
      Place place = places.get(i);
      int server = place.known() ? place.server() : free(spec, faults, i, taken, chance);
      int part = place.part() >= 0 ? place.part() : chance.below(ClusterSpec.PER_SERVER, 1);
      placed.add(at(spec, faults.get(i), server, part));
    }
    return List.copyOf(placed);
  }

  /// A server that has no fault yet: of the last job for a fault that stops the job, of the first
  /// job for the others, where there are jobs.
  private static int free(
      ClusterSpec spec, List<Fault> faults, int fault, Set<Integer> taken, Chance chance) {
    int first = 0;
    int count = spec.servers();
    if (!spec.jobs().isEmpty()) {
      boolean stops = faults.get(fault).kind() == Fault.Kind.GPU_LOST;
      JobSpec job = stops ? spec.jobs().getLast() : spec.jobs().getFirst();
      first = job.firstServer();
      count = job.servers();
    }
    int begin = chance.below(count, 0);
    for (int i = 0; i < count; i++) {
      int server = first + (begin + i) % count;
      if (taken.add(server)) {
        return server;
      }
    }
    throw new IllegalArgumentException(
        ("%d faults want a server each, there are %d: simulate more servers, order fewer faults,"
                + " or name their places, like gpu-slow@node-0001/3")
            .formatted(faults.size(), spec.servers()));
  }

  private static Injected at(ClusterSpec spec, Fault fault, int server, int part) {
    String host = spec.host(server);
    return switch (fault.kind()) {
      case GPU_SLOW, GPU_LOST -> new Injected(fault, server, part, host, spec.gpu(server, part));
      case PORT_DOWN, PORT_FLAPPING ->
          new Injected(fault, server, part, host, ClusterSpec.port(part));
      case HOST_SILENT -> new Injected(fault, server, 0, host, Table.HOST_SUBJECT);
    };
  }

  /// When it begins, nanoseconds since the simulation's start.
  long startNanos() {
    return fault.start().toNanos();
  }

  /// When it ends, nanoseconds since the simulation's start; [Long#MAX_VALUE] for never.
  long endNanos() {
    Duration length = fault.length();
    return length == null ? Long.MAX_VALUE : fault.start().plus(length).toNanos();
  }

  /// Whether it is there.
  ///
  /// @param nanos since the simulation's start
  boolean activeAt(long nanos) {
    return nanos >= startNanos() && nanos < endNanos();
  }
}
