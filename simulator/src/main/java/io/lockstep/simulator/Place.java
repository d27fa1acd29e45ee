package io.lockstep.simulator;

/// Where an order wants its fault.
///
/// @param server index, from 0; −1 when the seed is to choose
/// @param part index of the GPU or port, from 0; −1 when the seed is to choose
record Place(int server, int part) {
  boolean known() {
    return server >= 0;
  }

  /// Reads the order's place.
  ///
  /// @throws IllegalArgumentException when there is no such thing in the cluster
  static Place of(Fault fault, ClusterSpec spec) {
    String place = fault.place();
    if (place == null) {
      return new Place(-1, -1);
    }
    String[] parts = place.split("/", 2);
    int server = server(fault, parts[0], spec);
    return new Place(server, parts.length == 1 ? -1 : part(fault, parts[1]));
  }

  private static int server(Fault fault, String host, ClusterSpec spec) {
    for (int i = 0; i < spec.servers(); i++) {
      if (spec.host(i).equals(host)) {
        return i;
      }
    }
    throw wrong(
        fault,
        "there is no server \"%s\", they are %s to %s"
            .formatted(host, spec.host(0), spec.host(spec.servers() - 1)));
  }

  private static int part(Fault fault, String part) {
    return switch (fault.kind()) {
      case GPU_SLOW, GPU_LOST -> gpu(fault, part);
      case PORT_FLAPPING, PORT_DOWN -> port(fault, part);
      case HOST_SILENT -> throw wrong(fault, "its place is a server, like @node-0007");
    };
  }

  private static int gpu(Fault fault, String part) {
    if (part.length() == 1 && part.charAt(0) >= '0' && part.charAt(0) <= '7') {
      return part.charAt(0) - '0';
    }
    throw wrong(fault, "a GPU is numbered 0 to 7, like @node-0007/3, is \"" + part + "\"");
  }

  private static int port(Fault fault, String part) {
    int index = ClusterSpec.PORTS.indexOf(part);
    if (index < 0) {
      throw wrong(
          fault, "a port is mlx5_0/1 to mlx5_7/1, like @node-0007/mlx5_2/1, is \"" + part + "\"");
    }
    return index;
  }

  private static IllegalArgumentException wrong(Fault fault, String why) {
    return new IllegalArgumentException(
        "fault %s@%s: %s".formatted(fault.kind().label(), fault.place(), why));
  }
}
