package io.lockstep.agent.doctor;

import io.lockstep.agent.sample.PciBus;
import io.lockstep.telemetry.otlp.Sample;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// InfiniBand and RoCE ports.
final class NetworkCheck {
  private static final String MELLANOX = "0x15b3";

  /// Begin of the PCI class of network controllers.
  private static final String NETWORK = "0x02";

  private NetworkCheck() {}

  static Diagnosis of(SamplerCheck check, Path root) {
    List<Sample> states =
        check.samples().stream()
            .filter(one -> one.metric().name().equals("hw.network.up"))
            .toList();
    List<String> failures = check.failures();
    if (states.isEmpty() && failures.isEmpty()) {
      return nothing(PciBus.devices(root, MELLANOX, NETWORK));
    }
    long up = states.stream().filter(one -> one.value() == 1).count();
    String ports = states.size() + (states.size() == 1 ? " port, " : " ports, ") + up + " active";
    if (!failures.isEmpty()) {
      return Diagnosis.warning(
          "infiniband",
          ports + "; " + String.join("; ", failures),
          "`N/A (no PMA)` is the device's own word; other files: permission of the agent's user");
    }
    return up == states.size()
        ? Diagnosis.good("infiniband", ports)
        : Diagnosis.warning(
            "infiniband",
            ports,
            "a port that was never active is not judged; ibstat shows why one is not");
  }

  /// An adapter without its modules is on the bus and nowhere else.
  private static Diagnosis nothing(List<Path> onBus) {
    if (onBus.isEmpty()) {
      return Diagnosis.absent("infiniband", "no InfiniBand or RoCE device on this server");
    }
    String there = onBus.size() + (onBus.size() == 1 ? " adapter" : " adapters");
    long driven = onBus.stream().filter(one -> Files.exists(one.resolve("driver"))).count();
    return driven == 0
        ? Diagnosis.bad(
            "infiniband",
            there + " of NVIDIA (Mellanox) on the PCI bus, and no driver has them",
            "modprobe mlx5_core mlx5_ib; dmesg says why where that does not help")
        : Diagnosis.warning(
            "infiniband",
            there + " of NVIDIA (Mellanox) on the PCI bus, and no InfiniBand or RoCE device",
            "modprobe mlx5_ib: without it the ports are plain Ethernet, whose counters are read");
  }
}
