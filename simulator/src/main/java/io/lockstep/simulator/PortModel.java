package io.lockstep.simulator;

import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.Occurrence;
import io.lockstep.telemetry.otlp.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// One InfiniBand port as the kernel would show it: 400 Gb/s NDR, four lanes. The counters that a
/// healthy port of an H100 server really has above zero are above zero here too, packets by unicast
/// and multicast aside, which say the same again.
final class PortModel {
  private static final double UP_BYTES_PER_SECOND = 400e9 / 8;

  /// The kernel shows a port that is down as 10 Gb/sec (4X SDR).
  private static final double DOWN_BYTES_PER_SECOND = 10e9 / 8;

  /// What a port carries each way for each second of a healthy step's work: the 5 GB/s that busy
  /// ports of real training clusters carry (AcmeTrace, Seren: p95 5.6 GB/s).
  static final double BYTES_PER_SECOND = 5e9;

  private static final double BYTES_PER_PACKET = 2900;
  private static final int STATE_DOWN = 1;
  private static final int STATE_ACTIVE = 4;
  private static final int PHYSICAL_POLLING = 2;
  private static final int PHYSICAL_UP = 5;

  /// Error counters that stay where they are, and hw_counters: by column.
  private static final List<String> QUIET =
      List.of(
          "local_link_integrity_errors",
          "port_rcv_remote_physical_errors",
          "port_xmit_discards",
          "port_rcv_constraint_errors",
          "port_xmit_constraint_errors",
          "vl15_dropped",
          "out_of_buffer",
          "out_of_sequence",
          "packet_seq_err",
          "rnr_nak_retry_err",
          "roce_slow_restart",
          "rx_icrc_encapsulated");

  private final String id;
  private final Names names;
  private final Chance chance;
  private final double share;
  private double in;
  private double out;
  private double waited;
  private long symbolErrors;
  private long downed;
  private long recoveries;
  private long receiveErrors;
  private final long overruns;
  private final long relayErrors;
  private long ackTimeouts;
  private final long retransmissions;
  private boolean down;

  /// A port's series; servers share them, as the names of their ports are the same.
  static final class Names {
    private final Series up;
    private final Series state;
    private final Series physical;
    private final Series rate;
    private final Series width;
    private final Sample rateLost;
    private final Series saturated;
    private final Sample infiniband;
    private final Series in;
    private final Series out;
    private final Series packetsIn;
    private final Series packetsOut;
    private final Series waited;
    private final Series symbolErrors;
    private final Series downed;
    private final Series recoveries;
    private final Series receiveErrors;
    private final Series overruns;
    private final Series relayErrors;
    private final Series ackTimeouts;
    private final Series retransmissions;
    private final List<Sample> quiet;

    Names(String id) {
      up = of("up", id);
      state = of("state", id);
      physical = of("physical_state", id);
      rate = of("rate", id);
      width = of("width", id);
      rateLost = of("rate_lost", id).at(0.0);
      saturated = of("saturated_counters", id);
      infiniband = of("link_layer", id).at(1L);
      in = of("received", id);
      out = of("transmitted", id);
      packetsIn = of("packets_received", id);
      packetsOut = of("packets_transmitted", id);
      waited = of("transmit_wait", id);
      symbolErrors = of("symbol_error", id);
      downed = of("link_downed", id);
      recoveries = of("link_error_recovery", id);
      receiveErrors = of("port_rcv_errors", id);
      overruns = of("excessive_buffer_overrun_errors", id);
      relayErrors = of("port_rcv_switch_relay_errors", id);
      ackTimeouts = of("local_ack_timeout_err", id);
      retransmissions = of("roce_adp_retrans", id);
      quiet = QUIET.stream().map(column -> of(column, id).at(0L)).toList();
    }

    private static Series of(String column, String id) {
      return Series.of(Table.PORT, column, id);
    }

