package io.lockstep.agent.sample.nvml;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.agent.sample.Reading;
import io.lockstep.simulator.NvmlStandIn;
import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.Occurrence;
import io.lockstep.telemetry.otlp.Sample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// GPUs read through the real ABI, from a library whose every value and fault is ordered.
class NvmlSamplerTest {
  private static final int ROUNDS_MAX = 200;

  @TempDir Path folder;

  private GpuServer server;
  private NvmlStandIn nvml;
  private Duration hang = Duration.ofSeconds(1);

  /// All is waited for on the first round; on later ones a hang must not make the test slow.
  private Duration deadline = Duration.ofSeconds(2);

  @BeforeEach
  void build() throws Exception {
    server = new GpuServer(folder);
    nvml = server.nvml;
  }

  @AfterEach
  void close() throws Exception {
    if (server != null) {
      server.close();
    }
  }

  @Test
  void eachValueOfEightGpusIsWhatTheLibrarySays() throws Exception {
    nvml.gpus(8);
    Reading reading = start();
    for (int gpu = 0; gpu < 8; gpu++) {
      assertThat(gpu(reading, gpu, "state")).isEqualTo(1);
      assertThat(gpu(reading, gpu, "temperature")).isEqualTo(40 + gpu);
      assertThat(gpu(reading, gpu, "temperature_memory")).isEqualTo(50 + gpu);
      assertThat(gpu(reading, gpu, "power")).isEqualTo((300_000 + gpu) / 1e3);
      assertThat(slow(reading, gpu, "energy")).isEqualTo((123_456_789_012_345.0 + gpu) / 1e3);
      assertThat(gpu(reading, gpu, "utilization")).isEqualTo((90 + gpu) / 100.0);
      assertThat(gpu(reading, gpu, "memory_utilization")).isEqualTo(0.33);
      assertThat(gpu(reading, gpu, "memory_used")).isEqualTo(6e9 + gpu);
      assertThat(gpu(reading, gpu, "clock_sm")).isEqualTo((1980 - gpu) * 1e6);
      assertThat(gpu(reading, gpu, "clock_memory")).isEqualTo(2619e6);
      assertThat(gpu(reading, gpu, "clock_event_reasons")).isEqualTo(4);
      assertThat(gpu(reading, gpu, "performance_state")).isZero();
      assertThat(gpu(reading, gpu, "ecc_corrected")).isEqualTo(gpu);
      assertThat(gpu(reading, gpu, "ecc_uncorrected")).isZero();
      assertThat(gpu(reading, gpu, "power_cap_time")).isEqualTo(5);
      assertThat(gpu(reading, gpu, "sw_thermal_time")).isEqualTo(1);
      assertThat(slow(reading, gpu, "hw_thermal_time")).isEqualTo(2.5);
      assertThat(slow(reading, gpu, "power_brake_time")).isZero();
      assertThat(gpu(reading, gpu, "pcie_replays")).isEqualTo(2);
      assertThat(slow(reading, gpu, "pcie_transmitted")).isEqualTo(777);
      assertThat(slow(reading, gpu, "pcie_received")).isEqualTo(888);
      assertThat(gpu(reading, gpu, "nvlink_transmitted")).isEqualTo(0x1p50);
      assertThat(gpu(reading, gpu, "nvlink_received")).isEqualTo(2048 * 1024);
      assertThat(gpu(reading, gpu, "nvlink_active")).isEqualTo(18);
      assertThat(gpu(reading, gpu, "nvlink_lost")).isZero();
      assertThat(gpu(reading, gpu, "row_remaps_pending")).isZero();
      assertThat(gpu(reading, gpu, "row_remaps_failed")).isZero();
      assertThat(gpu(reading, gpu, "recovery_action")).isZero();
      assertThat(gpu(reading, gpu, "pcie_lanes_lost")).isZero();
      assertThat(gpu(reading, gpu, "pcie_generations_lost")).isZero();
      assertThat(slow(reading, gpu, "gpu_index")).isEqualTo(gpu);
      assertThat(slow(reading, gpu, "memory")).isEqualTo(85_520_809_984L);
      assertThat(slow(reading, gpu, "power_limit")).isEqualTo(700);
      assertThat(slow(reading, gpu, "pcie_width")).isEqualTo(16);
      assertThat(slow(reading, gpu, "pcie_width_max")).isEqualTo(16);
      assertThat(slow(reading, gpu, "pcie_generation")).isEqualTo(5);
      assertThat(slow(reading, gpu, "pcie_generation_max")).isEqualTo(5);
      assertThat(slow(reading, gpu, "persistence")).isEqualTo(1);
      assertThat(slow(reading, gpu, "mig")).isZero();
      assertThat(slow(reading, gpu, "processes")).isEqualTo(1 + gpu);
      assertThat(slow(reading, gpu, "fabric_state")).isEqualTo(3);
      assertThat(slow(reading, gpu, "fabric_health")).isEqualTo(0x11aa);
      assertThat(slow(reading, gpu, "row_remaps_corrected")).isEqualTo(1);
      assertThat(slow(reading, gpu, "row_remaps_uncorrected")).isEqualTo(2);
      assertThat(slow(reading, gpu, "nvlink_replays")).isEqualTo(18);
      assertThat(slow(reading, gpu, "nvlink_recoveries")).isZero();
      assertThat(slow(reading, gpu, "nvlink_crc_errors")).isEqualTo(153);
    }
    assertThat(reading.events())
        .filteredOn(event -> event.name().equals("lockstep.gpu.found"))
        .hasSize(8)
        .first()
        .satisfies(event ->
            assertThat(event.attributes())
                .containsEntry("hw.id", NvmlStandIn.uuid(0))
                .containsEntry("hw.name", "NVIDIA H100 80GB HBM3")
                .containsEntry("hw.serial_number", "1650")
                .containsEntry("hw.driver_version", "580.126.09")
                .containsEntry("lockstep.gpu.pci.address", "0000:18:00.0"));
  }

