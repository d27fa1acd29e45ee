package io.lockstep.agent.doctor;

import io.lockstep.telemetry.otlp.Sample;
import java.util.List;

/// InfiniBand and RoCE ports.
final class NetworkCheck {
  private NetworkCheck() {}

  static Diagnosis of(SamplerCheck check) {
    List<Sample> states =
        check.samples().stream()
            .filter(one -> one.metric().name().equals("hw.network.up"))
            .toList();
    List<String> failures = check.failures();
    if (states.isEmpty() && failures.isEmpty()) {
      return Diagnosis.absent("infiniband", "no InfiniBand or RoCE device on this server");
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
}