    /// One for each port of a server, in order.
    static List<Names> all() {
      return ClusterSpec.PORTS.stream().map(Names::new).toList();
    }
  }

  PortModel(String id, Names names, Chance chance) {
    this.id = id;
    this.names = names;
    this.chance = chance;
    Chance first = chance.of("first");
    share = first.between(0.97, 1.03, 0);
    in = first.between(1e13, 1e15, 1);
    out = in * first.between(0.99, 1.01, 2);
    waited = first.between(1e8, 5e9, 3);
    symbolErrors = first.uniform(4) < 0.05 ? first.below(20, 5) : 0;
    downed = first.uniform(6) < 0.1 ? 1 : 0;
    receiveErrors = first.below(20, 7);
    overruns = first.below(20, 8);
    relayErrors = first.below(3, 9);
    retransmissions = first.below(4, 10);
  }

  /// Lives through one interval.
  ///
  /// @param tick number of the interval
  /// @param bytes what the port would carry of the job, each way, were it up
  /// @param goesDown whether it is down at the end of the interval
  /// @param samples gets one round
  /// @return what the agent would report at once; empty when nothing changed
  List<Occurrence> tick(
      long tick, double bytes, boolean goesDown, long nanos, List<Sample> samples) {
    Chance now = chance.of(tick);
    var events = new ArrayList<Occurrence>(1);
    if (tick == 0) {
      down = goesDown; // so the agent finds it: no change that it could tell of
    }
    if (goesDown != down) {
      events.add(change(goesDown, nanos, now));
    }
    if (!down) {
      in += bytes * share * (1 + 0.02 * now.gauss(0));
      out += bytes * share * (1 + 0.02 * now.gauss(1));
      waited += bytes * 2e-5 * now.uniform(2);
    }
    sample(samples);
    return events;
  }

  private Occurrence change(boolean goesDown, long nanos, Chance now) {
    down = goesDown;
    if (!goesDown) {
      recoveries++;
      return new Occurrence(
          "lockstep.network.link.up", nanos, "port " + id + " became active", Map.of("hw.id", id));
    }
    downed++;
    symbolErrors += 5 + now.below(200, 3);
    receiveErrors += now.below(3, 4);
    ackTimeouts += 1 + now.below(6, 5);
    return new Occurrence(
        "lockstep.network.link.down",
        nanos,
        "port " + id + " went down: state " + STATE_DOWN,
        Map.of("hw.id", id, "lockstep.network.port.state", Integer.toString(STATE_DOWN)));
  }

  private void sample(List<Sample> samples) {
    samples.add(names.up.at(down ? 0L : 1L));
    samples.add(names.state.at((long) (down ? STATE_DOWN : STATE_ACTIVE)));
    samples.add(names.physical.at((long) (down ? PHYSICAL_POLLING : PHYSICAL_UP)));
    samples.add(names.rate.at(down ? DOWN_BYTES_PER_SECOND : UP_BYTES_PER_SECOND));
    samples.add(names.width.at(4L));
    samples.add(names.saturated.at(0L));
    samples.add(names.infiniband);
    samples.add(names.rateLost);
    samples.add(names.in.at((long) in));
    samples.add(names.out.at((long) out));
    samples.add(names.packetsIn.at((long) (in / BYTES_PER_PACKET)));
    samples.add(names.packetsOut.at((long) (out / BYTES_PER_PACKET)));
    samples.add(names.waited.at((long) waited));
    samples.add(names.symbolErrors.at(symbolErrors));
    samples.add(names.downed.at(downed));
    samples.add(names.recoveries.at(recoveries));
    samples.add(names.receiveErrors.at(receiveErrors));
    samples.add(names.overruns.at(overruns));
    samples.add(names.relayErrors.at(relayErrors));
    samples.add(names.ackTimeouts.at(ackTimeouts));
    samples.add(names.retransmissions.at(retransmissions));
    samples.addAll(names.quiet);
  }
}
