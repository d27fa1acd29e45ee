package io.lockstep.collector;

import io.lockstep.collector.window.Batches;
import io.lockstep.collector.window.Rank;
import io.lockstep.collector.window.Window;
import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.BatchId;
import io.lockstep.telemetry.rows.Batch;
import io.lockstep.telemetry.rows.Event;
import io.lockstep.telemetry.rows.Row;
import io.lockstep.telemetry.rows.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// What some servers say in each second: always the same for the same second.
///
/// @param start Unix seconds
record PastData(long start) {
  static final String CLUSTER = "recalled";
  static final int HOSTS = 3;
  static final int GPUS = 4;
  static final long SECOND = 1_000_000_000L;

  /// Host 0's port goes down for three seconds each two hundred.
  private static final int FLAP_SECONDS = 200;

  private static final int DOWN_SECONDS = 3;

  static String host(int host) {
    return "node-" + host;
  }

  /// What all say in a second.
  List<Batch> at(long second) {
    var batches = new ArrayList<Batch>();
    for (int host = 0; host < HOSTS; host++) {
      batches.add(of(host, second));
    }
    return batches;
  }

  private Batch of(int host, long second) {
    var random = new Random(second * 31 + host);
    long nanos = second * SECOND + 250_000_000L;
    var rows = new ArrayList<Row>();
    for (int gpu = 0; gpu < GPUS; gpu++) {
      if (random.nextInt(20) > 0) {
        rows.add(gpu(host, gpu, nanos, random));
      }
    }
    rows.add(port(host, second, nanos));
    rows.add(host(host, nanos, random));
    var steps = new ArrayList<Step>();
    if (second % 2 == 0) {
      for (int gpu = 0; gpu < GPUS; gpu++) {
        var rank = new Rank(host * GPUS + gpu, host(host), uuid(host, gpu), -1, -1);
        Map<String, Double> seconds = Map.of("step", 2.0, "compute", 1 + random.nextDouble());
        steps.add(Batches.step((second - start) / 2, rank, HOSTS * GPUS, nanos, seconds));
      }
    }
    var id = new BatchId(host(host), 1, second - start);
    return new Batch(CLUSTER, id, rows, List.of(), events(host, second), steps, 0, "");
  }

  static String uuid(int host, int gpu) {
    return "GPU-" + host + "-" + gpu;
  }

  private Row gpu(int host, int gpu, long nanos, Random random) {
    var row = new Row(Table.GPU, host(host), uuid(host, gpu), nanos);
    row.set(column(Table.GPU, "temperature"), 40 + 40 * random.nextFloat());
    row.set(column(Table.GPU, "memory_used"), random.nextLong(80L << 30));
    row.set(column(Table.GPU, "state"), 1L);
    if (random.nextInt(3) > 0) {
      row.set(column(Table.GPU, "power"), 700 * random.nextFloat());
    }
    long second = nanos / SECOND - start;
    // Now and then it is reset.
    row.set(column(Table.GPU, "ecc_corrected"), second % 700 + second % 700 / 7 * 3);
    return row;
  }

  private Row port(int host, long second, long nanos) {
    var row = new Row(Table.PORT, host(host), "mlx5_0/1", nanos);
    row.set(column(Table.PORT, "up"), down(host, second) ? 0L : 1L);
    row.set(column(Table.PORT, "rate"), 5e10);
    long since = second - start;
    row.set(column(Table.PORT, "received"), 1_000_003 * since + since % 17);
    return row;
  }

  private boolean down(int host, long second) {
    return host == 0 && (second - start) % FLAP_SECONDS >= FLAP_SECONDS - DOWN_SECONDS;
  }

  private List<Event> events(int host, long second) {
    boolean now = down(host, second);
    boolean before = second > start && down(host, second - 1);
    if (now == before) {
      return List.of();
    }
    String name = "lockstep.network.link." + (now ? "down" : "up");
    return List.of(Batches.event(name, host(host), "mlx5_0/1", second * SECOND));
  }

  private static Row host(int host, long nanos, Random random) {
    var row = new Row(Table.HOST, host(host), Table.HOST_SUBJECT, nanos);
    row.set(column(Table.HOST, "cpu_mean"), random.nextFloat());
    return row;
  }

  static Column column(Table table, String name) {
    return Contract.column(table, name);
  }

  /// Tells a window all of some seconds.
  ///
  /// @param from the first
  /// @param to the one after the last
  void tell(Window window, long from, long to) {
    for (long second = from; second < to; second++) {
      long arrival = second * SECOND + 300_000_000L;
      at(second).forEach(batch -> window.append(batch, arrival));
      window.seal(arrival + 400_000_000L);
    }
  }
}
