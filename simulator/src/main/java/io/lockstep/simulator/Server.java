package io.lockstep.simulator;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.Occurrence;
import io.lockstep.telemetry.otlp.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// One made-up server: what its agent would read each second. Values are those of an HGX H100 in
/// steady training: some 650 W, 50 to 70 °C, 1,755 MHz, NDR links; GPU temperatures spread as in
/// the Acme traces (p50 40, p99 66 to 69 °C under mixed load), power of a server by 4 % (MLPerf).
final class Server {
  private static final double LINK_BYTES_PER_SECOND = 400 * 125e6;
  private static final double CLOCK_HERTZ = 1.755e9;
  private static final long GIBIBYTE = 1L << 30;
  private static final int IDLE_WAITING = 0x0;
  private static final int HARDWARE_THERMAL = 0x40 | 0x8;
  private static final int SLOW_EVERY_SECONDS = 10;

  private final ClusterSpec spec;
  private final Health health;
  private final int index;
  private final boolean[] portWasUp = new boolean[ClusterSpec.PER_SERVER];
  private final long[] downed = new long[ClusterSpec.PER_SERVER];
  private final long[] received = new long[ClusterSpec.PER_SERVER];
  private final double[] joules = new double[ClusterSpec.PER_SERVER];
  private double cpuSeconds;

  Server(ClusterSpec spec, Health health, int index) {
    this.spec = spec;
    this.health = health;
    this.index = index;
    for (int i = 0; i < ClusterSpec.PER_SERVER; i++) {
      portWasUp[i] = true;
      received[i] = Noise.bits(spec.seed(), 1, index, i) >>> 22;
    }
  }

  /// One round of all samplers. Called once for each second, in order.
  ///
  /// @param second since the start
  List<Sample> sample(long second) {
    var samples = new ArrayList<Sample>(700);
    for (int i = 0; i < ClusterSpec.PER_SERVER; i++) {
      gpu(samples, i, second);
      port(samples, i, second);
    }
    host(samples, second);
    if (second % SLOW_EVERY_SECONDS == 0) {
      slow(samples, second);
    }
    return samples;
  }

  private void gpu(List<Sample> out, int gpu, long second) {
    String id = spec.gpu(index, gpu);
    double lost = health.slowness(index, gpu, (double) second);
    double place = Noise.normal(spec.seed(), 2, index, gpu);
    double swing = Math.sin(second / 47.0 + place * 3);
    double power = 655 + 12 * place + 8 * swing + 5 * noise(3, gpu, second);
    double watts = power * (1 - 0.7 * lost);
    joules[gpu] += watts;
    put(out, Table.GPU, "utilization", id, Math.min(1, 0.97 + 0.01 * noise(4, gpu, second)));
    put(out, Table.GPU, "memory_used", id, 71 * GIBIBYTE + (long) (place * 1e8));
    put(out, Table.GPU, "pcie_received", id, second * 2_000_000_000L);
    put(out, Table.GPU, "pcie_transmitted", id, second * 1_500_000_000L);
    put(
        out,
        Table.GPU,
        "clock_sm",
        id,
        CLOCK_HERTZ * (1 - lost) - 15e6 * (bit(5, gpu, second) ? 1 : 0));
    put(out, Table.GPU, "clock_memory", id, 2.619e9);
    put(out, Table.GPU, "clock_event_reasons", id, lost > 0.02 ? HARDWARE_THERMAL : IDLE_WAITING);
    put(out, Table.GPU, "performance_state", id, 0);
    double heat = 60 + 2.5 * place + 1.5 * swing + 0.4 * noise(6, gpu, second);
    double hot = lost > 0 ? Math.min(1, lost / 0.08) * (88 - heat) : 0;
    put(out, Table.GPU, "temperature", id, Math.rint(heat + hot));
    put(out, Table.GPU, "temperature_memory", id, Math.rint(heat + 9 + 0.8 * hot));
    put(out, Table.GPU, "power", id, watts);
    put(out, Table.GPU, "energy", id, 3e8 + joules[gpu]);
    put(out, Table.GPU, "ecc_corrected", id, bit(7, gpu, 0) ? 3 : 0);
    put(out, Table.GPU, "ecc_uncorrected", id, 0);
    put(out, Table.GPU, "pcie_replays", id, bit(8, gpu, 0) ? 1 : 0);
  }

  private void port(List<Sample> out, int port, long second) {
    String id = ClusterSpec.port(port);
    boolean up = health.portUp(index, port, (double) second);
    if (up) {
      received[port] += (long) (9e9 + 4e8 * noise(9, port, second)) & ~3L;
    } else if (portWasUp[port]) {
      downed[port]++;
    }
    put(out, Table.PORT, "up", id, up ? 1 : 0);
    put(out, Table.PORT, "state", id, up ? 4 : 1);
    put(out, Table.PORT, "physical_state", id, up ? 5 : 2);
    if (up) {
      put(out, Table.PORT, "rate", id, LINK_BYTES_PER_SECOND);
      put(out, Table.PORT, "width", id, 4);
    }
    put(out, Table.PORT, "saturated_counters", id, 0);
    put(out, Table.PORT, "received", id, received[port]);
    put(out, Table.PORT, "transmitted", id, received[port] - (received[port] >>> 9 << 2));
    put(out, Table.PORT, "packets_received", id, received[port] / 4096);
    put(out, Table.PORT, "packets_transmitted", id, received[port] / 4097);
    put(out, Table.PORT, "transmit_wait", id, received[port] / 1_000_000);
    put(out, Table.PORT, "symbol_error", id, 0);
    put(out, Table.PORT, "link_downed", id, downed[port]);
    put(out, Table.PORT, "link_error_recovery", id, 0);
    put(out, Table.PORT, "port_rcv_errors", id, 0);
    put(out, Table.PORT, "port_xmit_discards", id, 0);
  }