  @Test
  void whatAnOlderDriverHasNoFieldForIsAskedOfItsFunction() throws Exception {
    nvml.gpus(1);
    nvml.set(0, "no fields", 3);
    nvml.set(0, "ecc_corrected", 11);
    nvml.set(0, "ecc_uncorrected", 12);
    nvml.set(0, "energy", 13_000);
    nvml.set(0, "pcie_replays", 14);
    nvml.set(0, "remapped_corrected", 15);
    nvml.set(0, "remapped_uncorrected", 16);
    nvml.set(0, "remapped_pending", 1);
    nvml.set(0, "remapped_failed", 0);
    nvml.set(0, "link_errors_0", 2);
    nvml.set(0, "link_errors_1", 0);
    nvml.set(0, "link_errors_2", 3);
    nvml.write();
    Reading reading = start();
    assertThat(gpu(reading, 0, "ecc_corrected")).isEqualTo(11);
    assertThat(gpu(reading, 0, "ecc_uncorrected")).isEqualTo(12);
    assertThat(slow(reading, 0, "energy")).isEqualTo(13);
    assertThat(gpu(reading, 0, "pcie_replays")).isEqualTo(14);
    assertThat(gpu(reading, 0, "row_remaps_pending")).isEqualTo(1);
    assertThat(gpu(reading, 0, "row_remaps_failed")).isZero();
    assertThat(slow(reading, 0, "row_remaps_corrected")).isEqualTo(15);
    assertThat(slow(reading, 0, "row_remaps_uncorrected")).isEqualTo(16);
    assertThat(slow(reading, 0, "nvlink_replays")).isEqualTo(18 * 2);
    assertThat(slow(reading, 0, "nvlink_recoveries")).isZero();
    assertThat(slow(reading, 0, "nvlink_crc_errors")).isEqualTo(18 * 3);
    assertThat(gpu(reading, 0, "temperature_memory")).isNull();
    assertThat(reading.events()).extracting(Occurrence::name).containsOnly("lockstep.gpu.found");
  }

