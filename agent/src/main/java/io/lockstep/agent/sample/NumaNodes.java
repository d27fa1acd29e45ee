package io.lockstep.agent.sample;

import io.lockstep.telemetry.contract.Table;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/// Memory of each NUMA node, and whether it is given out where it was asked for
/// ([Documentation/admin-guide/numastat.rst](https://docs.kernel.org/admin-guide/numastat.html)).
final class NumaNodes implements AutoCloseable {
  private static final int NODES_MAX = 64;

  private record Node(WatchedFile meminfo, Keyed bytes, WatchedFile numastat, Keyed pages) {
    static Node of(SysFolder folder, boolean kept) {
      String number = folder.name().substring("node".length());
      String id = "numa/" + number;
      String begin = "Node " + number + " ";
      return new Node(
          WatchedFile.optional(folder.path().resolve("meminfo"), id, kept),
          Keyed.of(
              Table.PART,
              id,
              1024,
              begin + "MemFree:",
              "numa_free",
              begin + "MemUsed:",
              "numa_used"),
          WatchedFile.optional(folder.path().resolve("numastat"), id, kept),
          Keyed.of(
              Table.PART,
              id,
              1,
              "numa_hit ",
              "numa_hit",
              "numa_miss ",
              "numa_miss",
              "numa_foreign ",
              "numa_foreign"));
    }
  }

  private final Map<String, Node> nodes = new TreeMap<>();
  private final SysFolder folder;
  private final boolean kept;

  /// @param sys `/sys`, or a captured one
  /// @param kept as in [KernelFile]
  NumaNodes(Path sys, boolean kept) {
    folder = new SysFolder(sys.resolve("devices/system/node"));
    this.kept = kept;
  }

  void read(Notes notes, Text text) {
    for (SysFolder node : folder.numbered("node")) {
      if (nodes.size() < NODES_MAX || nodes.containsKey(node.name())) {
        Node one = nodes.computeIfAbsent(node.name(), _ -> Node.of(node, kept));
        one.meminfo.read(notes, text, lines -> one.bytes.read(notes, lines));
        one.numastat.read(notes, text, lines -> one.pages.read(notes, lines));
      }
    }
  }

  @Override
  public void close() {
    for (Node node : nodes.values()) {
      node.meminfo.close();
      node.numastat.close();
    }
  }
}
