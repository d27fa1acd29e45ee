package io.lockstep.agent.sample.nvml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.agent.sample.Reading;
import io.lockstep.simulator.NvmlStandIn;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.GpuHealth;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.Occurrence;
import io.lockstep.telemetry.otlp.Sample;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is read of a GPU beyond each second's values, and what happens when it is not well.
class GpuDetailTest {
  private static final Instant START = Instant.ofEpochSecond(1_800_000_000);

  /// Samples of activity must be more than 100 ms apart.
  private static final long APART_NANOS = 120_000_000;

  @TempDir Path folder;

  private final Map<String, Double> newest = new HashMap<>();
  private GpuServer server;
  private NvmlStandIn nvml;

  @BeforeEach
  void build() throws Exception {
    server = new GpuServer(folder);
    nvml = server.nvml;
    nvml.gpus(1);
  }

  @AfterEach
  void close() throws Exception {
    if (server != null) {
      server.close();
    }
  }

  @Test
  void whatIsReadOnceAMinuteIsWhatTheLibrarySays() throws Exception {
    nvml.set(0, "fabric_health", 0x1569); // degraded, recovering no, unhealthy no, timeout so, 5
    nvml.write();
    start(Gpm.OFF);
    round();
    assertThat(slow("pcie_fatal_errors")).isEqualTo(30);
    assertThat(slow("pcie_lane_errors")).isEqualTo(33);
    assertThat(slow("margin_shutdown")).isEqualTo(-8);
    assertThat(slow("temperature_margin")).isEqualTo(46);
    assertThat(slow("temperature_gpu_max")).isEqualTo(87);
    assertThat(slow("power_average_module")).isEqualTo(401);
    assertThat(slow("power_instant_memory")).isEqualTo(62);
    assertThat(slow("power_limit_min")).isEqualTo(200);
    assertThat(slow("sync_boost_time")).isEqualTo(2.5);
    assertThat(slow("sram_uncorrected_mcu")).isEqualTo(14);
    assertThat(slow("banks_partial")).isEqualTo(1);
    assertThat(slow("retired_pages_corrected")).isEqualTo(3);
    assertThat(slow("clock_video_max")).isEqualTo(1546e6);
    assertThat(slow("fabric_degraded")).isEqualTo(1);
    assertThat(slow("fabric_recovering")).isZero();
    assertThat(slow("fabric_misconfigured")).isEqualTo(5);
    assertThat(slow("nvlink_receive_errors")).isEqualTo(18 * 8 + 153);
    assertThat(newest).doesNotContainKey(key(Table.GPU, "sm_activity"));
  }

  @Test
  void eachNvlinkIsAPartOfItsOwn() throws Exception {
    nvml.set(0, "link 4", 0);
    nvml.write();
    start(Gpm.OFF);
    round();
    assertThat(link("nvlink_up", 3)).isEqualTo(1);
    assertThat(link("nvlink_up", 4)).isZero();
    assertThat(link("nvlink_receive", 4)).isNull();
    assertThat(slow("nvlink_receive_errors"))
        .as("what a link that is down has counted counts, also when it was never up")
        .isEqualTo(18 * 8 + 153);
    assertThat(slow("nvlink_crc_errors")).isEqualTo(153);
    assertThat(link("nvlink_receive", 3)).isEqualTo(11);
    assertThat(link("nvlink_speed", 3)).isEqualTo(26562e6);
    assertThat(link("nvlink_received", 3)).isEqualTo(2051 * 1024);
    assertThat(link("nvlink_fec", 3)).isEqualTo(992 + 991);
    assertThat(link("nvlink_ber_effective", 3)).isCloseTo(3e-15, within(1e-25));
    assertThat(link("nvlink_ber_raw", 3)).isCloseTo(1e-9, within(1e-19));
  }

  @Test
  void trafficOverNvlinksIsAddedUpWhereOnlyEachLinkTellsIt() throws Exception {
    for (String id : List.of("138", "139")) {
      nvml.unset(0, "field " + id + "/all");
      for (int link = 0; link < 18; link++) {
        nvml.unset(0, "field " + id + (link == 0 ? "" : "/" + link));
      }
    }
    for (int link = 0; link < 18; link++) {
      String scope = link == 0 ? "" : "/" + link;
      nvml.set(0, "field 202" + scope, 1_000_000_000_000L + link);
      nvml.set(0, "field 204" + scope, 2_000_000_000_000L);
    }
    nvml.write();
    start(Gpm.OFF);
    round();
    assertThat(newest.get(key(Table.GPU, "nvlink_transmitted"))).isEqualTo(18e12 + 153);
    assertThat(newest.get(key(Table.GPU, "nvlink_received"))).isEqualTo(36e12);
    assertThat(link("nvlink_transmitted", 3)).isEqualTo(1e12 + 3);
    nvml.set(0, "link 4", 0);
    nvml.unset(0, "field 202/4");
    nvml.set(0, "field 202/5", 1_000_000_000_105L);
    nvml.write();
    for (int i = 0; i < 10; i++) {
      round();
    }
    assertThat(newest.get(key(Table.GPU, "nvlink_transmitted")))
        .as("of a link that is down what it said last counts")
        .isEqualTo(18e12 + 253);
  }

