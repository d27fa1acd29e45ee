package io.lockstep.telemetry.contract;

import static io.lockstep.telemetry.contract.Column.Type.DOUBLE;
import static io.lockstep.telemetry.contract.Column.Type.FLOAT;
import static io.lockstep.telemetry.contract.Column.Type.INT;
import static io.lockstep.telemetry.contract.Column.Type.LONG;
import static io.lockstep.telemetry.contract.Rows.live;
import static io.lockstep.telemetry.contract.Rows.stored;
import static io.lockstep.telemetry.contract.Table.HOST;
import static io.lockstep.telemetry.contract.Table.HOST_SLOW;
import static io.lockstep.telemetry.contract.Table.PART;

/// What is known of a server, of its disks, file systems and interfaces, and of the agent itself.
final class HostMetrics {
  private static final String MODE = "cpu.mode";
  private static final String MEMORY = "system.memory.state";
  private static final String IO = "disk.io.direction";
  private static final String NET = "network.io.direction";

  private HostMetrics() {}

  static void addTo(Rows rows) {
    cpu(rows);
    memory(rows);
    pressure(rows);
    disks(rows);
    interfaces(rows);
    agent(rows);
  }

  private static void cpu(Rows rows) {
    var host = Subject.HOST;
    rows.gauge(
        "system.cpu.utilization",
        "1",
        host,
        "Share of the last interval that the processors spent in a mode, mean over cores, 0 to 1.",
        live(HOST, "cpu_user", FLOAT, MODE, "user"),
        live(HOST, "cpu_system", FLOAT, MODE, "system"),
        live(HOST, "cpu_nice", FLOAT, MODE, "nice"),
        live(HOST, "cpu_iowait", FLOAT, MODE, "iowait"),
        live(HOST, "cpu_interrupt", FLOAT, MODE, "interrupt"),
        live(HOST, "cpu_steal", FLOAT, MODE, "steal"),
        live(HOST, "cpu_idle", FLOAT, MODE, "idle"));
    rows.gauge(
        "lockstep.host.cpu.utilization",
        "1",
        host,
        "Share of the last interval in which processors were not idle, mean over all cores and of"
            + " the busiest core, 0 to 1.",
        live(HOST, "cpu_mean", FLOAT, "lockstep.aggregation", "mean"),
        live(HOST, "cpu_max", FLOAT, "lockstep.aggregation", "max"));
    rows.gauge(
        "system.cpu.load_average.1m",
        "{thread}",
        host,
        "Load average over one minute.",
        live(HOST, "load_1m", FLOAT));
    rows.gauge(
        "system.cpu.load_average.5m",
        "{thread}",
        host,
        "Load average over five minutes.",
        stored(HOST, "load_5m", FLOAT));
    rows.gauge(
        "system.cpu.load_average.15m",
        "{thread}",
        host,
        "Load average over fifteen minutes.",
        stored(HOST, "load_15m", FLOAT));
    rows.upDownCounter(
        "system.cpu.logical.count",
        "{cpu}",
        host,
        "Logical processors.",
        stored(HOST_SLOW, "cpus", INT));
    rows.gauge(
        "system.uptime",
        "s",
        host,
        "Time since the host was started.",
        stored(HOST, "uptime", FLOAT));
    rows.upDownCounter(
        "system.process.count",
        "{process}",
        host,
        "Processes.",
        stored(HOST_SLOW, "processes", INT));
  }

  private static void memory(Rows rows) {
    var host = Subject.HOST;
    rows.upDownCounter(
        "system.memory.usage",
        "By",
        host,
        "Memory by its state.",
        live(HOST, "memory_used", LONG, MEMORY, "used"),
        stored(HOST, "memory_free", LONG, MEMORY, "free"),
        stored(HOST, "memory_buffers", LONG, MEMORY, "buffers"),
        stored(HOST, "memory_cached", LONG, MEMORY, "cached"));
    rows.upDownCounter(
        "system.memory.linux.available",
        "By",
        host,
        "Memory that programs can have without swapping.",
        live(HOST, "memory_available", LONG));
    rows.upDownCounter(
        "system.memory.limit",
        "By",
        host,
        "Memory of the host.",
        stored(HOST_SLOW, "memory", LONG));
    rows.upDownCounter(
        "system.paging.usage",
        "By",
        host,
        "Swap by its state.",
        stored(HOST, "swap_used", LONG, "system.paging.state", "used"),
        stored(HOST, "swap_free", LONG, "system.paging.state", "free"));
    rows.counter(
        "system.paging.operations",
        "{operation}",
        host,
        "Pages moved between memory and swap.",
        stored(HOST, "paged_in", LONG, "system.paging.direction", "in"),
        stored(HOST, "paged_out", LONG, "system.paging.direction", "out"));
  }

