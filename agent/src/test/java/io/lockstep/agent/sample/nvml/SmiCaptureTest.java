package io.lockstep.agent.sample.nvml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lockstep.agent.sample.Reading;
import io.lockstep.simulator.NvmlStandIn;
import io.lockstep.simulator.SmiCapture;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.Sample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A GPU that answers as a real one did is read as `nvidia-smi` printed it, in the contract's
/// units; what `nvidia-smi` had not is absent.
class SmiCaptureTest {
  private static final Path OWN = Path.of("src/test/resources/captured/nvidia-smi");
  private static final Path SHARED = Path.of("../../shared/corpora");

  /// @param unit what one of what is printed is in the contract's unit
  private record Row(String printed, Table table, String column, double unit) {}

  private static final double MEBI = 1 << 20;

  private static final List<Row> ROWS = rows();

  @TempDir Path folder;

  static Stream<Path> own() throws IOException {
    return captures(OWN);
  }

  private static Stream<Path> captures(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(file -> file.toString().matches(".*\\.(xml|txt)"))
          .sorted()
          .toList()
          .stream();
    }
  }

  @ParameterizedTest
  @MethodSource("own")
  void eachValueIsWhatNvidiaSmiPrinted(Path file) throws Exception {
    assumeTrue(NvmlStandIn.possible(), "gcc is not installed");
    check(file);
  }

  @Test
  void soItIsOnMachinesThatNobodyHereHasSeen() throws Exception {
    assumeTrue(NvmlStandIn.possible(), "gcc is not installed");
    assumeTrue(Files.isDirectory(SHARED), "the collection of captures is not here");
    int values = 0;
    for (Path file : captures(SHARED).toList()) {
      if (file.toString().matches(".*smi.*(xml|__[0-9.]+txt)")) {
        values += check(file);
      }
    }
    assertThat(values).isGreaterThan(1000);
  }

  @Test
  void aGpuIsDescribedAsNvidiaSmiDoes() throws Exception {
    assumeTrue(NvmlStandIn.possible(), "gcc is not installed");
    Reading reading = read(SmiCapture.read(OWN.resolve("gb200.xml")).getFirst());
    Map<String, String> told = reading.events().getFirst().attributes();
    assertThat(told)
        .containsEntry("hw.name", "NVIDIA GB200")
        .containsEntry("hw.serial_number", "1562849103700")
        .containsEntry("hw.driver_version", "580.65.06")
        .containsEntry("hw.firmware_version", "96.00.9E.00.01")
        .containsEntry("lockstep.gpu.pci.address", "0000:0a:00.0")
        .containsEntry("lockstep.gpu.board.part_number", "699-2G530-0200-000")
        .containsEntry("lockstep.gpu.inforom.image", "G530.0200.00.01")
        .containsEntry("lockstep.gpu.inforom.ecc", "7.16")
        .containsEntry("lockstep.gpu.gsp.version", "580.65.06")
        .containsEntry("lockstep.gpu.persistence", "on")
        .containsEntry("lockstep.gpu.ecc", "on")
        .containsEntry("lockstep.gpu.mig", "off")
        .doesNotContainKeys("lockstep.gpu.numa_node", "lockstep.gpu.module");
  }

  /// @return how many values were compared
  private int check(Path file) throws Exception {
    int compared = 0;
    for (SmiCapture capture : SmiCapture.read(file)) {
      Reading reading = read(capture);
      for (int gpu = 0; gpu < capture.gpus().size(); gpu++) {
        compared += check(file.getFileName() + " GPU " + gpu, capture, gpu, reading);
      }
    }
    assertThat(compared).as(file.toString()).isPositive();
    return compared;
  }

  private static int check(String where, SmiCapture capture, int gpu, Reading reading) {
    Map<String, String> printed = capture.gpus().get(gpu);
    String uuid = printed.getOrDefault("uuid", NvmlStandIn.uuid(gpu));
    int compared = 0;
    for (Row row : ROWS) {
      Double wanted = wanted(row, capture.driver(), printed);
      Double read = value(reading, row, uuid);
      String what = where + " " + row.printed + " " + row.column;
      if (wanted == null) {
        assertThat(read).as(what).isNull();
      } else {
        double exact = wanted * row.unit;
        assertThat(read).as(what).isNotNull().isCloseTo(exact, within(1e-6 * Math.abs(exact)));
        compared++;
      }
    }
    return compared;
  }

  private static @Nullable Double wanted(Row row, String driver, Map<String, String> printed) {
    boolean rests = printed.getOrDefault("pstate", "").equals("P8");
    if (row.column.equals("inforom_valid") && rests) {
      return null; // one that saves power is not asked for its flash
    }
    if (row.column.endsWith("_thermal_time") || row.column.equals("power_brake_time")) {
      boolean told = driver.matches("(57[5-9]|5[89].|[6-9]..)\\..*");
      return told ? number(printed.get(row.printed)) : null; // older drivers have no such field
    }
    if (row.column.equals("fabric_status") && !"Completed".equals(printed.get("fabric.state"))) {
      return null;
    }
    if (row.printed.equals("power.draw") && !printed.containsKey("power.draw")) {
      String instant = printed.get("power.draw.instant"); // newer XML has these two in its place
      return number(printed.getOrDefault("power.draw.average", instant));
    }
    return number(printed.get(row.printed));
  }

  private static @Nullable Double number(@Nullable String printed) {
    if (printed == null) {
      return null;
    }
    return switch (printed) {
      case "Enabled", "Yes", "valid", "Healthy", "True", "Degraded" -> 1.0;
      case "Disabled", "No", "Success", "None", "False", "Full" -> 0.0;
      case "Completed" -> 3.0;
      case "Unhealthy" -> 2.0;
      default -> {
        String text = printed.startsWith("P") ? printed.substring(1) : printed;
        yield text.startsWith("0x")
            ? (double) Long.decode(text)
            : Double.parseDouble(text.replaceFirst("( .*|x)$", ""));
      }
    };
  }

  private Reading read(SmiCapture capture) throws Exception {
    Path place = Files.createTempDirectory(folder, "nvml");
    try (var server = new GpuServer(place)) {
      server.nvml.gpus(capture);
      server.start(server.config(), Duration.ofSeconds(30), null);
      return server.round();
    }
  }

  private static @Nullable Double value(Reading reading, Row row, String uuid) {
    Sample model = Sample.of(Contract.column(row.table, row.column), uuid, 0L);
    return reading.samples().stream()
        .filter(one ->
            one.metric().equals(model.metric()) && one.attributes().equals(model.attributes()))
        .map(Sample::value)
        .findFirst()
        .orElse(null);
  }

  private static List<Row> rows() {
    var rows = new ArrayList<Row>();
    gpu(rows, 1, "temperature.gpu", "temperature", "temperature.memory", "temperature_memory");
    gpu(rows, 1, "power.draw", "power", "power.draw.instant", "power_instant");
    gpu(rows, 1, "pstate", "performance_state", "pcie.replays", "pcie_replays");
    gpu(rows, 1, "clocks_event_reasons.active", "clock_event_reasons");
    gpu(rows, 1, "gpu_recovery_action", "recovery_action");
    gpu(rows, 1, "remapped_rows.pending", "row_remaps_pending");
    gpu(rows, 1, "remapped_rows.failure", "row_remaps_failed");
    gpu(rows, 1, "ecc.errors.corrected.volatile.total", "ecc_corrected");
    gpu(rows, 1, "ecc.errors.uncorrected.volatile.total", "ecc_uncorrected");
    gpu(rows, MEBI, "memory.used", "memory_used");
    gpu(rows, 1e6, "clocks.current.sm", "clock_sm", "clocks.current.memory", "clock_memory");
    gpu(rows, 1e-2, "utilization.gpu", "utilization", "utilization.memory", "memory_utilization");
    String counter = "clocks_event_reasons_counters.";
    gpu(rows, 1e-6, counter + "sw_power_cap", "power_cap_time");
    gpu(rows, 1e-6, counter + "sw_thermal_slowdown", "sw_thermal_time");
    slow(rows, 1e-6, counter + "hw_thermal_slowdown", "hw_thermal_time");
    slow(rows, 1e-6, counter + "hw_power_brake_slowdown", "power_brake_time");
    slow(rows, 1e-6, counter + "sync_boost", "sync_boost_time");
    busAndWork(rows);
    limits(rows);
    errors(rows);
    return List.copyOf(rows);
  }

  private static void busAndWork(List<Row> rows) {
    slow(rows, 1, "pcie.link.gen.max", "pcie_generation_max");
    slow(rows, 1, "pcie.link.gen.current", "pcie_generation");
    slow(rows, 1, "pcie.link.width.max", "pcie_width_max", "pcie.link.width.current", "pcie_width");
    slow(rows, 1, "pcie.replay_rollovers", "pcie_replay_rollovers");
    slow(rows, 1, "persistence_mode", "persistence", "mig.mode.current", "mig");
    slow(rows, 1, "ecc.mode.current", "ecc_enabled", "ecc.mode.pending", "ecc_enabled_next");
    slow(rows, 1, "inforom.checksum_validation", "inforom_valid");
    slow(rows, MEBI, "memory.total", "memory", "memory.reserved", "memory_reserved");
    slow(rows, MEBI, "bar1.total", "bar1", "bar1.used", "bar1_used");
    slow(rows, 1e-2, "utilization.encoder", "encoder_utilization");
    slow(rows, 1e-2, "utilization.decoder", "decoder_utilization");
    slow(rows, 1e-2, "utilization.jpeg", "jpeg_utilization");
    slow(rows, 1e-2, "utilization.ofa", "ofa_utilization", "fan.speed", "fan");
    slow(rows, 1e6, "clocks.current.graphics", "clock_graphics");
    slow(rows, 1e6, "clocks.current.video", "clock_video");
    slow(rows, 1e6, "clocks.max.graphics", "clock_graphics_max");
    slow(rows, 1e6, "clocks.max.sm", "clock_sm_max", "clocks.max.memory", "clock_memory_max");
    slow(rows, 1e6, "clocks.max.video", "clock_video_max");
    slow(rows, 1e6, "clocks.applications.graphics", "clock_graphics_application");
    slow(rows, 1e6, "clocks.applications.memory", "clock_memory_application");
    slow(rows, 1, "fabric.state", "fabric_state", "fabric.status", "fabric_status");
    slow(rows, 1, "fabric.cliqueId", "fabric_clique", "fabric.health.summary", "fabric_summary");
    slow(rows, 1, "fabric.health.bandwidth", "fabric_degraded");
    slow(rows, 1, "fabric.health.route_recovery_in_progress", "fabric_recovering");
    slow(rows, 1, "fabric.health.route_unhealthy", "fabric_unhealthy");
    slow(rows, 1, "fabric.health.access_timeout_recovery", "fabric_timeout");
    slow(rows, 1, "fabric.health.incorrect_configuration", "fabric_misconfigured");
  }

  private static void limits(List<Row> rows) {
    slow(rows, 1, "temperature.gpu.tlimit", "temperature_margin");
    slow(rows, 1, "temperature.shutdown", "temperature_shutdown");
    slow(rows, 1, "temperature.slowdown", "temperature_slowdown");
    slow(rows, 1, "temperature.memory_max", "temperature_memory_max");
    slow(rows, 1, "temperature.gpu_max", "temperature_gpu_max");
    slow(rows, 1, "margin.shutdown", "margin_shutdown", "margin.slowdown", "margin_slowdown");
    slow(rows, 1, "margin.gpu_max", "margin_gpu_max", "margin.memory_max", "margin_memory_max");
    slow(rows, 1, "enforced.power.limit", "power_limit");
    slow(rows, 1, "power.limit", "power_limit_requested");
    slow(rows, 1, "power.default_limit", "power_limit_default");
    slow(rows, 1, "power.min_limit", "power_limit_min", "power.max_limit", "power_limit_max");
    slow(rows, 1, "power.draw.average", "power_average");
    slow(rows, 1, "module.power.draw.average", "power_average_module");
    slow(rows, 1, "module.power.draw.instant", "power_instant_module");
    slow(rows, 1, "module.enforced.power.limit", "power_limit_module");
    slow(rows, 1, "memory.power.draw.average", "power_average_memory");
    slow(rows, 1, "memory.power.draw.instant", "power_instant_memory");
  }

  private static void errors(List<Row> rows) {
    for (String counter : List.of("volatile", "aggregate")) {
      for (String error : List.of("corrected", "uncorrected")) {
        for (String place : List.of("dram", "sram", "l1_cache", "l2_cache", "register_file")) {
          slow(
              rows,
              1,
              "ecc.errors." + error + "." + counter + "." + place,
              counter + "_" + place + "_" + error);
        }
      }
      String sram = "ecc.errors.uncorrected." + counter + ".sram.";
      slow(rows, 1, sram + "parity", counter + "_sram_uncorrected_parity");
      slow(rows, 1, sram + "secded", counter + "_sram_uncorrected_secded");
    }
    slow(rows, 1, "ecc.errors.corrected.aggregate.total", "aggregate_all_corrected");
    slow(rows, 1, "ecc.errors.uncorrected.aggregate.total", "aggregate_all_uncorrected");
    String sram = "ecc.errors.uncorrected.aggregate.sram.";
    slow(rows, 1, sram + "l2", "sram_uncorrected_l2", sram + "sm", "sram_uncorrected_sm");
    slow(rows, 1, sram + "mcu", "sram_uncorrected_mcu", sram + "pcie", "sram_uncorrected_pcie");
    slow(rows, 1, sram + "other", "sram_uncorrected_other");
    slow(rows, 1, sram + "thresholdExceeded", "sram_threshold_exceeded");
    slow(rows, 1, "retired_pages.single_bit_ecc.count", "retired_pages_corrected");
    slow(rows, 1, "retired_pages.double_bit.count", "retired_pages_uncorrected");
    slow(rows, 1, "retired_pages.pending", "retired_pages_pending");
    slow(rows, 1, "remapped_rows.correctable", "row_remaps_corrected");
    slow(rows, 1, "remapped_rows.uncorrectable", "row_remaps_uncorrected");
    for (String left : List.of("max", "high", "partial", "low", "none")) {
      slow(rows, 1, "remapped_rows.histogram." + left, "banks_" + left);
    }
  }

  private static void gpu(List<Row> rows, double unit, String... pairs) {
    add(rows, Table.GPU, unit, pairs);
  }

  private static void slow(List<Row> rows, double unit, String... pairs) {
    add(rows, Table.GPU_SLOW, unit, pairs);
  }

  private static void add(List<Row> rows, Table table, double unit, String... pairs) {
    for (int i = 0; i < pairs.length; i += 2) {
      rows.add(new Row(pairs[i], table, pairs[i + 1], unit));
    }
  }
}
