package io.lockstep.agent.sample;

import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a port is: adapter, firmware, place in the server and in the network. Said in an event when
/// it is first seen and when it has changed; looked at once an hour. What is a number and may be
/// asked for in a query is said once a minute.
final class InfinibandFacts {
  private static final long LOOK_ROUNDS = 3600;
  private static final long SAY_ROUNDS = 60;

  private final SysFolder port;
  private final SysFolder device;
  private final String id;
  private final Series railSeries;
  private final Series nodeSeries;
  private final Series bestSeries;
  private Map<String, String> said = Map.of();
  private @Nullable Long node;
  private long nextLook;

  /// @param path `…/DEVICE/ports/PORT`
  /// @param id `device/port`
  InfinibandFacts(Path path, String id) {
    port = new SysFolder(path);
    device = new SysFolder(path.resolve("../..").normalize());
    this.id = id;
    railSeries = series("port_rail");
    nodeSeries = series("port_numa_node");
    bestSeries = series("port_rate_best");
  }

  private Series series(String column) {
    return Series.of(Contract.column(Table.PART, column), id);
  }

  /// @param rail null where it is not known
  void read(Notes notes, Text text, ActivePorts memory, @Nullable Integer rail) {
    if (notes.round() >= nextLook) {
      nextLook = notes.round() + LOOK_ROUNDS;
      look(notes, text, rail);
    }
    if (notes.round() % SAY_ROUNDS == 0) {
      if (rail != null) {
        notes.add(railSeries.at(rail));
      }
      if (node != null) {
        notes.add(nodeSeries.at(node));
      }
      double best = memory.best(id);
      if (best > 0) {
        notes.add(bestSeries.at(best));
      }
    }
  }

  /// The port is gone: what comes back may be another.
  void forget() {
    nextLook = 0;
  }

  private void look(Notes notes, Text text, @Nullable Integer rail) {
    Long sits = device.in("device").number("numa_node", text);
    node = sits == null || sits < 0 ? null : sits; // −1: the firmware does not say
    Map<String, String> now = new LinkedHashMap<>();
    put(now, "hw.model", device.text("hca_type", text));
    put(now, "hw.firmware_version", device.text("fw_ver", text));
    put(now, "lockstep.network.board", device.text("board_id", text));
    put(now, "lockstep.network.node.guid", device.text("node_guid", text));
    put(now, "lockstep.network.port.gid", port.text("gids/0", text));
    put(now, "lockstep.network.port.lid", port.text("lid", text));
    Path place = device.real("device");
    if (place != null && device.has("device/vendor")) {
      put(now, "lockstep.network.pci.address", String.valueOf(place.getFileName()));
    }
    driver(now, text);
    String interfaces = String.join(" ", device.in("device/net").names(""));
    put(now, "network.interface.name", interfaces.isEmpty() ? null : interfaces);
    put(now, "lockstep.network.virtual", device.has("device/physfn") ? "true" : null);
    put(now, "lockstep.numa.node", node == null ? null : String.valueOf(node));
    put(now, "lockstep.network.port.rail", rail == null ? null : String.valueOf(rail));
    if (!now.isEmpty() && !now.equals(said)) {
      said = Map.copyOf(now);
      now.put("hw.id", id);
      notes.event("lockstep.network.port.found", body(now), now);
    }
  }

  /// Drivers that come with the kernel have no version of their own; NVIDIA's own (DOCA-OFED) have.
  private void driver(Map<String, String> now, Text text) {
    Path module = device.real("device/driver/module");
    if (module != null) {
      put(now, "lockstep.network.driver", String.valueOf(module.getFileName()));
      put(now, "hw.driver_version", new SysFolder(module).text("version", text));
    }
  }

  private String body(Map<String, String> now) {
    return "port "
        + id
        + " is of an adapter "
        + now.getOrDefault("hw.model", "of unknown model")
        + " with firmware "
        + now.getOrDefault("hw.firmware_version", "unknown");
  }

  private static void put(Map<String, String> into, String name, @Nullable String value) {
    if (value != null && value.length() <= 128) {
      into.put(name, value);
    }
  }
}