  @Test
  void ratiosOfBrokenBitsAreDigitsAndPlaces() {
    assertThat(NvLinkDetail.ratio(0x0c | 5 << 8)).isCloseTo(5e-12, within(1e-22));
    assertThat(NvLinkDetail.ratio(0xff)).isZero();
    assertThat(NvLinkDetail.ratio(null)).isNull();
  }

  @Test
  void activityIsTheDifferenceOfTwoSamples() throws Exception {
    start(Gpm.AUTO);
    round();
    assertThat(newest).doesNotContainKey(key(Table.GPU, "sm_activity"));
    round();
    assertThat(slow("graphics_activity")).isNull();
    assertThat(gpu("sm_activity")).isEqualTo(0.875);
    assertThat(gpu("sm_occupancy")).isEqualTo(0.4375);
    assertThat(gpu("tensor_activity")).isEqualTo(0.625);
    assertThat(gpu("dram_activity")).isEqualTo(0.55);
    nvml.set(0, "gpm 2", 25);
    nvml.write();
    round();
    assertThat(gpu("sm_activity")).isEqualTo(0.25);
    rounds(60);
    assertThat(slow("graphics_activity")).isEqualTo(0.975);
  }

  @Test
  void theTrafficOfNvlinksIsNothingWhereThereIsNone() throws Exception {
    nvml.gpus(2);
    nvml.set(0, "gpm 60", 5);
    nvml.set(0, "gpm 61", 0);
    for (int link = 0; link < 18; link++) {
      nvml.unset(1, "link " + link);
      nvml.unset(1, "field 165" + (link == 0 ? "" : "/" + link));
    }
    nvml.set(1, "gpm 20", 7);
    nvml.set(1, "gpm 60", 0);
    nvml.set(1, "gpm 61", 0);
    nvml.write();
    start(Gpm.AUTO);
    round();
    rounds(9);
    round();
    assertThat(slow("nvlink_receive_rate")).isEqualTo(5 << 20);
    assertThat(slow("nvlink_transmit_rate")).isZero();
    String second = NvmlStandIn.uuid(1);
    assertThat(newest)
        .containsEntry(key(Table.GPU_SLOW, "pcie_transmit_rate", second), 7.0 * (1 << 20))
        .doesNotContainKey(key(Table.GPU_SLOW, "nvlink_receive_rate", second))
        .doesNotContainKey(key(Table.GPU_SLOW, "nvlink_transmit_rate", second));
  }

  @Test
  void whatCostsAMillisecondIsAskedOnceAMinute() throws Exception {
    start(Gpm.OFF);
    round(0);
    double energy = Objects.requireNonNull(slow("energy"));
    nvml.set(0, "field 83", 7_000);
    nvml.set(0, "pcie_replays", 9);
    nvml.set(0, "field 94", 9);
    nvml.write();
    rounds(11);
    assertThat(slow("energy")).isEqualTo(energy);
    assertThat(gpu("pcie_replays")).isEqualTo(9);
    rounds(50);
    assertThat(slow("energy")).isEqualTo(7);
  }

  @Test
  void theHardwaresTimesAreAskedWhileItSlowsTheClockDown() throws Exception {
    start(Gpm.OFF);
    round(0);
    assertThat(slow("hw_thermal_time")).isEqualTo(2.5);
    nvml.set(0, "field 270", "3000000000");
    nvml.write();
    rounds(11);
    assertThat(slow("hw_thermal_time")).isEqualTo(2.5);
    nvml.set(0, "reasons", 0x40);
    nvml.write();
    rounds(10);
    assertThat(slow("hw_thermal_time")).isEqualTo(3);
  }