  private static void pressure(Rows rows) {
    String resource = "lockstep.host.pressure.resource";
    String share = "lockstep.host.pressure.share";
    rows.counter(
        "lockstep.host.pressure.time",
        "s",
        Subject.HOST,
        "Time in which some, or all, tasks waited for a resource (the kernel's /proc/pressure).",
        live(HOST, "pressure_cpu_some", DOUBLE, resource, "cpu", share, "some"),
        stored(HOST, "pressure_cpu_full", DOUBLE, resource, "cpu", share, "full"),
        live(HOST, "pressure_memory_some", DOUBLE, resource, "memory", share, "some"),
        live(HOST, "pressure_memory_full", DOUBLE, resource, "memory", share, "full"),
        live(HOST, "pressure_io_some", DOUBLE, resource, "io", share, "some"),
        live(HOST, "pressure_io_full", DOUBLE, resource, "io", share, "full"));
  }

  private static void disks(Rows rows) {
    rows.counter(
        "system.disk.io",
        "By",
        Subject.DISK,
        "Bytes read from and written to a disk.",
        stored(PART, "disk_read", LONG, IO, "read"),
        stored(PART, "disk_written", LONG, IO, "write"));
    rows.counter(
        "system.disk.operations",
        "{operation}",
        Subject.DISK,
        "Reads from and writes to a disk.",
        stored(PART, "disk_reads", LONG, IO, "read"),
        stored(PART, "disk_writes", LONG, IO, "write"));
    rows.counter(
        "system.disk.io_time",
        "s",
        Subject.DISK,
        "Time in which the disk had work.",
        stored(PART, "disk_io_time", DOUBLE));
    String state = "system.filesystem.state";
    rows.upDownCounter(
        "system.filesystem.usage",
        "By",
        Subject.FILESYSTEM,
        "Space of a file system by its state.",
        stored(PART, "filesystem_used", LONG, state, "used"),
        stored(PART, "filesystem_free", LONG, state, "free"),
        stored(PART, "filesystem_reserved", LONG, state, "reserved"));
    rows.upDownCounter(
        "system.filesystem.limit",
        "By",
        Subject.FILESYSTEM,
        "Space of a file system.",
        stored(PART, "filesystem_limit", LONG));
  }

  private static void interfaces(Rows rows) {
    var subject = Subject.INTERFACE;
    rows.counter(
        "system.network.io",
        "By",
        subject,
        "Bytes over a network interface.",
        stored(PART, "network_received", LONG, NET, "receive"),
        stored(PART, "network_transmitted", LONG, NET, "transmit"));
    rows.counter(
        "system.network.packet.count",
        "{packet}",
        subject,
        "Packets over a network interface.",
        stored(PART, "network_packets_received", LONG, NET, "receive"),
        stored(PART, "network_packets_transmitted", LONG, NET, "transmit"));
    rows.counter(
        "system.network.errors",
        "{error}",
        subject,
        "Errors on a network interface.",
        stored(PART, "network_errors_received", LONG, NET, "receive"),
        stored(PART, "network_errors_transmitted", LONG, NET, "transmit"));
    rows.counter(
        "system.network.packet.dropped",
        "{packet}",
        subject,
        "Packets dropped by a network interface.",
        stored(PART, "network_dropped_received", LONG, NET, "receive"),
        stored(PART, "network_dropped_transmitted", LONG, NET, "transmit"));
  }

