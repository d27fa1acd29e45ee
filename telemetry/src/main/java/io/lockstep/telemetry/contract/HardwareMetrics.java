package io.lockstep.telemetry.contract;

import static io.lockstep.telemetry.contract.Column.Type.DOUBLE;
import static io.lockstep.telemetry.contract.Column.Type.FLOAT;
import static io.lockstep.telemetry.contract.Column.Type.INT;
import static io.lockstep.telemetry.contract.Column.Type.LONG;
import static io.lockstep.telemetry.contract.Rows.stored;
import static io.lockstep.telemetry.contract.Table.PART;

import io.lockstep.telemetry.contract.Rows.At;
import java.util.stream.Stream;

/// What is known of a server's parts besides GPUs and ports: memory, PCIe, disks, sensors,
/// processors, NUMA nodes, links. `hw.id` is `memory/mc0`, `pci/0000:5e:00.0`, `nvme/nvme0`,
/// `raid/md0`, `cpu/0`, `numa/0`, `port/mlx5_0/1`.
final class HardwareMetrics {
  private static final String TYPE = "hw.type";
  private static final String ERROR = "error.type";

  private HardwareMetrics() {}

  static void addTo(Rows rows) {
    memory(rows);
    pci(rows);
    disks(rows);
    processors(rows);
    sensors(rows);
    links(rows);
  }

  private static void memory(Rows rows) {
    var part = Subject.HARDWARE;
    rows.counter(
        "hw.errors",
        "{error}",
        part,
        "",
        stored(PART, "memory_corrected", LONG, TYPE, "memory", ERROR, "corrected"),
        stored(PART, "memory_uncorrected", LONG, TYPE, "memory", ERROR, "uncorrected"));
    String state = "system.memory.state";
    rows.gauge(
        "lockstep.numa.memory.usage",
        "By",
        part,
        "Memory of a NUMA node by its state.",
        stored(PART, "numa_used", LONG, state, "used"),
        stored(PART, "numa_free", LONG, state, "free"));
    String outcome = "lockstep.numa.outcome";
    rows.counter(
        "lockstep.numa.allocations",
        "{page}",
        part,
        "Pages of a NUMA node: asked of it and given (hit), given in place of another node that was"
            + " full (miss), asked of it and given by another (foreign).",
        stored(PART, "numa_hit", LONG, outcome, "hit"),
        stored(PART, "numa_miss", LONG, outcome, "miss"),
        stored(PART, "numa_foreign", LONG, outcome, "foreign"));
  }

  private static void pci(Rows rows) {
    var part = Subject.HARDWARE;
    String severity = "lockstep.pci.error.severity";
    rows.counter(
        "lockstep.pci.errors",
        "{error}",
        part,
        "PCIe errors that a device reported (AER): corrected by the link itself, not corrected, and"
            + " such that the link is not to be trusted.",
        stored(PART, "pci_correctable", LONG, severity, "correctable"),
        stored(PART, "pci_nonfatal", LONG, severity, "nonfatal"),
        stored(PART, "pci_fatal", LONG, severity, "fatal"));
    String what = "lockstep.pci.link.value";
    rows.gauge(
        "lockstep.pci.link.lanes",
        "{lane}",
        part,
        "Lanes of a device's PCIe link: now, and as many as device and slot can do.",
        stored(PART, "pci_lanes", INT, what, "current"),
        stored(PART, "pci_lanes_limit", INT, what, "limit"));
    rows.gauge(
        "lockstep.pci.link.speed",
        "{transfer}/s",
        part,
        "Transfers a second on each lane of a device's PCIe link: now, and as many as device and"
            + " slot can do.",
        stored(PART, "pci_speed", FLOAT, what, "current"),
        stored(PART, "pci_speed_limit", FLOAT, what, "limit"));
  }

  private static void disks(Rows rows) {
    String direction = "disk.io.direction";
    rows.counter(
        "system.disk.operation_time",
        "s",
        Subject.DISK,
        "Time that all reads and all writes took; over their number it is a disk's latency.",
        stored(PART, "disk_read_time", DOUBLE, direction, "read"),
        stored(PART, "disk_write_time", DOUBLE, direction, "write"));
    rows.gauge(
        "lockstep.disk.operations.pending",
        "{operation}",
        Subject.DISK,
        "Reads and writes that the disk has not answered.",
        stored(PART, "disk_pending", LONG));
    String state = "system.filesystem.state";
    rows.gauge(
        "lockstep.filesystem.inodes",
        "{inode}",
        Subject.FILESYSTEM,
        "Files that a file system has and can have still.",
        stored(PART, "filesystem_inodes_used", LONG, state, "used"),
        stored(PART, "filesystem_inodes_free", LONG, state, "free"));
    rows.gauge(
        "lockstep.filesystem.writable",
        "1",
        Subject.FILESYSTEM,
        "0 where a file system is mounted so that nobody can write, else 1.",
        stored(PART, "filesystem_writable", INT));
    rows.upDownCounter(
        "hw.status",
        "1",
        Subject.HARDWARE,
        "1 while a disk's controller is as it should be, by its driver, else 0.",
        stored(PART, "nvme_ok", INT, TYPE, "disk_controller", "hw.state", "ok"));
    String disks = "lockstep.raid.disk.state";
    rows.gauge(
        "lockstep.raid.disks",
        "{disk}",
        Subject.HARDWARE,
        "Disks of a RAID of the kernel's: as many as it has to have, and as many as work.",
        stored(PART, "raid_disks", INT, disks, "all"),
        stored(PART, "raid_disks_active", INT, disks, "active"));
    nfs(rows);
  }