  @Test
  void gpusTakeTurnsInTheirCostlyRounds() {
    for (int index = 0; index < 8; index++) {
      int at = index;
      List<Pace> hour = IntStream.rangeClosed(1, 360).mapToObj(i -> Pace.of(i, at)).toList();
      assertThat(hour).filteredOn(pace -> pace.asks(Pace.SELDOM)).hasSize(60);
      assertThat(hour).filteredOn(pace -> pace.asks(Pace.RARE)).hasSize(6);
    }
    for (int round = 1; round < 360; round++) {
      int slow = round;
      assertThat(IntStream.range(0, 8).mapToObj(index -> Pace.of(slow, index)))
          .filteredOn(pace -> pace == Pace.RARE)
          .hasSizeLessThan(2);
    }
  }

  @Test
  void countersThatStandStillWhileKernelsRunAreNotBelieved() throws Exception {
    nvml.set(0, "utilization", 100);
    nvml.set(0, "gpm 1", 0);
    nvml.set(0, "gpm 2", 0);
    nvml.write();
    start(Gpm.AUTO);
    var events = new CopyOnWriteArrayList<Occurrence>();
    for (int i = 0; i < 16; i++) {
      events.addAll(round().events());
    }
    assertThat(newest).doesNotContainKeys(key(Table.GPU, "sm_activity"));
    assertThat(gpu("utilization")).isEqualTo(1);
    assertThat(events)
        .filteredOn(event -> event.name().equals("lockstep.agent.reader.failed"))
        .singleElement()
        .satisfies(event -> assertThat(event.body()).contains("nvmlGpmMetricsGet", "no data"));
  }

  @Test
  void aGpuThatRestsIsLeftAlone() throws Exception {
    nvml.set(0, "pstate", 8);
    nvml.write();
    start(Gpm.AUTO);
    round();
    round();
    assertThat(newest)
        .doesNotContainKeys(key(Table.GPU, "sm_activity"), key(Table.GPU_SLOW, "inforom_valid"));
    assertThat(gpu("performance_state")).isEqualTo(8);
  }

  @Test
  void activityThatIsForRootAloneIsSaidOnceAndCostsNothingElse() throws Exception {
    nvml.set(0, "no gpm_sample", 4);
    nvml.write();
    start(Gpm.AUTO);
    assertThat(round().events())
        .filteredOn(event -> event.name().equals("lockstep.agent.reader.failed"))
        .singleElement()
        .satisfies(event -> assertThat(event.body()).contains("nvmlGpmSampleGet", "no permission"));
    assertThat(round().events()).isEmpty();
    assertThat(gpu("power")).isEqualTo(300);
  }

  @Test
  void whatAGpuSaysIsWrongIsItsBitUntilItIsMended() throws Exception {
    nvml.set(0, "sram_threshold_exceeded", 1);
    nvml.set(0, "banks_none", 2);
    nvml.set(0, "retired_pages_pending", 1);
    nvml.set(0, "inforom_valid", 0);
    nvml.set(0, "fabric_status", 999);
    nvml.set(0, "fabric_health", 0x1aa);
    nvml.write();
    start(Gpm.OFF);
    assertThat(round().events())
        .noneMatch(event -> event.name().equals("lockstep.agent.reader.failed"));
    assertThat(gpu("health"))
        .isEqualTo(
            GpuHealth.SRAM_WORN.bit()
                | GpuHealth.ROWS_USED_UP.bit()
                | GpuHealth.PAGES_PENDING.bit()
                | GpuHealth.INFOROM_CORRUPTED.bit()
                | GpuHealth.FABRIC_REGISTRATION.bit());
    assertThat(slow("inforom_valid")).isZero();
    nvml.set(0, "fabric_status", 0);
    nvml.write();
    for (int i = 0; i < 10; i++) {
      round();
    }
    assertThat(gpu("health"))
        .isEqualTo(
            GpuHealth.SRAM_WORN.bit()
                | GpuHealth.ROWS_USED_UP.bit()
                | GpuHealth.PAGES_PENDING.bit()
                | GpuHealth.INFOROM_CORRUPTED.bit());
  }

  @Test
  void whatNvmlSaysForNotAvailableIsNoValue() throws Exception {
    nvml.set(0, "bar1_used", "18446744073709551615");
    nvml.set(0, "volatile_dram_corrected", "18446744073709551615");
    nvml.set(0, "power", "4294967295");
    nvml.set(0, "field 83", "18446744073709551615");
    nvml.set(0, "field 186", "4294967295u");
    nvml.set(0, "memory_used", "18446744073709551615");
    nvml.write();
    start(Gpm.OFF);
    round();
    assertThat(slow("bar1_used")).isNull();
    assertThat(slow("volatile_dram_corrected")).isNull();
    assertThat(gpu("power")).isNull();
    assertThat(gpu("power_instant")).isNull();
    assertThat(gpu("memory_used")).isNull();
    assertThat(slow("margin_shutdown")).isEqualTo(-8);
    assertThat(gpu("clock_sm")).isEqualTo(1980e6);
  }