  private static void agent(Rows rows) {
    var host = Subject.HOST;
    rows.gauge(
        "lockstep.agent.sampler.duration",
        "s",
        Subject.SAMPLER,
        "How long the sampler's last round took.",
        stored(PART, "sampler_duration", FLOAT));
    rows.upDownCounter(
        "lockstep.agent.sampler.success",
        "1",
        Subject.SAMPLER,
        "1 when the sampler's last round read its source, else 0.",
        stored(PART, "sampler_success", INT));
    rows.gauge(
        "lockstep.agent.sampler.age",
        "s",
        Subject.SAMPLER,
        "Time since the sampler last read its source.",
        stored(PART, "sampler_age", FLOAT));
    rows.upDownCounter(
        "lockstep.agent.sampler.shed",
        "1",
        Subject.SAMPLER,
        "1 while the sampler is given up because the agent is over its budget, else 0.",
        stored(PART, "sampler_shed", INT));
    rows.counter(
        "lockstep.agent.cpu.time",
        "s",
        host,
        "Processor time that the agent has used.",
        stored(HOST_SLOW, "agent_cpu_time", DOUBLE));
    rows.upDownCounter(
        "lockstep.agent.memory.usage",
        "By",
        host,
        "Resident memory of the agent.",
        stored(HOST_SLOW, "agent_memory", LONG));
    String outcome = "lockstep.agent.forward.outcome";
    rows.counter(
        "lockstep.agent.forward.batches",
        "{batch}",
        Subject.FORWARD,
        "Batches for a further destination: that it took, that did not fit into its queue, that it"
            + " will not take.",
        stored(PART, "forward_sent", LONG, outcome, "sent"),
        stored(PART, "forward_dropped", LONG, outcome, "dropped"),
        stored(PART, "forward_refused", LONG, outcome, "refused"));
    rows.upDownCounter(
        "lockstep.agent.forward.usage",
        "By",
        Subject.FORWARD,
        "Bytes that wait for a further destination.",
        stored(PART, "forward_waiting", LONG));
    rows.upDownCounter(
        "lockstep.agent.memory.proportional",
        "By",
        host,
        "Proportional memory (Pss) of the agent: pages that others share by their part; read once a"
            + " minute.",
        stored(HOST_SLOW, "agent_memory_proportional", LONG));
    rows.upDownCounter(
        "lockstep.agent.thread.count",
        "{thread}",
        host,
        "Threads of the agent.",
        stored(HOST_SLOW, "agent_threads", INT));
    rows.upDownCounter(
        "lockstep.agent.open_file_descriptor.count",
        "{file_descriptor}",
        host,
        "Open file descriptors of the agent; counted once a minute.",
        stored(HOST_SLOW, "agent_handles", INT));
    rows.counter(
        "lockstep.agent.disk.written",
        "By",
        host,
        "Bytes that the agent made the kernel write to disks.",
        stored(HOST_SLOW, "agent_written", LONG));
    rows.gauge(
        "lockstep.agent.config.reload.success",
        "1",
        host,
        "1 when the configuration that was read last is in force, 0 when it was wrong.",
        stored(HOST_SLOW, "agent_config_reloaded", INT));
    rows.gauge(
        "lockstep.agent.config.reload.time",
        "s",
        host,
        "When the configuration in force was read, Unix time.",
        stored(HOST_SLOW, "agent_config_time", DOUBLE));
    rows.upDownCounter(
        "lockstep.agent.spool.usage",
        "By",
        host,
        "Bytes that wait in the agent's spool.",
        stored(HOST_SLOW, "agent_spool", LONG));
    rows.upDownCounter(
        "lockstep.agent.spool.batches",
        "{batch}",
        host,
        "Batches that wait in the agent's spool.",
        stored(HOST_SLOW, "agent_spool_batches", INT));
    rows.counter(
        "lockstep.agent.spool.dropped",
        "{batch}",
        host,
        "Batches that the agent gave up: spool full or too old, refused, or damaged on disk.",
        stored(HOST_SLOW, "agent_dropped", LONG));
    rows.counter(
        "lockstep.agent.training.refused",
        "{request}",
        host,
        "Requests of training processes that the agent's listener answered with an error.",
        stored(HOST_SLOW, "agent_training_refused", LONG));
    rows.counter(
        "lockstep.agent.kernel.lost",
        "{record}",
        host,
        "Records of the kernel's log that were overwritten before the agent had read them.",
        stored(HOST_SLOW, "agent_kernel_lost", LONG));
    rows.counter(
        "lockstep.agent.kernel.held",
        "{event}",
        host,
        "Events of the kernel's log that were not sent, because many alike came before them.",
        stored(HOST_SLOW, "agent_kernel_held", LONG));
    rows.counter(
        "lockstep.agent.sent",
        "{batch}",
        host,
        "Batches that the collector acknowledged.",
        stored(HOST_SLOW, "agent_sent", LONG));
  }
}
