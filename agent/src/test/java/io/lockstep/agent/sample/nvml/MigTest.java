package io.lockstep.agent.sample.nvml;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.agent.sample.Reading;
import io.lockstep.agent.sample.jobs.GpuProcess;
import io.lockstep.agent.sample.jobs.GpuUse;
import io.lockstep.simulator.NvmlStandIn;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.Occurrence;
import io.lockstep.telemetry.otlp.Sample;
import io.opentelemetry.api.common.AttributeKey;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A GPU that is split, and split anew while the agent runs; and the lists of processes, in every
/// layout that drivers have.
class MigTest {
  private static final int SLOW = 10;

  @TempDir Path folder;

  private List<GpuUse> uses;
  private GpuServer server;
  private NvmlStandIn nvml;

  @BeforeEach
  void build() throws Exception {
    server = new GpuServer(folder);
    uses = server.uses;
    nvml = server.nvml;
    nvml.gpus(1);
    nvml.unset(0, "processes");
    server.start(server.config(), Duration.ofSeconds(5), null);
  }

  @AfterEach
  void close() throws Exception {
    if (server != null) {
      server.close();
    }
  }

  private void instance(int index, String uuid, int gi) {
    nvml.mig(0, index, "uuid", uuid);
    nvml.mig(0, index, "name", "NVIDIA_H100_80GB_HBM3_MIG_1g.10gb");
    nvml.mig(0, index, "gi", gi);
    nvml.mig(0, index, "ci", 0);
    nvml.mig(0, index, "memory", 10_200_547_328L);
    nvml.mig(0, index, "memory_used", 1_000_000_000L + gi);
    nvml.mig(0, index, "multiprocessors", 16);
  }

  /// A round in which what changes slowly is read.
  private Reading slowRound() {
    uses.clear();
    Reading reading = server.round();
    for (int i = 1; i < SLOW; i++) {
      server.round();
    }
    return reading;
  }

  private static Map<String, Long> values(Reading reading, String uuid) {
    Map<String, Long> values = new TreeMap<>();
    for (Sample sample : reading.samples()) {
      if (uuid.equals(sample.attributes().get(AttributeKey.stringKey("hw.id")))) {
        Contract.columns(Table.PART).stream()
            .filter(sample::isOf)
            .forEach(column -> values.put(column.name(), (long) sample.value()));
      }
    }
    return values;
  }

  private static List<String> events(Reading reading) {
    return reading.events().stream()
        .filter(event -> event.name().startsWith("lockstep.gpu.mig."))
        .map(event -> name(event) + " " + event.attributes().get("lockstep.gpu.mig.uuid"))
        .sorted()
        .toList();
  }

  private static String name(Occurrence event) {
    return event.name().substring("lockstep.gpu.mig.".length());
  }

  @Test
  void eachInstanceHasItsValuesAndItsProcesses() throws Exception {
    nvml.set(0, "mig", 1);
    instance(0, "MIG-a", 7);
    instance(2, "MIG-b", 9);
    nvml.mig(0, 2, "process 4711", "c,900000000,9,0");
    nvml.write();
    Reading reading = slowRound();
    assertThat(values(reading, "MIG-a"))
        .containsEntry("mig_memory", 10_200_547_328L)
        .containsEntry("mig_memory_used", 1_000_000_007L)
        .containsEntry("mig_multiprocessors", 16L)
        .containsEntry("mig_slices", 1L)
        .containsEntry("mig_gpu_instance", 7L)
        .containsEntry("mig_compute_instance", 0L);
    assertThat(values(reading, "MIG-b")).containsEntry("mig_memory_used", 1_000_000_009L);
    assertThat(reading.samples())
        .filteredOn(one -> "MIG-b".equals(one.attributes().get(AttributeKey.stringKey("hw.id"))))
        .allSatisfy(one -> {
          assertThat(one.attributes().get(AttributeKey.stringKey("hw.parent")))
              .isEqualTo(NvmlStandIn.uuid(0));
          assertThat(one.attributes().get(AttributeKey.stringKey("hw.name"))).isEqualTo("1g.10gb");
        });
    assertThat(events(reading)).containsExactly("added MIG-a", "added MIG-b");
    assertThat(uses.getFirst().processes())
        .containsExactly(new GpuProcess(4711, 900_000_000L, "MIG-b"));
  }

  @Test
  void aGpuThatIsSplitAnewHasOthersAndSaysSo() throws Exception {
    nvml.set(0, "mig", 1);
    instance(0, "MIG-a", 7);
    instance(1, "MIG-b", 8);
    nvml.write();
    slowRound();
    nvml.unsplit(0);
    instance(0, "MIG-c", 1);
    instance(1, "MIG-b", 8);
    nvml.write();
    Reading anew = slowRound();
    assertThat(events(anew)).containsExactly("added MIG-c", "removed MIG-a");
    assertThat(values(anew, "MIG-a")).isEmpty();
    assertThat(values(anew, "MIG-c")).containsEntry("mig_gpu_instance", 1L);
    nvml.unsplit(0);
    nvml.set(0, "mig", 0);
    nvml.write();
    Reading whole = slowRound();
    assertThat(events(whole)).containsExactly("removed MIG-b", "removed MIG-c");
    assertThat(events(slowRound())).isEmpty();
  }

  @Test
  void listsOfProcessesAreReadInEveryLayout() throws Exception {
    nvml.set(0, "process 11", "c,100");
    nvml.set(0, "process 12", "c,-");
    nvml.set(0, "process 13", "g,300");
    nvml.set(0, "process 14", "m,400");
    var expected =
        List.of(
            new GpuProcess(11, 100L, ""),
            new GpuProcess(12, null, ""),
            new GpuProcess(13, 300L, ""),
            new GpuProcess(14, 400L, ""));
    nvml.write();
    slowRound();
    assertThat(uses.getFirst().processes()).containsExactlyInAnyOrderElementsOf(expected);
    nvml.set("process_bytes", 32);
    nvml.write();
    slowRound();
    assertThat(uses.getFirst().processes()).containsExactlyInAnyOrderElementsOf(expected);
    nvml.set("old", 1);
    nvml.write();
    slowRound();
    assertThat(uses.getFirst().processes()).containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void moreProcessesThanFitAreCounted() throws Exception {
    nvml.set(0, "processes", 400);
    nvml.write();
    Reading reading = slowRound();
    assertThat(uses).isEmpty();
    assertThat(reading.samples())
        .filteredOn(one -> one.metric().name().equals("lockstep.gpu.processes"))
        .singleElement()
        .extracting(Sample::value)
        .isEqualTo(400.0);
  }
}
