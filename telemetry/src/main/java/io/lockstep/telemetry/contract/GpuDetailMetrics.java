package io.lockstep.telemetry.contract;

import static io.lockstep.telemetry.contract.Column.Type.DOUBLE;
import static io.lockstep.telemetry.contract.Column.Type.FLOAT;
import static io.lockstep.telemetry.contract.Column.Type.INT;
import static io.lockstep.telemetry.contract.Column.Type.LONG;
import static io.lockstep.telemetry.contract.Rows.live;
import static io.lockstep.telemetry.contract.Rows.stored;
import static io.lockstep.telemetry.contract.Table.GPU;
import static io.lockstep.telemetry.contract.Table.GPU_SLOW;

/// What is known of one GPU beyond [GpuMetrics]: how busy each part of it is, its limits, its
/// memory's errors by place, its link to the fabric. All but activity is read every ten seconds, or
/// once a minute.
final class GpuDetailMetrics {
  private static final String TYPE = "hw.type";
  private static final String CLOCK = "lockstep.gpu.clock.domain";
  private static final String ERROR = "error.type";
  private static final String DIRECTION = "network.io.direction";
  private static final String REASON = "lockstep.gpu.clock.event_reason";
  private static final String PIPE = "lockstep.gpu.pipe";
  private static final String ENGINE = "lockstep.gpu.engine";
  private static final String SCOPE = "lockstep.gpu.power.scope";
  private static final String LIMIT = "lockstep.gpu.limit";
  private static final String EVENT = "lockstep.gpu.event";

  private GpuDetailMetrics() {}

  static void addTo(Rows rows) {
    activity(rows);
    engines(rows);
    clocks(rows);
    power(rows);
    heat(rows);
    memory(rows);
    pcie(rows);
    fabric(rows);
    health(rows);
  }

  private static void activity(Rows rows) {
    var gpu = Subject.HARDWARE;
    rows.gauge(
        "lockstep.gpu.activity",
        "1",
        gpu,
        "Share of the time since the last value in which a part of the GPU worked, 0 to 1, averaged"
            + " over all its SMs; occupancy: share of the warps that an SM can hold (NVML's GPM, on"
            + " Hopper and newer). SM, occupancy, tensor and DRAM each second, graphics over a"
            + " minute, the others over ten seconds.",
        stored(GPU_SLOW, "graphics_activity", FLOAT, PIPE, "graphics"),
        stored(GPU, "sm_activity", FLOAT, PIPE, "sm"),
        stored(GPU, "sm_occupancy", FLOAT, PIPE, "sm_occupancy"),
        stored(GPU, "tensor_activity", FLOAT, PIPE, "tensor"),
        stored(GPU, "dram_activity", FLOAT, PIPE, "dram"),
        stored(GPU_SLOW, "integer_activity", FLOAT, PIPE, "integer"),
        stored(GPU_SLOW, "fp64_activity", FLOAT, PIPE, "fp64"),
        stored(GPU_SLOW, "fp32_activity", FLOAT, PIPE, "fp32"),
        stored(GPU_SLOW, "fp16_activity", FLOAT, PIPE, "fp16"),
        stored(GPU_SLOW, "tensor_half_activity", FLOAT, PIPE, "tensor_half"),
        stored(GPU_SLOW, "tensor_double_activity", FLOAT, PIPE, "tensor_double"),
        stored(GPU_SLOW, "tensor_integer_activity", FLOAT, PIPE, "tensor_integer"));
    rows.gauge(
        "lockstep.gpu.pcie.throughput",
        "By/s",
        gpu,
        "Data over PCIe, averaged over ten seconds (NVML's GPM).",
        stored(GPU_SLOW, "pcie_receive_rate", DOUBLE, DIRECTION, "receive"),
        stored(GPU_SLOW, "pcie_transmit_rate", DOUBLE, DIRECTION, "transmit"));
    rows.gauge(
        "lockstep.gpu.nvlink.throughput",
        "By/s",
        gpu,
        "Data over all NVLinks of the GPU, averaged over ten seconds (NVML's GPM).",
        stored(GPU_SLOW, "nvlink_receive_rate", DOUBLE, DIRECTION, "receive"),
        stored(GPU_SLOW, "nvlink_transmit_rate", DOUBLE, DIRECTION, "transmit"));
  }

