package io.lockstep.launcher;

import io.lockstep.collector.window.Past;
import io.lockstep.collector.window.Window;
import io.lockstep.collector.window.WindowSize;
import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.BatchId;
import io.lockstep.telemetry.rows.Batch;
import io.lockstep.telemetry.rows.Row;
import io.lockstep.telemetry.rows.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `lockstep bench window`: fills a window in this process to its last second, and says what it
/// takes. Its values are by chance, so that no column stands still, which is the dearest; readers
/// take snapshots meanwhile and look whether they are whole.
@Command(
    name = "window",
    mixinStandardHelpOptions = true,
    description = {
      "Fills the collector's window in memory with 8 GPUs, 8 ports and 8 ranks a server: its 24"
          + " hours, then its ten minutes second by second beside readers. Prints what it takes, and"
          + " how many values a second go in. Needs 3 GiB of heap for 1250 servers."
    },
    footer = {"", "Exit codes: 0 within 2 GiB and every snapshot whole, 1 not, 2 wrong usage."})
final class WindowBench implements Callable<Integer> {
  private static final long SECOND = 1_000_000_000L;
  private static final long START = 1_767_225_600L * SECOND;
  private static final int EACH = 8;
  private static final int READERS = 2;
  private static final int SNAPSHOT_GPUS = 500;
  private static final long MOST_BYTES = 2L << 30;
  private static final Column TEMPERATURE = Contract.column(Table.GPU, "temperature");
  private static final Column POWER = Contract.column(Table.GPU, "power");

  @Option(
      names = "--servers",
      paramLabel = "N",
      defaultValue = "1250",
      description = "How many servers, 1 to 3000 (default: ${DEFAULT-VALUE}).")
  private int servers;

  private final Window window = new Window("bench");
  private final Random random = new Random(1);
  private final AtomicBoolean done = new AtomicBoolean();
  private final LongAdder snapshots = new LongAdder();
  private final LongAdder torn = new LongAdder();
  private long number;
  private long values;

  @Override
  public Integer call() throws InterruptedException {
    if (servers < 1 || servers > 3000) {
      System.err.println("lockstep bench window: --servers must be 1 to 3000, is " + servers);
      return 2;
    }
    long now = START;
    for (int span = 0; span < Past.SPANS; span++) {
      second(now);
      second(now + SECOND);
      now += Past.SPAN_SECONDS * SECOND;
    }
    List<Thread> readers = new ArrayList<>();
    for (int i = 0; i < READERS; i++) {
      readers.add(Thread.ofPlatform().start(this::read));
    }
    values = 0;
    long begun = System.nanoTime();
    int seconds = Window.SECONDS + 40;
    for (int i = 0; i < seconds; i++) {
      second(now + i * SECOND);
      window.seal(now + i * SECOND + SECOND / 2);
    }
    double took = (System.nanoTime() - begun) / 1e9;
    done.set(true);
    for (Thread reader : readers) {
      reader.join();
    }
    return report(seconds, took);
  }

  private int report(int seconds, double took) {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    long heap = runtime.totalMemory() - runtime.freeMemory();
    WindowSize now = window.size();
    WindowSize most = WindowSize.full(EACH * servers, EACH * servers, servers, EACH * servers);
    System.out.printf(
        Locale.ROOT,
        "%,d servers, %,d GPUs: %s%n  at most %s%n  heap in use %.2f GiB%n  %,.0f values a second"
            + " beside %d readers (%,d in each second of the cluster's: %.2f of real time)%n"
            + "  %,d snapshots of %d GPUs, %,d not whole%n",
        servers,
        EACH * servers,
        now.words(),
        most.words(),
        heap / (double) (1L << 30),
        values / took,
        READERS,
        values / seconds,
        took / seconds,
        snapshots.sum(),
        SNAPSHOT_GPUS,
        torn.sum());
    return heap <= MOST_BYTES && torn.sum() == 0 ? 0 : 1;
  }

  private void second(long now) {
    for (int server = 0; server < servers; server++) {
      String host = "node-" + server;
      var rows = new ArrayList<Row>();
      for (int i = 0; i < EACH; i++) {
        rows.add(row(Table.GPU, host, "GPU-" + server + "-" + i, now));
        rows.add(row(Table.PORT, host, "mlx5_" + i + "/1", now));
      }
      rows.add(row(Table.HOST, host, Table.HOST_SUBJECT, now));
      var id = new BatchId(host, 1, number);
      window.append(
          new Batch("bench", id, rows, List.of(), List.of(), steps(server, host, now), 0, ""), now);
    }
    number++;
  }

  private Row row(Table table, String host, String subject, long now) {
    var row = new Row(table, host, subject, now);
    for (Column column : Contract.columns(table)) {
      if (column.live()) {
        row.set(column, 1 + 1000 * random.nextFloat() + number);
        values++;
      }
    }
    if (table == Table.GPU) {
      row.set(POWER, row.value(TEMPERATURE) + 1);
    }
    return row;
  }

  private List<Step> steps(int server, String host, long now) {
    var steps = new ArrayList<Step>();
    for (int i = 0; i < EACH; i++) {
      int rank = EACH * server + i;
      Row row = row(Table.RANK, host, "rank/" + rank, now);
      steps.add(new Step("job", "0", number, rank, EACH * servers, -1, -1, "", now - SECOND, row));
    }
    return steps;
  }

  /// Takes the newest sealed second of some GPUs again and again.
  private void read() {
    while (!done.get()) {
      long slot = window.sealedEdge();
      int gpus = Math.min(SNAPSHOT_GPUS, window.subjects(Table.GPU).size());
      for (int gpu = 0; gpu < gpus; gpu++) {
        double temperature = window.at(TEMPERATURE, gpu, slot);
        double power = window.at(POWER, gpu, slot);
        // Whoever was held up for ten minutes finds the second gone, and both are absent.
        boolean gone = slot <= window.sealedEdge() - Window.SECONDS;
        if (!gone && Double.compare((float) (temperature + 1), (float) power) != 0) {
          torn.increment();
        }
      }
      snapshots.increment();
    }
  }
}