  @Test
  void everyColumnOfTheContractIsRead() throws Exception {
    nvml.gpus(1);
    var read = new ArrayList<>(start().samples());
    for (int i = 0; i < 60; i++) { // a minute
      LockSupport.parkNanos(i < 10 ? 120_000_000 : 5_000_000); // samples of activity lie apart
      read.addAll(round().samples());
    }
    var missing =
        Stream.of(Table.GPU, Table.GPU_SLOW)
            .flatMap(table -> Contract.columns(table).stream())
            .filter(column -> read.stream().noneMatch(sample -> isOf(sample, column)))
            .toList();
    assertThat(missing).isEmpty();
  }

  private static boolean isOf(Sample sample, Column column) {
    Sample model = Sample.of(column, NvmlStandIn.uuid(0), 0L);
    return sample.metric().equals(model.metric()) && sample.attributes().equals(model.attributes());
  }

  @Test
  void aGpuThatAnswersLateIsHealthy() throws Exception {
    hang = Duration.ofMinutes(1);
    nvml.gpus(2);
    start();
    nvml.set(1, "hang power", 1);
    nvml.write();
    Reading late = until(reading -> gpu(reading, 1, "power") == null);
    for (int i = 0; i < 3; i++) {
      assertThat(late.events()).isEmpty();
      assertThat(state(late, 1)).isEqualTo(1);
      assertThat(gpu(late, 0, "power")).isEqualTo(300.0);
      late = round();
    }
    nvml.unset(1, "hang power");
    nvml.write();
    Reading back = until(reading -> gpu(reading, 1, "power") != null);
    assertThat(back.events()).isEmpty();
  }

  @Test
  void aCallThatDoesNotReturnCostsItsGpuAloneAndIsAState() throws Exception {
    nvml.gpus(8);
    start();
    nvml.set(3, "hang power", 1);
    nvml.write();
    Reading hung = until(reading -> state(reading, 3) == 4);
    assertThat(changes(hung, 3)).containsExactly("ok → unresponsive");
    for (int i = 0; i < 5; i++) {
      Reading reading = round();
      assertThat(reading.events()).isEmpty();
      assertThat(state(reading, 3)).isEqualTo(4);
      assertThat(gpu(reading, 3, "power")).isNull();
      assertThat(gpu(reading, 3, "state_age")).isEqualTo(i + 1.0);
      for (int gpu : new int[] {0, 1, 2, 4, 5, 6, 7}) {
        assertThat(gpu(reading, gpu, "power")).isEqualTo((300_000 + gpu) / 1e3);
      }
    }
    nvml.unset(3, "hang power");
    nvml.write();
    Reading back = until(reading -> state(reading, 3) == 1);
    assertThat(changes(back, 3)).containsExactly("unresponsive → ok");
    assertThat(gpu(round(), 3, "power")).isEqualTo(300.003);
  }

  @Test
  void aGpuEachOfWhoseCallsReturnsIsHealthyHoweverLongTheyTakeTogether() throws Exception {
    deadline = hang.plusMillis(200);
    nvml.gpus(1);
    start();
    until(reading -> gpu(reading, 0, "power") != null);
    nvml.set("slow", 100);
    nvml.write();
    Reading late = until(reading -> gpu(reading, 0, "power") == null);
    while (gpu(late, 0, "power") == null) {
      assertThat(state(late, 0)).isEqualTo(1);
      LockSupport.parkNanos(50_000_000);
      late = round();
    }
    assertThat(state(late, 0)).isEqualTo(1);
    assertThat(late.events()).isEmpty();
  }

  @Test
  void aGpuThatHangsWhileItIsListedCostsItselfAlone() throws Exception {
    nvml.gpus(4);
    nvml.set(2, "hang uuid", 1);
    nvml.write();
    start();
    Reading listed = until(reading -> state(reading, 3) == 1);
    assertThat(gpu(listed, 0, "power")).isEqualTo(300.0);
    assertThat(stateOf(listed, "gpu/2")).isEqualTo(4);
    nvml.unset(2, "hang uuid");
    nvml.write();
    Reading back = until(reading -> gpu(reading, 2, "power") != null);
    assertThat(state(back, 2)).isEqualTo(1);
  }