  private static void engines(Rows rows) {
    rows.gauge(
        "lockstep.gpu.engine.utilization",
        "1",
        Subject.HARDWARE,
        "Share of the last sample period in which an engine worked, 0 to 1.",
        stored(GPU_SLOW, "encoder_utilization", FLOAT, ENGINE, "encoder"),
        stored(GPU_SLOW, "decoder_utilization", FLOAT, ENGINE, "decoder"),
        stored(GPU_SLOW, "jpeg_utilization", FLOAT, ENGINE, "jpeg"),
        stored(GPU_SLOW, "ofa_utilization", FLOAT, ENGINE, "ofa"));
    rows.gauge(
        "hw.fan.speed_ratio",
        "1",
        Subject.PARENT_HARDWARE,
        "Speed of the GPU's fan that its control asks for, of its maximum; above 1 where noise may"
            + " be.",
        stored(GPU_SLOW, "fan", FLOAT, TYPE, "fan"));
  }

  private static void clocks(Rows rows) {
    var gpu = Subject.HARDWARE;
    rows.gauge(
        "lockstep.gpu.clock.frequency",
        "Hz",
        gpu,
        "",
        stored(GPU_SLOW, "clock_graphics", FLOAT, CLOCK, "graphics"),
        stored(GPU_SLOW, "clock_video", FLOAT, CLOCK, "video"));
    rows.gauge(
        "lockstep.gpu.clock.limit",
        "Hz",
        gpu,
        "The highest clock of a domain.",
        stored(GPU_SLOW, "clock_graphics_max", FLOAT, CLOCK, "graphics"),
        stored(GPU_SLOW, "clock_sm_max", FLOAT, CLOCK, "sm"),
        stored(GPU_SLOW, "clock_memory_max", FLOAT, CLOCK, "memory"),
        stored(GPU_SLOW, "clock_video_max", FLOAT, CLOCK, "video"));
    rows.gauge(
        "lockstep.gpu.clock.application",
        "Hz",
        gpu,
        "The clock that applications are set to run at; newer drivers have none.",
        stored(GPU_SLOW, "clock_graphics_application", FLOAT, CLOCK, "graphics"),
        stored(GPU_SLOW, "clock_memory_application", FLOAT, CLOCK, "memory"));
    rows.counter(
        "lockstep.gpu.clock.event_time",
        "s",
        gpu,
        "",
        stored(GPU_SLOW, "sync_boost_time", DOUBLE, REASON, "sync_boost"),
        stored(GPU_SLOW, "thermal_time", DOUBLE, REASON, "thermal"),
        stored(GPU_SLOW, "board_limit_time", DOUBLE, REASON, "board_limit"),
        stored(GPU_SLOW, "low_utilization_time", DOUBLE, REASON, "low_utilization"),
        stored(GPU_SLOW, "reliability_time", DOUBLE, REASON, "reliability"),
        stored(GPU_SLOW, "below_application_time", DOUBLE, REASON, "below_application_clock"),
        stored(GPU_SLOW, "below_base_time", DOUBLE, REASON, "below_base_clock"));
    rows.counter(
        "lockstep.gpu.events",
        "{event}",
        gpu,
        "Events of the driver that are counted, not sent: changes of performance state and clock,"
            + " corrected memory errors, changes of the power source. What comes too often is not"
            + " asked for any more, and absent.",
        stored(GPU_SLOW, "performance_state_events", LONG, EVENT, "performance_state"),
        stored(GPU_SLOW, "clock_events", LONG, EVENT, "clock"),
        stored(GPU_SLOW, "ecc_corrected_events", LONG, EVENT, "single_bit_ecc"),
        stored(GPU_SLOW, "power_source_events", LONG, EVENT, "power_source"));
  }

