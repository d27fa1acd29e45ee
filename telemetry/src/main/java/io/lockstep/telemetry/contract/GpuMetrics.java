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
  private static final String REASON = "lockstep.gpu.clock.event_reason";
  private static final String PCIE = "lockstep.gpu.pcie.link.property";
  private static final String LINK = "lockstep.gpu.nvlink.state";

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
    rows.gauge(
        "lockstep.gpu.memory.utilization",
        "1",
        gpu,
        "Share of the last sample period in which memory was read or written, 0 to 1.",
        stored(GPU, "memory_utilization", FLOAT));
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
        "Bytes over PCIe, every ten seconds.",
        stored(GPU_SLOW, "pcie_received", LONG, DIRECTION, "receive"),
        stored(GPU_SLOW, "pcie_transmitted", LONG, DIRECTION, "transmit"));
    rows.counter(
        "lockstep.gpu.nvlink.io",
        "By",
        gpu,
        "Data over all NVLinks of the GPU.",
        stored(GPU, "nvlink_received", LONG, DIRECTION, "receive"),
        stored(GPU, "nvlink_transmitted", LONG, DIRECTION, "transmit"));
    rows.gauge(
        "lockstep.gpu.clock.frequency",
        "Hz",
        gpu,
        "Present clock of a domain.",
        live(GPU, "clock_sm", FLOAT, CLOCK, "sm"),
        live(GPU, "clock_memory", FLOAT, CLOCK, "memory"));
    rows.gauge(
        "lockstep.gpu.clock.event_reasons",
        "{reason}",
        gpu,
        "Why the clock is not at its maximum: the bits of NVML's nvmlClocksEventReasons (0x1 idle,"
            + " 0x4 software power cap, 0x8 hardware slowdown, 0x20 software thermal, 0x40 hardware"
            + " thermal, 0x80 power brake).",
        live(GPU, "clock_event_reasons", INT));
    rows.counter(
        "lockstep.gpu.clock.event_time",
        "s",
        gpu,
        "Time for which the clock was held back for a reason, since the driver was loaded; the"
            + " hardware's own reasons once a minute, and ten seconds after they held.",
        stored(GPU, "power_cap_time", DOUBLE, REASON, "sw_power_cap"),
        stored(GPU, "sw_thermal_time", DOUBLE, REASON, "sw_thermal"),
        stored(GPU_SLOW, "hw_thermal_time", DOUBLE, REASON, "hw_thermal"),
        stored(GPU_SLOW, "power_brake_time", DOUBLE, REASON, "hw_power_brake"));
    rows.gauge(
        "lockstep.gpu.performance_state",
        "{state}",
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
        "Energy drawn since the driver was loaded, once a minute: the driver takes milliseconds.",
        stored(GPU_SLOW, "energy", DOUBLE, TYPE, "gpu"));
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
        "PCIe packets sent again, as of at most ten seconds ago.",
        live(GPU, "pcie_replays", LONG));
    rows.gauge(
        "lockstep.gpu.state",
        "{state}",
        Subject.HARDWARE,
        "1 answers, 2 lost (fell off the bus), 3 must be reset, 4 does not answer in time, 5 missing"
            + " (it was there in an earlier run).",
        live(GPU, "state", INT));
    rows.gauge(
        "lockstep.gpu.state.age",
        "s",
        Subject.HARDWARE,
        "For how long the GPU has been in its state, as far as the agent knows.",
        live(GPU, "state_age", FLOAT));
    rows.gauge(
        "lockstep.gpu.recovery_action",
        "{action}",
        Subject.HARDWARE,
        "What the driver asks for: 0 nothing, 1 reset the GPU, 2 reboot the server, 3 drain"
            + " peer-to-peer traffic, 4 drain and reset, 5 recover the IMEX domain.",
        live(GPU, "recovery_action", INT));
    rows.gauge(
        "lockstep.gpu.pcie.link.lost",
        "{step}",
        Subject.HARDWARE,
        "By how much the PCIe link is below what GPU and slot can do: lanes; generations, only while"
            + " the GPU works, because an idle link saves power.",
        live(GPU, "pcie_lanes_lost", INT, PCIE, "lanes"),
        live(GPU, "pcie_generations_lost", INT, PCIE, "generations"));
    rows.upDownCounter(
        "lockstep.gpu.nvlink.links",
        "{link}",
        Subject.HARDWARE,
        "NVLinks that are active, and those that were in this run of the agent and are not now.",
        live(GPU, "nvlink_active", INT, LINK, "active"),
        live(GPU, "nvlink_lost", INT, LINK, "lost"));
    rows.counter(
        "lockstep.gpu.nvlink.errors",
        "{error}",
        Subject.HARDWARE,
        "Errors on all NVLinks of the GPU since they were last reset.",
        stored(GPU_SLOW, "nvlink_replays", LONG, ERROR, "replay"),
        stored(GPU_SLOW, "nvlink_recoveries", LONG, ERROR, "recovery"),
        stored(GPU_SLOW, "nvlink_crc_errors", LONG, ERROR, "crc"));
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
        live(GPU, "row_remaps_pending", INT, ROWS, "pending"),
        live(GPU, "row_remaps_failed", INT, ROWS, "failed"));
    rows.gauge(
        "lockstep.gpu.power.limit.lost",
        "W",
        gpu,
        "By how much the power limit is below the one that the GPU came with.",
        live(GPU, "power_limit_lost", FLOAT));
    rows.gauge(
        "lockstep.gpu.power.limit",
        "W",
        gpu,
        "Power at which the GPU begins to hold its clock back.",
        stored(GPU_SLOW, "power_limit", FLOAT));
    rows.gauge(
        "lockstep.gpu.pcie.link.generation",
        "{generation}",
        gpu,
        "Present PCIe generation.",
        stored(GPU_SLOW, "pcie_generation", INT));
    rows.gauge(
        "lockstep.gpu.pcie.link.generation.limit",
        "{generation}",
        gpu,
        "The newest PCIe generation that GPU and slot can do.",
        stored(GPU_SLOW, "pcie_generation_max", INT));
    rows.gauge(
        "lockstep.gpu.pcie.link.width",
        "{lane}",
        gpu,
        "Present PCIe lanes.",
        stored(GPU_SLOW, "pcie_width", INT));
    rows.gauge(
        "lockstep.gpu.pcie.link.width.limit",
        "{lane}",
        gpu,
        "The most PCIe lanes that GPU and slot can do.",
        stored(GPU_SLOW, "pcie_width_max", INT));
    rows.gauge(
        "lockstep.gpu.fabric.state",
        "{state}",
        gpu,
        "Registration with the NVLink fabric: 1 not started, 2 in progress, 3 completed.",
        stored(GPU_SLOW, "fabric_state", INT));
    rows.gauge(
        "lockstep.gpu.fabric.health",
        "{bit}",
        gpu,
        "Health of the GPU's way into the NVLink fabric: NVML's healthMask.",
        stored(GPU_SLOW, "fabric_health", INT));
    rows.gauge(
        "lockstep.gpu.mig.enabled",
        "1",
        gpu,
        "1 where the GPU is split into instances (MIG), else 0.",
        stored(GPU_SLOW, "mig", INT));
    rows.gauge(
        "lockstep.gpu.persistence.enabled",
        "1",
        gpu,
        "1 where the driver stays loaded without a process (persistence mode), else 0.",
        stored(GPU_SLOW, "persistence", INT));
    rows.upDownCounter(
        "lockstep.gpu.processes",
        "{process}",
        gpu,
        "Processes that compute or draw on the GPU.",
        stored(GPU_SLOW, "processes", INT));
    rows.gauge(
        "lockstep.gpu.index",
        "{index}",
        gpu,
        "The driver's present index of the GPU on its host.",
        stored(GPU_SLOW, "gpu_index", INT));
  }
}