  @Test
  void aGpuThatHangsWhileItsEventsAreAskedForCostsItsOwnEvents() throws Exception {
    nvml.gpus(3);
    nvml.set(0, "hang events", 1);
    nvml.write();
    start();
    for (int event = 1; event < ROUNDS_MAX && server.reported.isEmpty(); event++) {
      nvml.event(event, 1, 8, 79);
      nvml.write();
      Thread.sleep(100);
    }
    assertThat(server.reported.getFirst().attributes())
        .containsEntry("hw.id", NvmlStandIn.uuid(1))
        .containsEntry("lockstep.gpu.xid", "79");
    nvml.unset(0, "hang events");
    nvml.write();
  }

  @Test
  void aGpuThatGivesNoValueIsOneStateUntilItGivesSome() throws Exception {
    nvml.gpus(2);
    start();
    nvml.set(1, "code", 999);
    nvml.write();
    Reading silent = until(reading -> state(reading, 1) != 1);
    assertThat(changes(silent, 1)).containsExactly("ok → unresponsive");
    for (int i = 0; i < 25; i++) {
      Reading reading = round();
      assertThat(changes(reading, 1)).isEmpty();
      assertThat(gpu(reading, 0, "power")).isNotNull();
    }
    nvml.unset(1, "code");
    nvml.write();
    until(reading -> gpu(reading, 1, "power") != null);
    assertThat(state(round(), 1)).isEqualTo(1);
  }

  @Test
  void whatASplitGpuDoesNotTellIsAskedAgainWhenItIsWhole() throws Exception {
    nvml.gpus(1);
    nvml.set(0, "mig", 1);
    nvml.set(0, "no utilization", 3);
    nvml.write();
    assertThat(gpu(start(), 0, "utilization")).isNull();
    nvml.unset(0, "no utilization");
    nvml.write();
    for (int i = 0; i < 12; i++) {
      assertThat(gpu(round(), 0, "utilization")).isNull();
    }
    nvml.set(0, "mig", 0);
    nvml.write();
    until(reading -> gpu(reading, 0, "utilization") != null);
  }

  @Test
  void aDriverOfWhichEachCallIsSlowHangsInNone() throws Exception {
    hang = Duration.ofMillis(500);
    deadline = Duration.ofMillis(100);
    nvml.gpus(2);
    nvml.set("slow", 60);
    nvml.write();
    start();
    Reading listed = until(reading -> gpu(reading, 1, "state") != null);
    for (int gpu = 0; gpu < 2; gpu++) {
      assertThat(state(listed, gpu)).isEqualTo(1);
      assertThat(listed.events()).noneMatch(one -> one.body().contains("does not return"));
    }
    assertThat(server.sampler().trouble()).isEmpty();
  }

  @Test
  void aDriverThatIsReplacedWhileACallHangsKillsNobody() throws Exception {
    nvml.gpus(2);
    start();
    nvml.set(1, "hang power", 1);
    nvml.write();
    until(reading -> state(reading, 1) == 4);
    nvml.set(0, "code", 18);
    nvml.set("init", 18);
    nvml.write();
    until(reading -> gpu(reading, 0, "state") == null);
    for (int i = 0; i < 20; i++) {
      assertThat(gpu(round(), 0, "power")).isNull();
    }
    nvml.unset(1, "hang power");
    nvml.unset(0, "code");
    nvml.set("init", 0);
    nvml.write();
    until(reading -> gpu(reading, 0, "power") != null && gpu(reading, 1, "power") != null);
  }

  @Test
  void aLibraryThatWasCutIsNotLoaded() throws Exception {
    byte[] whole = Files.readAllBytes(nvml.library());
    Files.write(nvml.library(), java.util.Arrays.copyOf(whole, 5000));
    start();
    assertThat(server.sampler().trouble()).contains("is cut short");
  }

