package io.lockstep.simulator;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// A fault at its place: what a monitor should find.
///
/// @param fault the order
/// @param server index of the server, from 0
/// @param part index of the GPU or port on the server; 0 for a fault of the server itself
/// @param host the server's name
/// @param subject the GPU's UUID, `mlx5_2/1`, or `host`
public record Injected(Fault fault, int server, int part, String host, String subject) {

  /// Puts every order at its place. Those without one get servers of their own, chosen by the seed.
  ///
  /// @throws IllegalArgumentException when a place is not in the cluster, or there are more faults
  ///   than servers
  public static List<Injected> place(ClusterSpec spec, List<Fault> faults) {
    Set<Integer> taken = new HashSet<>();
    var placed = new ArrayList<Injected>();
    for (Fault fault : faults) {
      if (fault.place() != null) {
        Injected one = at(spec, fault, fault.place());
        taken.add(one.server);
        placed.add(one);
      }
    }
    for (int i = 0; i < faults.size(); i++) {
      if (faults.get(i).place() == null) {
        placed.add(chosen(spec, faults.get(i), i, taken));
      }
    }
    return List.copyOf(placed);
  }

  private static Injected chosen(ClusterSpec spec, Fault fault, int order, Set<Integer> taken) {
    if (taken.size() >= spec.servers()) {
      throw new IllegalArgumentException(
          "more faults than servers: name their places, or simulate more than " + spec.servers());
    }
    int server = (int) (Noise.uniform(spec.seed(), 81, order, 0) * spec.servers());
    while (!taken.add(server)) {
      server = (server + 1) % spec.servers();
    }
    int part = (int) (Noise.uniform(spec.seed(), 82, order, 0) * ClusterSpec.PER_SERVER);
    return make(spec, fault, server, part);
  }

  private static Injected at(ClusterSpec spec, Fault fault, String place) {
    String[] parts = place.split("/", 2);
    int server = server(spec, parts[0]);
    if (parts.length == 1) {
      return make(spec, fault, server, 0);
    }
    for (int i = 0; i < ClusterSpec.PER_SERVER; i++) {
      boolean gpu = fault.kind() == Fault.Kind.GPU_SLOW;
      if (parts[1].equals(gpu ? Integer.toString(i) : ClusterSpec.port(i))) {
        return make(spec, fault, server, i);
      }
    }
    throw new IllegalArgumentException(
        "fault at "
            + place
            + ": after the server comes a GPU's index 0 to 7, or a port as mlx5_2/1");
  }

  private static int server(ClusterSpec spec, String host) {
    for (int i = 0; i < spec.servers(); i++) {
      if (spec.host(i).equals(host)) {
        return i;
      }
    }
    throw new IllegalArgumentException(
        "no server "
            + host
            + ": they are "
            + spec.host(0)
            + " to "
            + spec.host(spec.servers() - 1));
  }

  private static Injected make(ClusterSpec spec, Fault fault, int server, int part) {
    return switch (fault.kind()) {
      case GPU_SLOW -> new Injected(fault, server, part, spec.host(server), spec.gpu(server, part));
      case PORT_DOWN, PORT_FLAPPING ->
          new Injected(fault, server, part, spec.host(server), ClusterSpec.port(part));
      case HOST_SILENT -> new Injected(fault, server, 0, spec.host(server), "host");
    };
  }

  /// Whether the fault is there at this time.
  ///
  /// @param seconds since the start of the simulation
  boolean active(double seconds) {
    double since = since(seconds);
    Duration length = fault.length();
    return since >= 0 && (length == null || since < length.toMillis() / 1e3);
  }

  /// Seconds since the fault began; negative before.
  double since(double seconds) {
    return seconds - fault.start().toMillis() / 1e3;
  }
}
