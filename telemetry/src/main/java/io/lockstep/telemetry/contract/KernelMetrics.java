package io.lockstep.telemetry.contract;

import static io.lockstep.telemetry.contract.Column.Type.FLOAT;
import static io.lockstep.telemetry.contract.Column.Type.INT;
import static io.lockstep.telemetry.contract.Column.Type.LONG;
import static io.lockstep.telemetry.contract.Rows.live;
import static io.lockstep.telemetry.contract.Rows.stored;
import static io.lockstep.telemetry.contract.Table.HOST;
import static io.lockstep.telemetry.contract.Table.HOST_SLOW;

import io.lockstep.telemetry.contract.Rows.At;
import java.util.stream.Stream;

/// What a server's kernel counts of itself: tasks, memory in detail, sockets, TCP, its clock.
final class KernelMetrics {
  private static final String NET = "network.io.direction";
  private static final Subject SERVER = Subject.HOST;

  private KernelMetrics() {}

  static void addTo(Rows rows) {
    tasks(rows);
    memory(rows);
    clock(rows);
    files(rows);
    tcp(rows);
    network(rows);
  }

  private static void tasks(Rows rows) {
    rows.counter(
        "lockstep.host.context_switches",
        "{switch}",
        SERVER,
        "Switches from one task to another, all processors.",
        stored(HOST, "context_switches", LONG));
    rows.counter(
        "lockstep.host.interrupts",
        "{interrupt}",
        SERVER,
        "Interrupts, all processors.",
        stored(HOST, "interrupts", LONG));
    rows.counter(
        "system.process.created",
        "{process}",
        SERVER,
        "Processes and threads made since the host was started.",
        stored(HOST, "forks", LONG));
    String state = "lockstep.host.task.state";
    rows.gauge(
        "lockstep.host.tasks",
        "{task}",
        SERVER,
        "Processes and threads: all; those that run or could; those that wait for a disk.",
        stored(HOST, "tasks", INT, state, "all"),
        stored(HOST, "tasks_runnable", INT, state, "runnable"),
        stored(HOST, "tasks_blocked", INT, state, "blocked"));
    rows.gauge(
        "lockstep.host.processes.waiting",
        "{process}",
        SERVER,
        "Processes that don't answer: `uninterruptible`, whose first thread waits in the kernel"
            + " (state D); `stuck`, those that have done so for a minute and more; `zombie`, which"
            + " ended and nobody has asked for their outcome. Looked for once a minute.",
        stored(HOST_SLOW, "processes_uninterruptible", INT, state, "uninterruptible"),
        stored(HOST_SLOW, "processes_stuck", INT, state, "stuck"),
        stored(HOST_SLOW, "processes_zombie", INT, state, "zombie"));
    rows.counter(
        "lockstep.host.oom.kills",
        "{process}",
        SERVER,
        "Processes that the kernel killed for want of memory, the server's or a container's.",
        live(HOST, "oom_kills", LONG));
    String fault = "system.paging.fault.type";
    rows.counter(
        "system.paging.faults",
        "{fault}",
        SERVER,
        "Page faults: with reading from a disk (major), without (minor).",
        stored(HOST, "faults_major", LONG, fault, "major"),
        stored(HOST, "faults_minor", LONG, fault, "minor"));
  }

  private static void memory(Rows rows) {
    String kind = "lockstep.host.memory.kind";
    rows.gauge(
        "lockstep.host.memory.usage",
        "By",
        SERVER,
        "Memory by what it is used for, as /proc/meminfo has it; the kinds overlap."
            + " `corrupted` is memory that the kernel has given up because it is broken.",
        Stream.of(
                "dirty",
                "writeback",
                "anonymous",
                "shared",
                "locked",
                "slab_reclaimable",
                "slab_unreclaimable",
                "page_tables",
                "committed",
                "commit_limit",
                "corrupted")
            .map(name -> stored(HOST_SLOW, "memory_" + name, LONG, kind, name))
            .toArray(At[]::new));
    String state = "lockstep.host.hugepages.state";
    rows.gauge(
        "lockstep.host.hugepages",
        "{page}",
        SERVER,
        "Huge pages of the default size.",
        stored(HOST_SLOW, "hugepages", LONG, state, "all"),
        stored(HOST_SLOW, "hugepages_free", LONG, state, "free"),
        stored(HOST_SLOW, "hugepages_reserved", LONG, state, "reserved"),
        stored(HOST_SLOW, "hugepages_surplus", LONG, state, "surplus"));
    rows.gauge(
        "lockstep.host.hugepages.size",
        "By",
        SERVER,
        "Size of a huge page.",
        stored(HOST_SLOW, "hugepage_size", LONG));
  }