  private static void power(Rows rows) {
    var gpu = Subject.HARDWARE;
    rows.gauge(
        "lockstep.gpu.power.instant",
        "W",
        gpu,
        "Power drawn at this moment; module: with the CPU beside it, where both share a module.",
        stored(GPU, "power_instant", FLOAT, SCOPE, "gpu"),
        stored(GPU_SLOW, "power_instant_module", FLOAT, SCOPE, "module"),
        stored(GPU_SLOW, "power_instant_memory", FLOAT, SCOPE, "memory"));
    rows.gauge(
        "lockstep.gpu.power.average",
        "W",
        gpu,
        "Power drawn over the last second.",
        stored(GPU_SLOW, "power_average", FLOAT, SCOPE, "gpu"),
        stored(GPU_SLOW, "power_average_module", FLOAT, SCOPE, "module"),
        stored(GPU_SLOW, "power_average_memory", FLOAT, SCOPE, "memory"));
    rows.gauge(
        "lockstep.gpu.power.limit.setting",
        "W",
        gpu,
        "Power limits: the one the GPU came with, the lowest and the highest that can be set, the one"
            + " that was set, and the module's present one.",
        stored(GPU_SLOW, "power_limit_default", FLOAT, LIMIT, "default"),
        stored(GPU_SLOW, "power_limit_min", FLOAT, LIMIT, "min"),
        stored(GPU_SLOW, "power_limit_max", FLOAT, LIMIT, "max"),
        stored(GPU_SLOW, "power_limit_requested", FLOAT, LIMIT, "requested"),
        stored(GPU_SLOW, "power_limit_module", FLOAT, LIMIT, "module"));
  }

  private static void heat(Rows rows) {
    var gpu = Subject.HARDWARE;
    rows.gauge(
        "lockstep.gpu.temperature.margin",
        "Cel",
        gpu,
        "How much warmer the GPU may get before its clock is held back (NVIDIA's T.Limit).",
        stored(GPU_SLOW, "temperature_margin", FLOAT));
    rows.gauge(
        "lockstep.gpu.temperature.limit",
        "Cel",
        gpu,
        "Temperatures at which the GPU shuts down, slows down, and beyond which it, or its memory,"
            + " is not to work; newer GPUs tell margins instead.",
        stored(GPU_SLOW, "temperature_shutdown", FLOAT, LIMIT, "shutdown"),
        stored(GPU_SLOW, "temperature_slowdown", FLOAT, LIMIT, "slowdown"),
        stored(GPU_SLOW, "temperature_memory_max", FLOAT, LIMIT, "memory_max"),
        stored(GPU_SLOW, "temperature_gpu_max", FLOAT, LIMIT, "gpu_max"));
    rows.gauge(
        "lockstep.gpu.temperature.margin.limit",
        "Cel",
        gpu,
        "The same limits as margins: below zero is beyond the highest operating temperature.",
        stored(GPU_SLOW, "margin_shutdown", FLOAT, LIMIT, "shutdown"),
        stored(GPU_SLOW, "margin_slowdown", FLOAT, LIMIT, "slowdown"),
        stored(GPU_SLOW, "margin_memory_max", FLOAT, LIMIT, "memory_max"),
        stored(GPU_SLOW, "margin_gpu_max", FLOAT, LIMIT, "gpu_max"));
  }

  private static void memory(Rows rows) {
    var gpu = Subject.HARDWARE;
    rows.upDownCounter(
        "lockstep.gpu.memory.reserved",
        "By",
        gpu,
        "Memory of the GPU that driver and firmware keep for themselves.",
        stored(GPU_SLOW, "memory_reserved", LONG));
    rows.upDownCounter(
        "lockstep.gpu.bar1.usage",
        "By",
        gpu,
        "Memory of the GPU that is mapped into the CPU's address space.",
        stored(GPU_SLOW, "bar1_used", LONG));
    rows.upDownCounter(
        "lockstep.gpu.bar1.limit",
        "By",
        gpu,
        "How much of the GPU's memory can be mapped.",
        stored(GPU_SLOW, "bar1", LONG));
    GpuEccMetrics.addTo(rows);
  }

