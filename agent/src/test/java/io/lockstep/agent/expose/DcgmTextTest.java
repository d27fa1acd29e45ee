package io.lockstep.agent.expose;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.agent.batch.Nowhere;
import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Metric;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.Occurrence;
import io.lockstep.telemetry.otlp.Sample;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class DcgmTextTest {
  private static final Column POWER = Contract.column(Table.GPU, "power");
  private static final String UUID = "GPU-509665ad-b600-ac93-3616-d754b23d636d";

  private final Newest newest = new Newest(new Nowhere());

  private void tick(Sample... samples) {
    newest.metrics(Instant.EPOCH, List.of(samples));
  }

  private static Sample power(double watts) {
    return Sample.of(POWER, UUID, watts);
  }

  @Test
  void showsGpusAsDcgmExporterDoes() {
    newest.events(
        List.of(
            new Occurrence(
                "lockstep.gpu.found",
                0,
                "",
                Map.of(
                    "hw.id", UUID,
                    "lockstep.gpu.index", "3",
                    "lockstep.gpu.pci.address", "0000:1b:00.0",
                    "hw.name", "NVIDIA \"H100\"",
                    "hw.driver_version", "580.126.09")),
            new Occurrence(
                "lockstep.gpu.xid", 0, "", Map.of("hw.id", UUID, "lockstep.gpu.xid", "94"))));
    tick(
        power(300.25),
        Sample.of(Contract.column(Table.GPU, "clock_sm"), UUID, 1.98e9),
        Sample.of(Contract.column(Table.GPU, "utilization"), UUID, 0.93),
        Sample.of(Contract.column(Table.GPU, "memory_used"), UUID, 3 * 1048576L + 1),
        Sample.of(Contract.column(Table.GPU_SLOW, "memory"), UUID, 10 * 1048576L),
        Sample.of(Contract.column(Table.GPU_SLOW, "memory_reserved"), UUID, 1048576L),
        Sample.of(Contract.column(Table.GPU_SLOW, "encoder_utilization"), UUID, 0.04),
        Sample.of(Contract.column(Table.GPU, "power_cap_time"), UUID, 2.5),
        Sample.of(Contract.column(Table.GPU, "sm_activity"), UUID, 0.875),
        Sample.of(Contract.column(Table.GPU_SLOW, "nvlink_transmit_rate"), UUID, 1048576.0));
    String labels =
        "{gpu=\"3\",UUID=\""
            + UUID
            + "\",pci_bus_id=\"00000000:1B:00.0\",device=\"nvidia3\",modelName=\"NVIDIA"
            + " \\\"H100\\\"\",Hostname=\"n1\",DCGM_FI_DRIVER_VERSION=\"580.126.09\"}";
    assertThat(DcgmText.of(newest, "n1").lines())
        .filteredOn(line -> !line.startsWith("#"))
        .extracting(line -> line.replace(labels, ""))
        .containsExactlyInAnyOrder(
            "DCGM_FI_DEV_POWER_USAGE 300.250000",
            "DCGM_FI_DEV_SM_CLOCK 1980",
            "DCGM_FI_DEV_GPU_UTIL 93",
            "DCGM_FI_DEV_FB_USED 3",
            "DCGM_FI_DEV_FB_FREE 5",
            "DCGM_FI_DEV_FB_USED_PERCENT 0.333333",
            "DCGM_FI_DEV_FB_TOTAL 10",
            "DCGM_FI_DEV_FB_RESERVED 1",
            "DCGM_FI_DEV_ENC_UTIL 4",
            "DCGM_FI_DEV_POWER_VIOLATION 2500000",
            "DCGM_FI_PROF_SM_ACTIVE 0.875000",
            "DCGM_FI_PROF_NVLINK_TX_BYTES 1048576",
            "DCGM_FI_DEV_XID_ERRORS 94");
  }

  @Test
  void aGpusValuesStandThereOnceForEachJobThatUsesIt() {
    tick(
        power(300),
        job(Map.of("slurm.job.id", "4711", "slurm.step.id", "0", "dl.rank", "3")),
        job(
            Map.of(
                "k8s.pod.uid", "u",
                "k8s.pod.name", "llama-0",
                "k8s.namespace.name", "team",
                "k8s.container.name", "trainer")),
        job(Map.of()));
    assertThat(DcgmText.of(newest, "n1").lines())
        .filteredOn(line -> line.startsWith("DCGM_FI_DEV_POWER_USAGE"))
        .extracting(line -> line.substring(line.indexOf("DCGM_FI_DRIVER_VERSION")))
        .containsExactlyInAnyOrder(
            "DCGM_FI_DRIVER_VERSION=\"\",hpc_job=\"4711\"} 300",
            "DCGM_FI_DRIVER_VERSION=\"\",container=\"trainer\",namespace=\"team\",pod=\"llama-0\"}"
                + " 300");
  }

  private static Sample job(Map<String, String> attributes) {
    Metric metric = Objects.requireNonNull(Contract.metric("lockstep.gpu.job.processes"));
    var all = Attributes.builder().put(AttributeKey.stringKey("hw.id"), UUID);
    attributes.forEach((name, value) -> all.put(AttributeKey.stringKey(name), value));
    return new Sample(metric, all.build(), true, 1);
  }

  @Test
  void aServerWithoutGpusShowsNone() {
    tick(Sample.of(Contract.column(Table.HOST, "cpu_mean"), "", 0.5));
    assertThat(DcgmText.of(newest, "n1")).isEmpty();
  }

  @Test
  void limitsOfPowerAreWhatDcgmMeansByThem() {
    tick(
        Sample.of(Contract.column(Table.GPU_SLOW, "power_limit"), UUID, 450),
        Sample.of(Contract.column(Table.GPU_SLOW, "power_limit_requested"), UUID, 500),
        Sample.of(Contract.column(Table.GPU_SLOW, "power_limit_default"), UUID, 700));
    assertThat(values("[A-Z_]*POWER[A-Z_]*LIMIT[A-Z_]*"))
        .containsExactlyInAnyOrder(
            "DCGM_FI_DEV_ENFORCED_POWER_LIMIT 450",
            "DCGM_FI_DEV_POWER_MGMT_LIMIT 500",
            "DCGM_FI_DEV_POWER_MGMT_LIMIT_DEF 700");
  }

  @Test
  void memoryWhoseReservedPartIsUntoldIsFreeBesideWhatIsUsed() {
    tick(
        Sample.of(Contract.column(Table.GPU, "memory_used"), UUID, 3 * 1048576L),
        Sample.of(Contract.column(Table.GPU_SLOW, "memory"), UUID, 12 * 1048576L));
    assertThat(values("DCGM_FI_DEV_FB_.*"))
        .containsExactlyInAnyOrder(
            "DCGM_FI_DEV_FB_TOTAL 12",
            "DCGM_FI_DEV_FB_USED 3",
            "DCGM_FI_DEV_FB_FREE 9",
            "DCGM_FI_DEV_FB_USED_PERCENT 0.250000");
  }

  @Test
  void aGpuThatIsSplitHasItsMemoryByInstanceWithDcgmExportersLabels() {
    tick(
        power(300),
        Sample.of(Contract.column(Table.GPU, "memory_used"), UUID, 3 * 1048576L),
        Sample.of(Contract.column(Table.GPU_SLOW, "memory"), UUID, 80 * 1048576L),
        mig("mig_gpu_instance", "MIG-a", "1g.10gb", 13),
        mig("mig_memory", "MIG-a", "1g.10gb", 10 * 1048576L),
        mig("mig_memory_used", "MIG-a", "1g.10gb", 2 * 1048576L),
        mig("mig_memory_reserved", "MIG-a", "1g.10gb", 1048576L),
        mig("mig_gpu_instance", "MIG-b", "1c.3g.40gb", 2),
        mig("mig_memory_used", "MIG-b", "1c.3g.40gb", 5 * 1048576L),
        mig("mig_gpu_instance", "MIG-c", "1c.3g.40gb", 2),
        mig("mig_memory_used", "MIG-c", "1c.3g.40gb", 5 * 1048576L),
        job(Map.of("lockstep.gpu.mig.uuid", "MIG-c", "k8s.pod.name", "llama-0")));
    assertThat(lines("DCGM_FI_DEV_FB_FREE"))
        .singleElement()
        .asString()
        .contains("UUID=\"" + UUID + "\"")
        .contains(",modelName=\"\",GPU_I_PROFILE=\"1g.10gb\",GPU_I_ID=\"13\",Hostname=\"n1\",")
        .endsWith("} 7");
    assertThat(lines("DCGM_FI_DEV_FB_USED"))
        .as("instances that compute share the memory of their GPU instance")
        .hasSize(2)
        .anyMatch(line -> line.contains("GPU_I_ID=\"13\"") && line.endsWith("} 2"))
        .anyMatch(line ->
            line.contains("GPU_I_PROFILE=\"3g.40gb\",GPU_I_ID=\"2\"")
                && line.endsWith(",pod=\"llama-0\"} 5"));
    assertThat(lines("DCGM_FI_DEV_POWER_USAGE"))
        .as("what is the whole GPU's stands there once")
        .singleElement()
        .asString()
        .doesNotContain("GPU_I_");
  }

  private static Sample mig(String column, String uuid, String profile, long value) {
    Metric metric =
        Objects.requireNonNull(Contract.metric(Contract.column(Table.PART, column).metric()));
    var attributes =
        Attributes.builder().put("hw.id", uuid).put("hw.parent", UUID).put("hw.name", profile);
    return new Sample(metric, attributes.build(), true, value);
  }

  private List<String> lines(String name) {
    return DcgmText.of(newest, "n1").lines().filter(line -> line.startsWith(name + "{")).toList();
  }

  /// Without labels.
  private List<String> values(String names) {
    return DcgmText.of(newest, "n1")
        .lines()
        .map(line -> line.replaceAll("[{].*[}]", ""))
        .filter(line -> line.matches(names + " .*"))
        .toList();
  }
}