  @Test
  void aLostGpuIsAStateWithAnAgeAndComesBack() throws Exception {
    nvml.gpus(3);
    start();
    nvml.set(1, "code", 15);
    nvml.write();
    Reading lost = until(reading -> state(reading, 1) != 1);
    assertThat(changes(lost, 1)).containsExactly("ok → lost");
    assertThat(state(lost, 1)).isEqualTo(2);
    assertThat(state(lost, 0)).isEqualTo(1);
    assertThat(gpu(round(), 1, "state_age")).isEqualTo(1);
    assertThat(gpu(round(), 1, "temperature")).isNull();
    nvml.unset(1, "code");
    nvml.write();
    Reading back = until(reading -> state(reading, 1) == 1);
    assertThat(changes(back, 1)).containsExactly("lost → ok");
    assertThat(gpu(round(), 1, "temperature")).isEqualTo(41);
  }

  @Test
  void aGpuThatMustBeResetSaysSo() throws Exception {
    nvml.gpus(2);
    start();
    nvml.set(0, "code", 16);
    nvml.write();
    assertThat(changes(round(), 0)).containsExactly("ok → reset-required");
  }

  @Test
  void gpusKeepTheirNamesWhenIndexesShift() throws Exception {
    nvml.gpus(3);
    start();
    nvml.set(0, "hide", 1);
    nvml.set(0, "code", 15);
    nvml.write();
    Reading shifted = until(reading -> Double.valueOf(1).equals(slow(reading, 2, "gpu_index")));
    assertThat(gpu(shifted, 2, "temperature")).isEqualTo(42);
    assertThat(gpu(shifted, 1, "temperature")).isEqualTo(41);
    assertThat(state(shifted, 0)).isEqualTo(2);
  }

  @Test
  void aGpuOfAnEarlierRunThatIsGoneIsMissingAndOneInItsSlotReplacesIt() throws Exception {
    Path inventory = folder.resolve("gpus.tsv");
    nvml.gpus(2);
    start(NvmlConfig.DEFAULT.expected(), inventory);
    server.stop();
    nvml.set(1, "hide", 1);
    nvml.write();
    Reading reading = start(0, inventory);
    assertThat(state(reading, 1)).isEqualTo(5);
    assertThat(changes(reading, 1)).containsExactly("ok → missing");
    server.stop();
    assertThat(Files.readAllLines(inventory)).hasSize(2);
    nvml.unset(1, "hide");
    nvml.set(1, "uuid", "GPU-new");
    nvml.write();
    Reading replaced = start(0, inventory);
    assertThat(gpu(replaced, 1, "state")).isNull();
    assertThat(Files.readString(inventory)).contains("GPU-new").doesNotContain(NvmlStandIn.uuid(1));
  }

  @Test
  void fewerGpusThanExpectedAreMissingUntilTheyAreFound() throws Exception {
    nvml.gpus(3);
    nvml.set(2, "hide", 1);
    nvml.write();
    Reading reading = start(4, null);
    assertThat(reading.events())
        .filteredOn(event -> event.name().equals("lockstep.gpu.state.changed"))
        .hasSize(2);
    assertThat(stateOf(reading, "missing/3")).isEqualTo(5);
    assertThat(stateOf(reading, "missing/4")).isEqualTo(5);
    nvml.unset(2, "hide");
    nvml.write();
    Reading found = until(now -> Integer.valueOf(1).equals(stateOf(now, "missing/3")));
    assertThat(state(found, 2)).isEqualTo(1);
    assertThat(stateOf(found, "missing/4")).isEqualTo(5);
    until(now -> stateOf(now, "missing/3") == null);
  }

  @Test
  void aGpuThatWasLostBeforeTheAgentStartedIsAStateToo() throws Exception {
    nvml.gpus(3);
    nvml.set(1, "code", 15);
    nvml.write();
    Reading lost = start();
    assertThat(stateOf(lost, "gpu/1")).isEqualTo(2);
    assertThat(state(lost, 2)).isEqualTo(1);
    nvml.unset(1, "code");
    nvml.write();
    Reading back = until(reading -> state(reading, 1) == 1);
    assertThat(stateOf(back, "gpu/1")).isEqualTo(1);
    until(reading -> stateOf(reading, "gpu/1") == null);
  }

  @Test
  void aGpuOfAnEarlierRunThatIsLostIsCalledByItsName() throws Exception {
    Path inventory = folder.resolve("gpus.tsv");
    nvml.gpus(3);
    start(0, inventory);
    server.stop();
    nvml.set(1, "code", 15);
    nvml.write();
    Reading reading = start(0, inventory);
    assertThat(changes(reading, 1)).containsExactly("ok → lost");
    assertThat(stateOf(reading, "gpu/1")).isNull();
  }