  /// What has happened to the ports since the last round, as an agent tells it. Call after
  /// [#sample].
  List<Occurrence> events(long second, long nowNanos) {
    var events = new ArrayList<Occurrence>();
    for (int i = 0; i < ClusterSpec.PER_SERVER; i++) {
      boolean up = health.portUp(index, i, (double) second);
      if (up != portWasUp[i]) {
        portWasUp[i] = up;
        String id = ClusterSpec.port(i);
        events.add(
            up
                ? new Occurrence(
                    "lockstep.network.link.up",
                    nowNanos,
                    "port " + id + " is active",
                    Map.of("hw.id", id))
                : new Occurrence(
                    "lockstep.network.link.down",
                    nowNanos,
                    "port " + id + " went from active to down",
                    Map.of("hw.id", id, "lockstep.network.port.state", "1")));
      }
    }
    return events;
  }

  private void host(List<Sample> out, long second) {
    double user = 0.22 + 0.02 * noise(10, 0, second);
    double system = 0.05 + 0.005 * noise(11, 0, second);
    cpuSeconds += user + system;
    put(out, Table.HOST, "cpu_user", "", user);
    put(out, Table.HOST, "cpu_system", "", system);
    put(out, Table.HOST, "cpu_nice", "", 0.0);
    put(out, Table.HOST, "cpu_iowait", "", 0.002);
    put(out, Table.HOST, "cpu_interrupt", "", 0.004);
    put(out, Table.HOST, "cpu_steal", "", 0.0);
    put(out, Table.HOST, "cpu_idle", "", 1 - user - system - 0.006);
    put(out, Table.HOST, "cpu_mean", "", user + system + 0.006);
    put(out, Table.HOST, "cpu_max", "", Math.min(1, 0.9 + 0.04 * noise(12, 0, second)));
    double load = 60 + 4 * noise(13, 0, second / 5);
    put(out, Table.HOST, "load_1m", "", load);
    put(out, Table.HOST, "load_5m", "", 60.0);
    put(out, Table.HOST, "load_15m", "", 60.0);
    put(out, Table.HOST, "uptime", "", 864_000.0 + (double) second);
    long used = 410 * GIBIBYTE + (long) (noise(14, 0, second / 10) * 1e8);
    put(out, Table.HOST, "memory_used", "", used);
    put(out, Table.HOST, "memory_free", "", 1_100 * GIBIBYTE - used);
    put(out, Table.HOST, "memory_buffers", "", 2 * GIBIBYTE);
    put(out, Table.HOST, "memory_cached", "", 500 * GIBIBYTE);
    put(out, Table.HOST, "memory_available", "", 1_600 * GIBIBYTE - used);
    for (String resource :
        List.of("cpu_some", "memory_some", "memory_full", "io_some", "io_full")) {
      put(out, Table.HOST, "pressure_" + resource, "", 100 + cpuSeconds / 500);
    }
  }

  private void slow(List<Sample> out, long second) {
    for (int i = 0; i < ClusterSpec.PER_SERVER; i++) {
      String id = spec.gpu(index, i);
      put(out, Table.GPU_SLOW, "memory", id, 80 * GIBIBYTE);
      put(out, Table.GPU_SLOW, "power_limit", id, 700.0);
      put(out, Table.GPU_SLOW, "pcie_generation", id, 5);
      put(out, Table.GPU_SLOW, "pcie_width", id, 16);
      put(out, Table.GPU_SLOW, "gpu_index", id, i);
      put(out, Table.GPU_SLOW, "row_remaps_pending", id, 0);
      put(out, Table.GPU_SLOW, "row_remaps_failed", id, 0);
    }
    put(out, Table.HOST_SLOW, "cpus", "", 224);
    put(out, Table.HOST_SLOW, "memory", "", 2_048 * GIBIBYTE);
    put(out, Table.HOST_SLOW, "processes", "", 2_100 + (long) (20 * noise(15, 0, second)));
    for (int i = 0; i < 2; i++) {
      String disk = "nvme" + i + "n1";
      put(out, Table.PART, "disk_read", disk, 1_000_000L * second);
      put(out, Table.PART, "disk_written", disk, 3_000_000L * second);
    }
    put(out, Table.PART, "network_received", "eth0", 2_000_000L * second);
    put(out, Table.PART, "network_transmitted", "eth0", 1_000_000L * second);
    put(out, Table.PART, "filesystem_used", "/", 300 * GIBIBYTE + 1_000_000 * second);
    put(out, Table.PART, "filesystem_limit", "/", 1_800 * GIBIBYTE);
  }

  private double noise(long what, long part, long second) {
    return Noise.normal(spec.seed(), (what << 40) | index, part, second);
  }

  private boolean bit(long what, long part, long second) {
    return Noise.uniform(spec.seed(), (what << 40) | index, part, second) < 0.1;
  }

  private static void put(
      List<Sample> out, Table table, String column, String subject, double value) {
    out.add(Sample.of(column(table, column), subject, value));
  }

  private static void put(
      List<Sample> out, Table table, String column, String subject, long value) {
    out.add(Sample.of(column(table, column), subject, value));
  }

  private static Column column(Table table, String name) {
    return Contract.column(table, name);
  }
}