  private static void pcie(Rows rows) {
    rows.counter(
        "lockstep.gpu.pcie.errors",
        "{error}",
        Subject.HARDWARE,
        "Errors of the PCIe link that the GPU has counted, as in its AER registers.",
        stored(GPU_SLOW, "pcie_correctable_errors", LONG, ERROR, "correctable"),
        stored(GPU_SLOW, "pcie_non_fatal_errors", LONG, ERROR, "non_fatal"),
        stored(GPU_SLOW, "pcie_fatal_errors", LONG, ERROR, "fatal"),
        stored(GPU_SLOW, "pcie_unsupported_requests", LONG, ERROR, "unsupported_request"),
        stored(GPU_SLOW, "pcie_receiver_errors", LONG, ERROR, "receiver"),
        stored(GPU_SLOW, "pcie_bad_tlps", LONG, ERROR, "bad_tlp"),
        stored(GPU_SLOW, "pcie_bad_dllps", LONG, ERROR, "bad_dllp"),
        stored(GPU_SLOW, "pcie_naks_received", LONG, ERROR, "nak_received"),
        stored(GPU_SLOW, "pcie_naks_sent", LONG, ERROR, "nak_sent"),
        stored(GPU_SLOW, "pcie_lcrc_errors", LONG, ERROR, "lcrc"),
        stored(GPU_SLOW, "pcie_lane_errors", LONG, ERROR, "lane"),
        stored(GPU_SLOW, "pcie_replay_rollovers", LONG, ERROR, "replay_rollover"),
        stored(GPU_SLOW, "pcie_recoveries", LONG, ERROR, "recovery"));
  }

  private static void fabric(Rows rows) {
    var gpu = Subject.HARDWARE;
    String condition = "lockstep.gpu.fabric.condition";
    rows.gauge(
        "lockstep.gpu.fabric.status",
        "{code}",
        gpu,
        "How registration with the NVLink fabric ended: NVML's return code, 0 for success; only when"
            + " it is completed.",
        stored(GPU_SLOW, "fabric_status", INT));
    rows.gauge(
        "lockstep.gpu.fabric.clique",
        "{clique}",
        gpu,
        "The group of GPUs within the fabric that reach one another.",
        stored(GPU_SLOW, "fabric_clique", LONG));
    rows.gauge(
        "lockstep.gpu.fabric.health.summary",
        "{state}",
        gpu,
        "1 healthy, 2 unhealthy, 3 of limited capacity.",
        stored(GPU_SLOW, "fabric_summary", INT));
    rows.gauge(
        condition,
        "1",
        gpu,
        "What NVML's healthMask says, each 0 or 1; misconfiguration: 0 none, 2 system GUID, 3 chassis"
            + " serial number, 4 no partition, 5 too few NVLinks, 6 GPU firmware, 7 location, 8 state"
            + " of the GPU.",
        stored(GPU_SLOW, "fabric_degraded", INT, condition, "degraded_bandwidth"),
        stored(GPU_SLOW, "fabric_recovering", INT, condition, "route_recovery"),
        stored(GPU_SLOW, "fabric_unhealthy", INT, condition, "route_unhealthy"),
        stored(GPU_SLOW, "fabric_timeout", INT, condition, "access_timeout_recovery"),
        stored(GPU_SLOW, "fabric_misconfigured", INT, condition, "misconfiguration"),
        stored(GPU_SLOW, "fabric_partition", INT, condition, "partition_assigned"));
  }

  private static void health(Rows rows) {
    rows.gauge(
        "lockstep.gpu.health",
        "{bit}",
        Subject.HARDWARE,
        "What the GPU itself says is wrong, as bits, each as it was last read: 0x1 more uncorrected"
            + " SRAM errors than it may have, 0x2 a bank of memory without a spare row, 0x4 a page of"
            + " memory to retire, 0x8 a corrupted InfoROM, 0x10 an unhealthy route in the NVLink"
            + " fabric, 0x20 less bandwidth into the fabric, 0x40 a wrong configuration of the fabric,"
            + " 0x80 registration with the fabric failed.",
        live(GPU, "health", INT));
    rows.gauge(
        "lockstep.gpu.inforom.valid",
        "1",
        Subject.HARDWARE,
        "1 where the checksum of the GPU's InfoROM is right, else 0; read once an hour.",
        stored(GPU_SLOW, "inforom_valid", INT));
  }
}