  private static void clock(Rows rows) {
    rows.gauge(
        "lockstep.host.clock.synchronized",
        "1",
        SERVER,
        "1 while NTP or PTP keeps the clock, by the kernel's word (adjtimex), else 0.",
        live(HOST, "clock_synchronized", INT));
    rows.gauge(
        "lockstep.host.clock.offset",
        "s",
        SERVER,
        "By how much the kernel corrects its clock still (adjtimex).",
        stored(HOST_SLOW, "clock_offset", FLOAT));
    String kind = "lockstep.host.clock.error";
    rows.gauge(
        "lockstep.host.clock.uncertainty",
        "s",
        SERVER,
        "How wrong the clock is by what its keeper tells the kernel: estimated, and at most.",
        stored(HOST_SLOW, "clock_error_estimated", FLOAT, kind, "estimated"),
        stored(HOST_SLOW, "clock_error_max", FLOAT, kind, "max"));
  }

  private static void files(Rows rows) {
    rows.gauge(
        "lockstep.host.files.open",
        "{file}",
        SERVER,
        "Open files of the whole server.",
        stored(HOST_SLOW, "files_open", LONG));
    rows.gauge(
        "lockstep.host.files.limit",
        "{file}",
        SERVER,
        "How many files may be open.",
        stored(HOST_SLOW, "files_limit", LONG));
    String kind = "lockstep.host.socket.kind";
    rows.gauge(
        "lockstep.host.sockets",
        "{socket}",
        SERVER,
        "Sockets: all; TCP in use, established, without an owner, waiting for late packets; UDP.",
        stored(HOST_SLOW, "sockets", INT, kind, "all"),
        stored(HOST_SLOW, "sockets_tcp", INT, kind, "tcp"),
        stored(HOST_SLOW, "sockets_tcp_established", INT, kind, "tcp_established"),
        stored(HOST_SLOW, "sockets_tcp_orphan", INT, kind, "tcp_orphan"),
        stored(HOST_SLOW, "sockets_tcp_waiting", INT, kind, "tcp_time_wait"),
        stored(HOST_SLOW, "sockets_udp", INT, kind, "udp"));
  }

  private static void tcp(Rows rows) {
    rows.counter(
        "lockstep.host.tcp.segments",
        "{segment}",
        SERVER,
        "TCP segments.",
        stored(HOST_SLOW, "tcp_received", LONG, NET, "receive"),
        stored(HOST_SLOW, "tcp_transmitted", LONG, NET, "transmit"));
    String kind = "lockstep.host.tcp.event";
    rows.counter(
        "lockstep.host.tcp.events",
        "{event}",
        SERVER,
        "What goes wrong with TCP: segments sent again, timeouts, connections asked for again,"
            + " refused because nobody took them, or dropped; bad segments; resets sent;"
            + " connections ended for want of memory.",
        Stream.of(
                "retransmitted",
                "timeouts",
                "syn_retransmitted",
                "listen_overflows",
                "listen_drops",
                "errors",
                "resets",
                "aborts_on_memory")
            .map(name -> stored(HOST_SLOW, "tcp_" + name, LONG, kind, name))
            .toArray(At[]::new));
    String udp = "lockstep.host.udp.event";
    rows.counter(
        "lockstep.host.udp.events",
        "{event}",
        SERVER,
        "What goes wrong with UDP: bad packets, no room in a socket's buffer.",
        stored(HOST_SLOW, "udp_errors", LONG, udp, "errors"),
        stored(HOST_SLOW, "udp_receive_full", LONG, udp, "receive_buffer_full"),
        stored(HOST_SLOW, "udp_send_full", LONG, udp, "send_buffer_full"));
  }

  private static void network(Rows rows) {
    String kind = "lockstep.host.softnet.event";
    rows.counter(
        "lockstep.host.softnet",
        "{packet}",
        SERVER,
        "Packets that the kernel took from its network cards: taken; dropped because its queue was"
            + " full; and how often it had to stop before its queue was empty.",
        stored(HOST_SLOW, "softnet_processed", LONG, kind, "processed"),
        stored(HOST_SLOW, "softnet_dropped", LONG, kind, "dropped"),
        stored(HOST_SLOW, "softnet_squeezed", LONG, kind, "squeezed"));
    rows.gauge(
        "lockstep.host.conntrack.entries",
        "{connection}",
        SERVER,
        "Connections that the firewall keeps in mind.",
        stored(HOST_SLOW, "conntrack", LONG));
    rows.gauge(
        "lockstep.host.conntrack.limit",
        "{connection}",
        SERVER,
        "How many connections the firewall can keep in mind; above it packets are dropped.",
        stored(HOST_SLOW, "conntrack_limit", LONG));
  }
}