  private static void nfs(Rows rows) {
    rows.counter(
        "lockstep.nfs.operations",
        "{operation}",
        Subject.FILESYSTEM,
        "Requests to a file system's NFS server.",
        stored(PART, "nfs_operations", LONG));
    rows.counter(
        "lockstep.nfs.retransmissions",
        "{operation}",
        Subject.FILESYSTEM,
        "Requests to an NFS server that were sent again.",
        stored(PART, "nfs_retransmissions", LONG));
    rows.counter(
        "lockstep.nfs.timeouts",
        "{operation}",
        Subject.FILESYSTEM,
        "Requests that an NFS server did not answer in time.",
        stored(PART, "nfs_timeouts", LONG));
    rows.counter(
        "lockstep.nfs.operation_time",
        "s",
        Subject.FILESYSTEM,
        "Time that all requests to an NFS server took, waiting included.",
        stored(PART, "nfs_operation_time", DOUBLE));
  }

  private static void processors(Rows rows) {
    var part = Subject.HARDWARE;
    String aggregation = "lockstep.aggregation";
    rows.gauge(
        "hw.cpu.speed",
        "Hz",
        part,
        "Clock of a socket's cores: mean, slowest, fastest.",
        stored(PART, "cpu_frequency", FLOAT, aggregation, "mean"),
        stored(PART, "cpu_frequency_min", FLOAT, aggregation, "min"),
        stored(PART, "cpu_frequency_max", FLOAT, aggregation, "max"));
    String scope = "lockstep.cpu.throttle.scope";
    rows.counter(
        "lockstep.cpu.throttles",
        "{throttle}",
        part,
        "Times that heat slowed a socket, and its cores in all.",
        stored(PART, "cpu_throttled", LONG, scope, "socket"),
        stored(PART, "cpu_cores_throttled", LONG, scope, "cores"));
    rows.counter("hw.energy", "J", part, "", stored(PART, "cpu_energy", DOUBLE, TYPE, "cpu"));
  }

  private static void sensors(Rows rows) {
    var sensor = Subject.PARENT_HARDWARE;
    rows.gauge("hw.temperature", "Cel", sensor, "", stored(PART, "sensor_temperature", FLOAT));
    rows.gauge(
        "hw.temperature.limit",
        "Cel",
        sensor,
        "Temperature from which on a part of the server is in danger.",
        stored(PART, "sensor_temperature_limit", FLOAT, "hw.limit_type", "critical"));
    rows.gauge(
        "hw.fan.speed",
        "rpm",
        sensor,
        "Turns of a fan a minute.",
        stored(PART, "sensor_fan", FLOAT));
    rows.gauge(
        "hw.voltage", "V", sensor, "Voltage at a sensor.", stored(PART, "sensor_voltage", FLOAT));
    rows.gauge(
        "lockstep.sensor.power",
        "W",
        sensor,
        "Power at a sensor of the server's, not the GPU's.",
        stored(PART, "sensor_power", FLOAT));
  }

  private static void links(Rows rows) {
    var link = Subject.INTERFACE;
    rows.gauge(
        "lockstep.network.interface.up",
        "1",
        link,
        "1 while a network interface can carry traffic, else 0.",
        stored(PART, "network_up", INT));
    rows.gauge(
        "lockstep.network.interface.bandwidth.limit",
        "By/s",
        link,
        "Speed of a network interface as it was negotiated.",
        stored(PART, "network_speed", FLOAT));
    rows.gauge(
        "lockstep.network.interface.full_duplex",
        "1",
        link,
        "1 where a network interface sends and receives at once, 0 where it does so in turn.",
        stored(PART, "network_full_duplex", INT));
    rows.gauge(
        "lockstep.network.interface.mtu",
        "By",
        link,
        "Largest packet of a network interface.",
        stored(PART, "network_mtu", INT));
    rows.counter(
        "lockstep.network.interface.carrier.changes",
        "{change}",
        link,
        "Times that a network interface lost or found its link.",
        stored(PART, "network_carrier_changes", LONG));
    String state = "lockstep.network.bond.member.state";
    rows.gauge(
        "lockstep.network.bond.members",
        "{interface}",
        link,
        "Interfaces of a bond: all, and those with a link.",
        stored(PART, "bond_members", INT, state, "all"),
        stored(PART, "bond_members_up", INT, state, "up"));
    flow(rows);
    rows.gauge(
        "lockstep.network.port.rail",
        "{rail}",
        Subject.HARDWARE,
        "Which of the cluster's rails an InfiniBand or RoCE port belongs to, from 0.",
        stored(PART, "port_rail", INT));
    rows.gauge(
        "lockstep.network.port.numa_node",
        "{node}",
        Subject.HARDWARE,
        "NUMA node of the server that a port's adapter sits at.",
        stored(PART, "port_numa_node", INT));
    rows.gauge(
        "lockstep.network.port.bandwidth.best",
        "By/s",
        Subject.HARDWARE,
        "Highest rate that a port was seen with since the server started.",
        stored(PART, "port_rate_best", FLOAT));
  }

  private static void flow(Rows rows) {
    String event = "lockstep.network.interface.event";
    rows.counter(
        "lockstep.network.interface.events",
        "{event}",
        Subject.INTERFACE,
        "What a network adapter counts of flow control and of its cable, over all priorities, by the"
            + " driver's statistics: pause frames received and sent, packets dropped at the wire,"
            + " bad symbols, links lost.",
        Stream.of(
                "pause_received",
                "pause_transmitted",
                "discards_received",
                "discards_transmitted",
                "symbol_errors",
                "link_downs")
            .map(name -> stored(PART, "network_" + name, LONG, event, name))
            .toArray(At[]::new));
    rows.counter(
        "lockstep.network.interface.pause.time",
        "s",
        Subject.INTERFACE,
        "Time in which the other end had a network adapter wait, summed over priorities.",
        stored(PART, "network_pause_time", DOUBLE));
  }
}