  @Test
  void whatIsNotSupportedIsAbsentAndWhatIsNotPermittedIsSaidOnce() throws Exception {
    nvml.gpus(1);
    nvml.set(0, "no power", 3);
    nvml.set(0, "no temperature", 4);
    nvml.write();
    Reading first = start();
    assertThat(gpu(first, 0, "power")).isNull();
    assertThat(gpu(first, 0, "temperature")).isNull();
    assertThat(gpu(first, 0, "clock_sm")).isEqualTo(1980e6);
    assertThat(first.events())
        .filteredOn(event -> event.name().equals("lockstep.agent.reader.failed"))
        .singleElement()
        .satisfies(event -> assertThat(event.body()).contains("no permission"));
    for (int i = 0; i < 70; i++) {
      assertThat(round().events()).isEmpty();
    }
  }

  @Test
  void whatFailsOnceIsAskedInTheNextRoundAndWhatGoesOnFailingEveryEight() throws Exception {
    nvml.gpus(1);
    start();
    fail(0, "power", 999);
    assertThat(gpu(round(), 0, "power")).isNull();
    nvml.unset(0, "no power");
    nvml.write();
    assertThat(gpu(round(), 0, "power")).isEqualTo(300);
    fail(0, "power", 19);
    for (int i = 0; i < 100; i++) {
      assertThat(gpu(round(), 0, "power")).isNull();
    }
    nvml.unset(0, "no power");
    nvml.write();
    assertThat(Stream.generate(() -> gpu(round(), 0, "power")).limit(8)).last().isEqualTo(300.0);
  }

  private void fail(int gpu, String what, int code) throws IOException {
    nvml.set(gpu, "no " + what, code);
    nvml.write();
  }

  @Test
  void throttleTimesAreReadByTheNumbersOfTheDriver() throws Exception {
    nvml.gpus(1);
    nvml.set("driver", "580.65.06");
    throttleTimes("7000000000", "8000000000", "0", 251);
    throttleTimes("1u", "95u", "3u", 269); // power smoothing
    Reading reading = start();
    assertThat(gpu(reading, 0, "sw_thermal_time")).isEqualTo(7);
    assertThat(slow(reading, 0, "hw_thermal_time")).isEqualTo(8);
    assertThat(slow(reading, 0, "power_brake_time")).isZero();
  }

  @Test
  void powerSmoothingIsNotTakenForThrottleTimes() throws Exception {
    nvml.gpus(1);
    nvml.set("driver", "570.172.08");
    throttleTimes("1u", "2u", "0u", 251);
    for (int id = 269; id <= 271; id++) {
      nvml.unset(0, "field " + id);
    }
    nvml.write();
    Reading reading = start();
    assertThat(gpu(reading, 0, "sw_thermal_time")).isNull();
    assertThat(slow(reading, 0, "hw_thermal_time")).isNull();
    assertThat(slow(reading, 0, "power_brake_time")).isNull();
    assertThat(gpu(reading, 0, "power_cap_time")).isEqualTo(5);
  }

  @Test
  void aNewDriversPowerSmoothingIsNotAskedForThrottleTimes() throws Exception {
    nvml.gpus(1);
    nvml.set("driver", "590.48.01");
    throttleTimes("100", "100", "100", 251);
    Reading reading = start();
    assertThat(gpu(reading, 0, "sw_thermal_time")).isEqualTo(1);
    assertThat(slow(reading, 0, "hw_thermal_time")).isEqualTo(2.5);
  }

  private void throttleTimes(String software, String hardware, String brake, int first)
      throws IOException {
    nvml.set(0, "field " + first, software);
    nvml.set(0, "field " + (first + 1), hardware);
    nvml.set(0, "field " + (first + 2), brake);
    nvml.write();
  }

