package io.lockstep.collector.detect;

import static io.lockstep.collector.window.Batches.SECOND;
import static io.lockstep.collector.window.Batches.START;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.collector.detect.Finding.Action;
import io.lockstep.collector.detect.Finding.Severity;
import io.lockstep.collector.window.Batches;
import io.lockstep.collector.window.Window;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.BatchId;
import io.lockstep.telemetry.rows.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EventDetectorTest {
  private long sequence;
  private static final List<Prompt> PROMPT =
      Detectors.all(Detectors.Config.DEFAULT).stream()
          .filter(Prompt.class::isInstance)
          .map(Prompt.class::cast)
          .toList();

  private final Window window = new Window("c");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "79  | gpu-off-the-bus     | GPU_LOST           | CRITICAL | EVACUATE",
        "48  | gpu-xid-hardware    | GPU_FAILING        | CRITICAL | EVACUATE",
        "63  | gpu-xid-hardware    | GPU_FAILING        | WARNING  | WATCH",
        "119 | gpu-xid-driver      | GPU_FAILING        | CRITICAL | CHECKPOINT",
        "31  | gpu-xid-application | GPU_PROGRAM_FAILED | INFO     | WATCH",
        "9001 | gpu-xid-unknown    | GPU_FAILING        | WARNING  | WATCH",
      })
  void anXidIsJudgedByOneRuleByWhoseFaultItIs(
      int code, String rule, IncidentKind kind, Severity severity, Action action) {
    index();
    List<String> names = new ArrayList<>();
    for (Prompt detector : PROMPT) {
      Prompt.Verdict verdict = detector.happened(window, xid(code, "NVRM: Xid"), START);
      if (verdict != null) {
        names.add(detector.name());
        assertThat(verdict.subject()).isEqualTo(new SubjectKey("c", "node", "GPU-a"));
        Finding finding = Objects.requireNonNull(verdict.finding());
        assertThat(finding.kind()).isEqualTo(kind);
        assertThat(finding.severity()).isEqualTo(severity);
        assertThat(finding.action()).isEqualTo(action);
        assertThat(finding.summary()).startsWith("GPU 3 of node").contains("XID " + code);
        assertThat(finding.evidence()).containsEntry("xid", (double) code);
      }
    }
    assertThat(names).containsExactly(rule);
  }

  @Test
  void theTextOfTheLineDecidesHowBadAnNvlinkErrorIs() {
    assertThat(
            severity(
                "NVRM: Xid (PCI:0009:01:00): 149, NETIR_LINK_EVT  Fatal   XC0 i0 Link 01"
                    + " (0x021425c6 0x00000000 0x00000000 0x00000000 0x00000000 0x00000000)"))
        .isEqualTo(Severity.CRITICAL);
    assertThat(
            severity(
                "NVRM: Xid (PCI:0009:01:00): 149, NETIR_BER_EVENT Nonfatal XC0 i0 Link 03"
                    + " (0x00086226 0x00000001 0x00000000 0x00000000 0x00000000 0x00000000)"))
        .isEqualTo(Severity.WARNING);
  }

  private Severity severity(String line) {
    Prompt fabric = named("gpu-xid-fabric");
    Prompt.Verdict verdict = Objects.requireNonNull(fabric.happened(window, xid(149, line), START));
    return Objects.requireNonNull(verdict.finding()).severity();
  }

  @Test
  void whatIsNoFaultSaysNothing() {
    for (String name :
        List.of("lockstep.agent.started", "training.started", "", "lockstep.gpu.found")) {
      Event event = Batches.event(name, "node", "GPU-a", START);
      assertThat(PROMPT).noneMatch(one -> one.happened(window, event, START) != null);
    }
    Event text = event("lockstep.gpu.xid", "GPU-a", "x", Map.of("lockstep.gpu.xid", "no number"));
    assertThat(PROMPT.stream().filter(one -> one.happened(window, text, START) != null))
        .hasSizeLessThanOrEqualTo(1);
  }

  @Test
  void itIsOverOnlyWhileItsServerIsHeard() {
    Prompt hardware = named("gpu-xid-hardware");
    var key = new SubjectKey("c", "node", "GPU-a");
    index();
    window.seal(START + 5 * SECOND);
    var heard = new Heard();
    heard.open.add(key);
    hardware.judge(window, heard);
    assertThat(heard.absent).containsExactly(key);
    window.seal(START + 60 * SECOND);
    var unheard = new Heard();
    unheard.open.add(key);
    hardware.judge(window, unheard);
    assertThat(unheard.unknown).containsExactly(key);
    assertThat(unheard.absent).isEmpty();
  }

  @Test
  void whatAGpuReportsOfItsMemoryIsAnIncidentAsGraveAsItIs() {
    Event bits = memory("double_bit_ecc");
    var grave = Objects.requireNonNull(named("gpu-memory-error").happened(window, bits, START));
    Finding finding = Objects.requireNonNull(grave.finding());
    assertThat(finding.severity()).isEqualTo(Severity.CRITICAL);
    assertThat(finding.summary()).contains("reports a memory error of two bits");
    Event storm = memory("single_bit_ecc_storm");
    var less = Objects.requireNonNull(named("gpu-memory-error").happened(window, storm, START));
    assertThat(Objects.requireNonNull(less.finding()).severity()).isEqualTo(Severity.WARNING);
    assertThat(named("gpu-memory-error").happened(window, memory("new"), START)).isNull();
  }

  @Test
  void aPartThatIsWellAgainIsOverAtOnce() {
    String name = "lockstep.hardware.state.changed";
    Prompt failed = named("part-failed");
    var key = new SubjectKey("c", "node", "nvme/nvme0");
    Event dead = event(name, "nvme/nvme0", "nvme/nvme0 is gone", Map.of("hw.state", "failed"));
    Prompt.Verdict verdict = Objects.requireNonNull(failed.happened(window, dead, START));
    assertThat(verdict.subject()).isEqualTo(key);
    Finding finding = Objects.requireNonNull(verdict.finding());
    assertThat(finding.kind()).isEqualTo(IncidentKind.HOST_DEGRADED);
    assertThat(finding.severity()).isEqualTo(Severity.CRITICAL);
    assertThat(finding.summary()).isEqualTo("node: nvme/nvme0 is gone.");
    Event well = event(name, "nvme/nvme0", "it is well again", Map.of("hw.state", "ok"));
    assertThat(failed.happened(window, well, START)).isEqualTo(new Prompt.Verdict(key, null));
    assertThat(named("memory-uncorrected").happened(window, well, START)).isNull();
  }

  @Test
  void whatWasOverBeforeItWasToldIsHistory() {
    Event killed =
        event(
            "lockstep.kernel.fault",
            "",
            "Out of memory: Killed process 77 (python) total-vm:1kB",
            Map.of("error.type", "oom"));
    Prompt memory = named("out-of-memory");
    window.seal(START + 5 * SECOND);
    assertThat(memory.happened(window, killed, START)).isNotNull();
    window.seal(START + 601 * SECOND);
    assertThat(memory.happened(window, killed, START)).isNull();
  }

  @Test
  void ofTheRulesThatSpeakOfAKernelLineOneTells() {
    Event fatal =
        event(
            "lockstep.kernel.fault",
            "pci/0000:00:03.1",
            "pcieport 0000:00:03.1: PCIe Bus Error: severity=Uncorrected (Fatal), type=x",
            Map.of("error.type", "pcie"));
    assertThat(PROMPT.stream().filter(one -> one.happened(window, fatal, START) != null))
        .extracting(Prompt::name)
        .containsExactly("kernel-hardware-failed");
  }

  private static Event memory(String type) {
    return event("lockstep.gpu.memory.error", "GPU-a", "x", Map.of("error.type", type));
  }

  @Test
  void aNumberThatTheDriverGaveToTwoGpusIsNotAllThatIsSaid() {
    index("GPU-aaaaaaaa-1111", 3);
    Map<String, String> lost = Map.of("lockstep.gpu.xid", "48");
    Prompt hardware = named("gpu-xid-hardware");
    Event event = event("lockstep.gpu.xid", "GPU-aaaaaaaa-1111", "x", lost);
    assertThat(summary(hardware, event)).startsWith("GPU 3 of node ");
    index("GPU-bbbbbbbb-2222", 3);
    assertThat(summary(hardware, event)).startsWith("GPU 3 (GPU-aaaaaaaa) of node ");
    Event other = event("lockstep.gpu.xid", "GPU-bbbbbbbb-2222", "x", lost);
    assertThat(summary(hardware, other)).startsWith("GPU 3 (GPU-bbbbbbbb) of node ");
  }

  private String summary(Prompt detector, Event event) {
    var verdict = Objects.requireNonNull(detector.happened(window, event, START));
    return Objects.requireNonNull(verdict.finding()).summary();
  }

  private static Prompt named(String name) {
    return PROMPT.stream().filter(one -> one.name().equals(name)).findFirst().orElseThrow();
  }

  private void index() {
    index("GPU-a", 3);
  }

  private void index(String uuid, long number) {
    var index = Contract.column(Table.GPU_SLOW, "gpu_index");
    window.append(
        Batches.rows(
            new BatchId("node", 1, sequence++),
            Batches.row(Contract.column(Table.GPU, "power"), "node", uuid, START, 100)),
        START);
    var row = new io.lockstep.telemetry.rows.Row(Table.GPU_SLOW, "node", uuid, START);
    row.set(index, number);
    window.append(Batches.rows(new BatchId("node", 1, sequence++), row), START);
  }

  private static Event xid(int code, String body) {
    return event(
        "lockstep.gpu.xid", "GPU-a", body, Map.of("lockstep.gpu.xid", Integer.toString(code)));
  }

  private static Event event(
      String name, String subject, String body, Map<String, String> attributes) {
    return new Event("id", START, "node", "lockstep-agent", name, 17, subject, body, attributes);
  }
}
