package io.lockstep.agent.sample;

import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// What the kernel's network stack counts for the whole host: sockets, TCP, UDP, packets that it
/// could not take in time, connections that its firewall keeps in mind. What belongs to a network
/// namespace is that of the agent's own.
final class NetworkCounts implements AutoCloseable {
  private final Headed tcp =
      new Headed(
          "Tcp: ",
          "CurrEstab",
          "sockets_tcp_established",
          "InSegs",
          "tcp_received",
          "OutSegs",
          "tcp_transmitted",
          "RetransSegs",
          "tcp_retransmitted",
          "InErrs",
          "tcp_errors",
          "OutRsts",
          "tcp_resets");
  private final Headed udp =
      new Headed(
          "Udp: ",
          "InErrors",
          "udp_errors",
          "RcvbufErrors",
          "udp_receive_full",
          "SndbufErrors",
          "udp_send_full");
  private final Headed tcpExtended =
      new Headed(
          "TcpExt: ",
          "ListenOverflows",
          "tcp_listen_overflows",
          "ListenDrops",
          "tcp_listen_drops",
          "TCPTimeouts",
          "tcp_timeouts",
          "TCPSynRetrans",
          "tcp_syn_retransmitted",
          "TCPAbortOnMemory",
          "tcp_aborts_on_memory");
  private final Series sockets = series("sockets");
  private final Series tcpSockets = series("sockets_tcp");
  private final Series orphans = series("sockets_tcp_orphan");
  private final Series waiting = series("sockets_tcp_waiting");
  private final Series udpSockets = series("sockets_udp");
  private final Series processed = series("softnet_processed");
  private final Series dropped = series("softnet_dropped");
  private final Series squeezed = series("softnet_squeezed");
  private final Series tracked = series("conntrack");
  private final Series trackedMax = series("conntrack_limit");
  private final WatchedFile socketFile;
  private final WatchedFile snmpFile;
  private final WatchedFile netstatFile;
  private final WatchedFile softnetFile;
  private final WatchedFile trackedFile;
  private final WatchedFile trackedMaxFile;

  /// @param proc `/proc`, or a captured one
  /// @param kept as in [KernelFile]
  NetworkCounts(Path proc, boolean kept) {
    Path net = proc.resolve("net");
    socketFile = WatchedFile.optional(net.resolve("sockstat"), "proc/net", kept);
    snmpFile = WatchedFile.optional(net.resolve("snmp"), "proc/net", kept);
    netstatFile = WatchedFile.optional(net.resolve("netstat"), "proc/net", kept);
    softnetFile = WatchedFile.optional(net.resolve("softnet_stat"), "proc/net", kept);
    Path filter = proc.resolve("sys/net/netfilter");
    trackedFile = WatchedFile.optional(filter.resolve("nf_conntrack_count"), "netfilter", kept);
    trackedMaxFile = WatchedFile.optional(filter.resolve("nf_conntrack_max"), "netfilter", kept);
  }

  private static Series series(String column) {
    return Series.of(Contract.column(Table.HOST_SLOW, column), "");
  }

  void read(Notes notes, Text text) {
    socketFile.read(notes, text, table -> sockets(notes, table));
    snmpFile.read(notes, text, table -> Headed.read(notes, table, tcp, udp));
    netstatFile.read(notes, text, table -> Headed.read(notes, table, tcpExtended));
    softnetFile.read(notes, text, table -> softnet(notes, table));
    one(notes, text, trackedFile, tracked);
    one(notes, text, trackedMaxFile, trackedMax);
  }

  private static void one(Notes notes, Text text, WatchedFile file, Series series) {
    Long value = file.read(notes, text, Text::number);
    if (value != null) {
      notes.add(series.at(value));
    }
  }

  /// `sockets: used 1602`, `TCP: inuse 35 orphan 0 tw 4 alloc 59 mem 22`, `UDP: inuse 12 mem 62`.
  private boolean sockets(Notes notes, Text table) throws IOException {
    do {
      if (table.skip("sockets: used ")) {
        notes.add(sockets.at(table.number()));
      } else if (table.skip("TCP: inuse ")) {
        notes.add(tcpSockets.at(table.number()));
        if (table.skip(" orphan ")) {
          notes.add(orphans.at(table.number()));
        }
        if (table.skip(" tw ")) {
          notes.add(waiting.at(table.number()));
        }
      } else if (table.skip("UDP: inuse ")) {
        notes.add(udpSockets.at(table.number()));
      }
    } while (table.line());
    return true;
  }

  /// A line for each processor, hexadecimal: processed, dropped, squeezed …
  /// ([net-procfs.c](https://github.com/torvalds/linux/blob/master/net/core/net-procfs.c)).
  private boolean softnet(Notes notes, Text table) throws IOException {
    long all = 0;
    long lost = 0;
    long late = 0;
    do {
      if (table.more()) {
        all += table.hexadecimal();
        lost += table.hexadecimal();
        late += table.hexadecimal();
      }
    } while (table.line());
    notes.add(processed.at(all));
    notes.add(dropped.at(lost));
    notes.add(squeezed.at(late));
    return true;
  }

  @Override
  public void close() {
    List.of(socketFile, snmpFile, netstatFile, softnetFile, trackedFile, trackedMaxFile)
        .forEach(WatchedFile::close);
  }
}
