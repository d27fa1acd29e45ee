package io.lockstep.dashboards;

import static io.lockstep.dashboards.Sql.GPU;
import static io.lockstep.dashboards.Sql.GPU_NAME;
import static io.lockstep.dashboards.Sql.linesBy;

import java.util.List;

/// The GPUs of one server, a line for each.
final class GpuPanels {
  static final List<Panel> ALL =
      List.of(
          each(
              "Utilization",
              "Share of the time in which a kernel was running.",
              "percentunit",
              "avg(utilization)"),
          each("Power", "Power drawn.", "watt", "avg(power)"),
          each(
              "Temperature", "The hottest moment of each interval.", "celsius", "max(temperature)"),
          each("SM clock", "Mean of the interval.", "hertz", "avg(clock_sm)"),
          each("Memory used", "The most in each interval.", "bytes", "max(memory_used)"),
          each(
              "Temperature of memory",
              "The hottest moment of each interval; absent where the GPU" + " does not report it.",
              "celsius",
              "max(temperature_memory)"),
          Panel.states(
              "State",
              "Whether each GPU answers; the gravest state of the interval.",
              Meanings.GPU,
              linesBy(GPU_NAME, "max(state)", "gpu", GPU)),
          Panel.states(
              "Held back",
              "Why each GPU's clock was held back: the gravest reason of the interval.",
              Meanings.HELD_BACK,
              linesBy(GPU_NAME, Meanings.HELD_BACK_SQL, "gpu", GPU)),
          each(
              "Corrected memory errors",
              "ECC errors since the driver was loaded.",
              Panel.PLAIN,
              "last(ecc_corrected)"),
          each(
              "Uncorrected memory errors",
              "ECC errors since the driver was loaded.",
              Panel.PLAIN,
              "last(ecc_uncorrected)"),
          each(
              "PCIe replays",
              "Packets sent again since the driver was loaded.",
              Panel.PLAIN,
              "last(pcie_replays)"));

  private GpuPanels() {}

  private static Panel each(String title, String description, String unit, String value) {
    return Panel.lines(title, description, unit, linesBy(GPU_NAME, value, "gpu", GPU));
  }
}
