package io.lockstep.telemetry.contract;

import static io.lockstep.telemetry.contract.Column.Type.DOUBLE;
import static io.lockstep.telemetry.contract.Column.Type.FLOAT;
import static io.lockstep.telemetry.contract.Column.Type.INT;
import static io.lockstep.telemetry.contract.Column.Type.LONG;
import static io.lockstep.telemetry.contract.Rows.live;
import static io.lockstep.telemetry.contract.Rows.stored;
import static io.lockstep.telemetry.contract.Table.GPU;
import static io.lockstep.telemetry.contract.Table.GPU_SLOW;

/// What is known of one GPU. `hw.id` is its UUID, never its index: indexes shift when a GPU is
/// lost.
final class GpuMetrics {
  private static final String TYPE = "hw.type";
  private static final String CLOCK = "lockstep.gpu.clock.domain";
  private static final String ERROR = "error.type";
  private static final String ROWS = "lockstep.gpu.row_remap.state";
  private static final String DIRECTION = "network.io.direction";

  private GpuMetrics() {}

  static void addTo(Rows rows) {
    load(rows);
    heat(rows);
    faults(rows);
    slow(rows);
  }

  private static void load(Rows rows) {
    var gpu = Subject.HARDWARE;
    rows.gauge(
        "hw.gpu.utilization",
        "1",
        gpu,
        "Share of the last sample period in which a kernel was running, 0 to 1.",
        live(GPU, "utilization", FLOAT));
    rows.upDownCounter(
        "hw.gpu.memory.usage",
        "By",
        gpu,
        "Memory in use on the GPU.",
        live(GPU, "memory_used", LONG));
    rows.upDownCounter(
        "hw.gpu.memory.limit", "By", gpu, "Memory of the GPU.", stored(GPU_SLOW, "memory", LONG));
    rows.counter(
        "hw.gpu.io",
        "By",
        gpu,
        "Bytes over PCIe.",
        stored(GPU, "pcie_received", LONG, DIRECTION, "receive"),
        stored(GPU, "pcie_transmitted", LONG, DIRECTION, "transmit"));
    rows.gauge(
        "lockstep.gpu.clock.frequency",
        "Hz",
        gpu,
        "Present clock of a domain.",
        live(GPU, "clock_sm", FLOAT, CLOCK, "sm"),
        live(GPU, "clock_memory", FLOAT, CLOCK, "memory"));
    rows.gauge(
        "lockstep.gpu.clock.event_reasons",
        "1",
        gpu,
        "Why the clock is not at its maximum: the bits of NVML's nvmlClocksEventReasons (0x1 idle,"
            + " 0x4 software power cap, 0x8 hardware slowdown, 0x20 software thermal, 0x40 hardware"
            + " thermal, 0x80 power brake).",
        live(GPU, "clock_event_reasons", INT));
    rows.gauge(
        "lockstep.gpu.performance_state",
        "1",
        gpu,
        "NVML's performance state: 0 is the fastest, 15 the slowest.",
        stored(GPU, "performance_state", INT));
  }

  private static void heat(Rows rows) {
    rows.gauge(
        "hw.temperature",
        "Cel",
        Subject.PARENT_HARDWARE,
        "Temperature at a sensor of the hardware that hw.parent names.",
        live(GPU, "temperature", FLOAT, TYPE, "temperature", "hw.sensor_location", "gpu"),
        live(
            GPU, "temperature_memory", FLOAT, TYPE, "temperature", "hw.sensor_location", "memory"));
    rows.gauge(
        "hw.power",
        "W",
        Subject.HARDWARE,
        "Power drawn; one-second average on NVIDIA Ampere and newer.",
        live(GPU, "power", FLOAT, TYPE, "gpu"));
    rows.counter(
        "hw.energy",
        "J",
        Subject.HARDWARE,
        "Energy drawn since the driver was loaded.",
        stored(GPU, "energy", DOUBLE, TYPE, "gpu"));
  }

  private static void faults(Rows rows) {
    rows.counter(
        "hw.errors",
        "{error}",
        Subject.HARDWARE,
        "Errors since the driver was loaded (GPU: ECC) or the counter was cleared (network).",
        live(GPU, "ecc_corrected", LONG, TYPE, "gpu", ERROR, "corrected"),
        live(GPU, "ecc_uncorrected", LONG, TYPE, "gpu", ERROR, "uncorrected"));
    rows.counter(
        "lockstep.gpu.pcie.replays",
        "{replay}",
        Subject.HARDWARE,
        "PCIe packets sent again.",
        live(GPU, "pcie_replays", LONG));
  }

  private static void slow(Rows rows) {
    var gpu = Subject.HARDWARE;
    rows.upDownCounter(
        "lockstep.gpu.row_remaps",
        "{row}",
        gpu,
        "Memory rows remapped after errors; pending and failed are 0 or 1.",
        stored(GPU_SLOW, "row_remaps_corrected", INT, ROWS, "corrected"),
        stored(GPU_SLOW, "row_remaps_uncorrected", INT, ROWS, "uncorrected"),
        stored(GPU_SLOW, "row_remaps_pending", INT, ROWS, "pending"),
        stored(GPU_SLOW, "row_remaps_failed", INT, ROWS, "failed"));
    rows.gauge(
        "lockstep.gpu.power.limit",
        "W",
        gpu,
        "Power at which the GPU begins to hold its clock back.",
        stored(GPU_SLOW, "power_limit", FLOAT));
    rows.gauge(
        "lockstep.gpu.pcie.link.generation",
        "1",
        gpu,
        "Present PCIe generation.",
        stored(GPU_SLOW, "pcie_generation", INT));
    rows.gauge(
        "lockstep.gpu.pcie.link.width",
        "{lane}",
        gpu,
        "Present PCIe lanes.",
        stored(GPU_SLOW, "pcie_width", INT));
    rows.gauge(
        "lockstep.gpu.index",
        "1",
        gpu,
        "The driver's present index of the GPU on its host.",
        stored(GPU_SLOW, "gpu_index", INT));
  }
}