  @Test
  void aPowerLimitThatWasLoweredIsSeen() throws Exception {
    nvml.gpus(1);
    assertThat(gpu(start(), 0, "power_limit_lost")).isZero();
    nvml.set(0, "power_limit", 450_000);
    nvml.write();
    until(reading -> Double.valueOf(250).equals(gpu(reading, 0, "power_limit_lost")));
  }

  @Test
  void linksAndLanesThatAreLostAreCounted() throws Exception {
    nvml.gpus(1);
    start();
    nvml.set(0, "link 4", 0);
    nvml.set(0, "link 5", 0);
    nvml.unset(0, "field 161/4"); // a link that is down may say nothing any more
    nvml.set(0, "pcie_width", 8);
    nvml.write();
    Reading slow = until(reading -> Double.valueOf(2).equals(gpu(reading, 0, "nvlink_lost")));
    assertThat(gpu(slow, 0, "pcie_lanes_lost")).isEqualTo(8);
    assertThat(gpu(round(), 0, "pcie_lanes_lost")).isEqualTo(8);
    assertThat(gpu(slow, 0, "nvlink_active")).isEqualTo(16);
    assertThat(slow(slow, 0, "nvlink_replays")).isEqualTo(18);
    assertThat(slow(slow, 0, "nvlink_crc_errors")).isEqualTo(153);
  }

  @Test
  void aDriverThatStaysAwayIsToldOfAndItsReturnAsWell() throws Exception {
    nvml.gpus(2);
    start();
    nvml.set("init", 18);
    nvml.set(0, "code", 18);
    nvml.write();
    until(reading -> parts(reading).equals(List.of("nvidia-driver failed")));
    assertThat(server.seconds()).isBetween(60L, 80L);
    nvml.set("init", 0);
    nvml.unset(0, "code");
    nvml.write();
    until(reading -> parts(reading).equals(List.of("nvidia-driver ok")));
  }

  @Test
  void expectedGpusWhoseDriverWasNeverThereAreNotPassedOver() throws Exception {
    nvml.gpus(2);
    nvml.set("init", 9);
    nvml.write();
    assertThat(start(2, null).events())
        .anySatisfy(event -> {
          assertThat(event.name()).isEqualTo("lockstep.agent.reader.failed");
          assertThat(event.attributes().get("error.message")).contains("modprobe nvidia");
        });
    until(reading -> parts(reading).equals(List.of("nvidia-driver failed")));
    nvml.set("init", 0);
    nvml.write();
    until(reading -> parts(reading).equals(List.of("nvidia-driver ok")));
  }

  private static List<String> parts(Reading reading) {
    return reading.events().stream()
        .filter(event -> event.name().equals("lockstep.hardware.state.changed"))
        .map(event -> event.attributes().get("hw.id") + " " + event.attributes().get("hw.state"))
        .toList();
  }

  @Test
  void aGpuThatTheDriverHasAndTheLibraryDoesNotListIsLookedForByOpeningItAnew() throws Exception {
    Path driverGpus = folder.resolve("gpus");
    server.driverGpus = driverGpus;
    Files.createDirectories(driverGpus.resolve("0000:18:00.0"));
    Files.createDirectories(driverGpus.resolve("0000:19:00.0"));
    nvml.gpus(2);
    start();
    for (int i = 0; i < 150; i++) {
      assertThat(round().events()).isEmpty();
    }
    Files.createDirectory(driverGpus.resolve("0000:1a:00.0"));
    until(reading ->
        reading.events().stream().anyMatch(event -> event.name().equals("lockstep.gpu.found")));
  }

  @Test
  void whatAGpuReportsArrivesAtOnceAndOnce() throws Exception {
    nvml.gpus(2);
    start();
    // What stood there before the events' thread was ready is over for it.
    int number = 1;
    while (server.reported.isEmpty()) {
      nvml.event(number++, 0, 0x8, 13);
      nvml.write();
      Thread.sleep(50);
    }
    server.reported.clear();
    nvml.event(number, 1, 0x8, 79);
    nvml.event(number + 1, 0, 0x10, 0);
    nvml.event(number + 2, 0, 0x2, 0);
    nvml.write();
    await(() -> server.reported.size() == 2);
    assertThat(server.reported.getFirst().name()).isEqualTo("lockstep.gpu.xid");
    assertThat(server.reported.getFirst().attributes())
        .containsEntry("hw.id", NvmlStandIn.uuid(1))
        .containsEntry("lockstep.gpu.xid", "79");
    assertThat(server.reported.getLast().name()).isEqualTo("lockstep.gpu.memory.error");
    assertThat(server.reported.getLast().attributes())
        .containsEntry("hw.id", NvmlStandIn.uuid(0))
        .containsEntry("error.type", "double_bit_ecc");
  }

