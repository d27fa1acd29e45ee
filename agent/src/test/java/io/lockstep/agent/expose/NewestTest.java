package io.lockstep.agent.expose;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.agent.batch.Outlet;
import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Metric;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.Occurrence;
import io.lockstep.telemetry.otlp.Sample;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class NewestTest {
  private static final Column POWER = Contract.column(Table.GPU, "power");
  private static final Column LIMIT = Contract.column(Table.GPU_SLOW, "power_limit");
  private static final String UUID = "GPU-509665ad-b600-ac93-3616-d754b23d636d";

  private final List<Object> passed = new ArrayList<>();
  private final AtomicLong nanos = new AtomicLong(5);
  private final Newest newest =
      new Newest(
          new Outlet() {
            @Override
            public void metrics(Instant time, List<Sample> samples) {
              passed.addAll(samples);
            }

            @Override
            public void events(List<Occurrence> events) {
              passed.addAll(events);
            }
          },
          nanos::get);

  private void tick(Sample... samples) {
    nanos.addAndGet(1_000_000_000L);
    newest.metrics(Instant.EPOCH, List.of(samples));
  }

  private static Sample power(double watts) {
    return Sample.of(POWER, UUID, watts);
  }

  @Test
  void passesEverythingOnAndShowsTheNewestValueOfEachSeries() {
    Sample limit = Sample.of(LIMIT, UUID, 700.0);
    tick(power(300), limit);
    assertThat(newest.samples()).containsExactlyInAnyOrder(power(300), limit);
    tick(power(310));
    assertThat(newest.samples()).containsExactlyInAnyOrder(power(310), limit);
    assertThat(passed).containsExactly(power(300), limit, power(310));
  }

  @Test
  void aSeriesThatIsLateIsMissingAndASlowOneIsNotLate() {
    tick(power(300));
    newest.samples();
    Sample limit = Sample.of(LIMIT, UUID, 700.0);
    for (int i = 0; i < 21; i++) {
      if (i % 10 == 0) {
        tick(power(300), limit);
      } else {
        tick(power(300));
      }
    }
    for (int i = 0; i < 8; i++) {
      tick();
    }
    assertThat(newest.samples()).as("power comes each second").containsExactly(limit);
    for (int i = 0; i < 25; i++) {
      tick();
    }
    assertThat(newest.samples()).isEmpty();
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
}
