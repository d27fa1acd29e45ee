package io.lockstep.telemetry.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.telemetry.rules.Rule.Severity;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostEventRulesTest {
  private static final String STATE = "lockstep.hardware.state.changed";
  private static final String ERROR = "lockstep.hardware.error";

  /// Of the rules that speak of an event the first counts.
  private static List<String> speak(String name, String body, Map<String, String> attributes) {
    return EventRules.ALL.stream()
        .filter(rule -> rule.judge(name, body, attributes) != null)
        .map(EventRule::id)
        .limit(1)
        .toList();
  }

  private static EventRule rule(String id) {
    return EventRules.ALL.stream().filter(rule -> rule.id().equals(id)).findFirst().orElseThrow();
  }

  @ParameterizedTest
  @CsvSource({
    "failed,   part-failed,   CRITICAL",
    "degraded, part-degraded, WARNING",
  })
  void aPartsStateIsJudgedByOneRule(String state, String id, Severity severity) {
    Map<String, String> attributes = Map.of("hw.id", "nvme/nvme0", "hw.state", state);
    assertThat(speak(STATE, "nvme/nvme0 is gone", attributes)).containsExactly(id);
    EventRule.Verdict verdict =
        Objects.requireNonNull(rule(id).judge(STATE, "nvme/nvme0 is gone", attributes));
    assertThat(verdict.severity()).isEqualTo(severity);
    assertThat(verdict.meaning().words()).isEqualTo("nvme/nvme0 is gone.");
    assertThat(rule(id).isOver(STATE, attributes)).isFalse();
  }

  @Test
  void aPartThatIsWellAgainIsNoFaultAndSaysSo() {
    Map<String, String> attributes = Map.of("hw.id", "nvme/nvme0", "hw.state", "ok");
    assertThat(speak(STATE, "nvme/nvme0 is as it should be again", attributes)).isEmpty();
    assertThat(rule("part-failed").isOver(STATE, attributes)).isTrue();
    assertThat(rule("part-failed").isOver(STATE, Map.of("hw.state", "degraded"))).isTrue();
    assertThat(rule("part-failed").isOver(STATE, Map.of())).isFalse();
    assertThat(rule("memory-uncorrected").isOver(STATE, attributes)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "memory, uncorrected, memory-uncorrected, CRITICAL",
    "pci,    fatal,       pcie-fatal,         CRITICAL",
    "pci,    nonfatal,    pcie-nonfatal,      WARNING",
  })
  void anErrorIsJudgedByOneRule(String type, String error, String id, Severity severity) {
    Map<String, String> attributes = Map.of("hw.type", type, "error.type", error);
    assertThat(speak(ERROR, "it had one", attributes)).containsExactly(id);
    assertThat(Objects.requireNonNull(rule(id).judge(ERROR, "x", attributes)).severity())
        .isEqualTo(severity);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "pcie | pcieport 0000:00:03.1: PCIe Bus Error: severity=Uncorrected (Fatal), type=x"
            + " | kernel-hardware-failed",
        "pcie | pcieport 0000:00:03.1: PCIe Bus Error: severity=Corrected, type=Physical Layer |",
        "edac | EDAC MC0: 1 UE memory read error on CPU_SrcID#0 | kernel-hardware-failed",
        "edac | EDAC MC0: 1 CE memory read error on CPU_SrcID#0 |",
        "mce  | mce: [Hardware Error]: Machine check events logged |",
        "mce  | Memory failure: 0x1234: Killing python:77 due to hardware memory corruption"
            + " | kernel-hardware-failed",
        "mlx5 | mlx5_core 0000:5e:00.0: Port module event: module 0, Cable unplugged"
            + " | kernel-hardware-degraded",
        "mlx5 | mlx5_core 0000:5e:00.0 eth0: Link down |",
        "mce  | mce: [Hardware Error]: CPU 12: Machine Check Exception: 5 Bank 7: bd80000000100134"
            + " | kernel-hardware-failed",
        "mce  | {1}[Hardware Error]: event severity: fatal | kernel-hardware-failed",
        "mce  | {1}[Hardware Error]: event severity: recoverable | kernel-hardware-degraded",
        "mce  | {1}[Hardware Error]: event severity: corrected |",
        "pcie | pcieport 0000:00:01.0: AER: Uncorrectable (Fatal) error message received from"
            + " 0000:18:00.0 | kernel-hardware-failed",
        "gpu-init | NVRM: GPU 0000:1a:00.0: RmInitAdapter failed! (0x24:0xffff:1423)"
            + " | kernel-hardware-failed",
        "storage | EXT4-fs (sda1): Remounting filesystem read-only | kernel-hardware-failed",
        "storage | nvme nvme0: controller is down; will reset: CSTS=0x3 | kernel-hardware-degraded",
        "peermem | nvidia-peermem x ERROR detected invalid context, skipping |",
        "oom  | Out of memory: Killed process 77 (python) total-vm:1kB | out-of-memory",
        "hung-task | INFO: task python:77 blocked for more than 120 seconds. | hung-task",
      })
  void whatTheKernelSaysIsAnIncidentOnlyWhereSomethingMustBeDone(
      String kind, String line, String id) {
    assertThat(speak("lockstep.kernel.fault", line, Map.of("error.type", kind)))
        .isEqualTo(id == null ? List.of() : List.of(id));
  }
}