  @Test
  void aLibraryThatIsGoneIsOpenedAnew() throws Exception {
    nvml.gpus(2);
    start();
    nvml.set(0, "code", 1);
    nvml.set(1, "code", 1);
    nvml.write();
    round();
    nvml.unset(0, "code");
    nvml.unset(1, "code");
    nvml.write();
    Reading again = until(reading -> Double.valueOf(41).equals(gpu(reading, 1, "temperature")));
    assertThat(state(again, 0)).isEqualTo(1);
  }

  @Test
  void noLibraryIsNoFailure() {
    String none = folder.resolve("none.so").toString();
    server.start(server.config().withLibrary(none), deadline, null);
    Reading reading = round();
    assertThat(reading.samples()).isEmpty();
    assertThat(reading.events()).isEmpty();
  }

  private Reading start() {
    return start(0, null);
  }

  /// The first round of a sampler.
  private Reading start(int expected, @Nullable Path inventory) {
    NvmlConfig usual = server.config();
    server.start(
        usual.withTimes(usual.interval(), usual.slow(), hang, expected), deadline, inventory);
    return round();
  }

  private Reading round() {
    return server.round();
  }

  private interface Wanted {
    boolean is(Reading reading);
  }

  private Reading until(Wanted wanted) {
    for (int i = 0; i < ROUNDS_MAX; i++) {
      Reading reading = round();
      if (wanted.is(reading)) {
        return reading;
      }
      LockSupport.parkNanos(5_000_000); // rounds are a second apart where they are not a test's
    }
    throw new AssertionError("not within " + ROUNDS_MAX + " rounds");
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    for (int i = 0; i < 400 && !condition.getAsBoolean(); i++) {
      Thread.sleep(25);
    }
    assertThat(condition.getAsBoolean()).isTrue();
  }

  private static List<String> changes(Reading reading, int gpu) {
    return reading.events().stream()
        .filter(event -> event.name().equals("lockstep.gpu.state.changed"))
        .filter(event -> NvmlStandIn.uuid(gpu).equals(event.attributes().get("hw.id")))
        .map(event ->
            event.attributes().get("lockstep.gpu.state.before")
                + " → "
                + event.attributes().get("lockstep.gpu.state"))
        .toList();
  }

  private static int state(Reading reading, int gpu) {
    Double state = gpu(reading, gpu, "state");
    return state == null ? 0 : state.intValue();
  }

  private static @Nullable Double gpu(Reading reading, int gpu, String column) {
    return value(reading, Contract.column(Table.GPU, column), gpu);
  }

  private static @Nullable Double slow(Reading reading, int gpu, String column) {
    return value(reading, Contract.column(Table.GPU_SLOW, column), gpu);
  }

  private static @Nullable Integer stateOf(Reading reading, String uuid) {
    Double state = value(reading, Contract.column(Table.GPU, "state"), uuid);
    return state == null ? null : (Integer) state.intValue();
  }

  private static @Nullable Double value(Reading reading, Column column, int gpu) {
    return value(reading, column, NvmlStandIn.uuid(gpu));
  }

  private static @Nullable Double value(Reading reading, Column column, String uuid) {
    Sample model = Sample.of(column, uuid, 0L);
    List<Double> values =
        Stream.of(reading)
            .flatMap(one -> one.samples().stream())
            .filter(sample ->
                sample.metric().equals(model.metric())
                    && sample.attributes().equals(model.attributes()))
            .map(Sample::value)
            .toList();
    assertThat(values).as(column.toString()).hasSizeLessThan(2);
    return values.isEmpty() ? null : values.getFirst();
  }
}