  @Test
  void aFailedRecoveryIsCountedOnceWhicheverLinksAnswer() throws Exception {
    for (int link = 0; link < 18; link++) {
      nvml.set(0, "field 214" + (link == 0 ? "" : "/" + link), 5);
    }
    nvml.write();
    start(Gpm.OFF);
    round();
    assertThat(gpu("nvlink_recoveries_failed")).isEqualTo(90);
    nvml.unset(0, "field 214/7");
    nvml.set(0, "field 214/3", 6);
    nvml.write();
    rounds(60);
    assertThat(gpu("nvlink_recoveries_failed")).isEqualTo(91);
  }

  @Test
  void firmwareThatIsAnotherIsAnEvent() throws Exception {
    start(Gpm.OFF);
    round();
    nvml.set(0, "vbios", "96.00.B0.00.01");
    nvml.write();
    var events = new CopyOnWriteArrayList<Occurrence>();
    for (int i = 0; i < 70 && events.isEmpty(); i++) {
      LockSupport.parkNanos(2_000_000);
      events.addAll(round(0).events());
    }
    assertThat(events)
        .singleElement()
        .satisfies(event -> {
          assertThat(event.name()).isEqualTo("lockstep.gpu.changed");
          assertThat(event.body()).contains("96.00.A5.00.01 → 96.00.B0.00.01");
          assertThat(event.attributes()).containsEntry("hw.firmware_version", "96.00.B0.00.01");
        });
  }

  @Test
  void eventsThatAreNoFaultAreCountedAndTheMostFrequentLetGo() {
    var counts = new EventCounts();
    var quiet = new QuietEvents(counts);
    var gpu = new Identity("GPU-1", "H100", "", "0000:18:00.0", 0);
    quiet.begin(gpu, 0xffff);
    assertThat(quiet.happened(gpu, 0x1, START)).isNotNull();
    assertThat(quiet.happened(gpu, 0x1, START.plusSeconds(1))).isNull();
    assertThat(Objects.requireNonNull(quiet.happened(gpu, 0x1, START.plusSeconds(61))).body())
        .contains("2 corrected memory errors");
    assertThat(counts.get("GPU-1", "ecc_corrected_events")).isEqualTo(3);
    assertThat(counts.get("GPU-1", "clock_events")).isZero();
    for (int i = 0; i < 99; i++) {
      assertThat(quiet.happened(gpu, 0x10, START)).isNull();
      assertThat(quiet.isTooMuch()).isFalse();
    }
    quiet.happened(gpu, 0x10, START);
    assertThat(quiet.isTooMuch()).isTrue();
    assertThat(quiet.wanted() & 0x10).isZero();
    quiet.begin(gpu, 0xffff);
    assertThat(counts.get("GPU-1", "clock_events")).isNull();
    assertThat(counts.get("GPU-1", "performance_state_events")).isZero();
  }

  private void start(Gpm gpm) {
    NvmlConfig usual = server.config().withGpm(gpm);
    server.start(
        usual.withTimes(usual.interval(), usual.slow(), Duration.ofSeconds(20), 0),
        Duration.ofSeconds(30),
        null);
  }

  private Reading round() {
    return round(APART_NANOS);
  }

  private void rounds(int count) {
    for (int i = 0; i < count; i++) {
      round(0);
    }
  }

  private Reading round(long pauseNanos) {
    LockSupport.parkNanos(pauseNanos);
    Reading reading = server.round();
    for (Sample sample : reading.samples()) {
      newest.put(sample.metric().name() + sample.attributes(), sample.value());
    }
    return reading;
  }

  private @Nullable Double gpu(String column) {
    return newest.get(key(Table.GPU, column));
  }

  private @Nullable Double slow(String column) {
    return newest.get(key(Table.GPU_SLOW, column));
  }

  private @Nullable Double link(String column, int link) {
    return newest.get(key(Table.PART, column, NvmlStandIn.uuid(0) + "/" + link));
  }

  private static String key(Table table, String column) {
    return key(table, column, NvmlStandIn.uuid(0));
  }

  private static String key(Table table, String column, String subject) {
    Sample model = Sample.of(Contract.column(table, column), subject, 0L);
    return model.metric().name() + model.attributes();
  }
}
