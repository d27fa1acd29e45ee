package io.lockstep.collector.window;

import static io.lockstep.collector.window.Batches.SECOND;
import static io.lockstep.collector.window.Batches.START;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.BatchId;
import io.lockstep.telemetry.rows.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class WindowConcurrencyTest {
  private static final Column TEMPERATURE = Contract.column(Table.GPU, "temperature");
  private static final Column POWER = Contract.column(Table.GPU, "power");
  private static final Column COMPUTE = Contract.column(Table.RANK, "compute");
  private static final int GPUS = 64;
  private static final int SECONDS = 5_000;

  private final Window window = new Window("c");
  private final AtomicBoolean done = new AtomicBoolean();

  /// A sealed slot is whole: each GPU that is there has both values of that very second; and the
  /// same slot never says two things.
  @Test
  void readersSeeSealedSlotsWholeWhileTheWriterGoesOn() throws Exception {
    try (var threads = Executors.newFixedThreadPool(3)) {
      var readers = List.of(threads.submit(reader()), threads.submit(reader()));
      threads.submit(this::write).get();
      long read = 0;
      for (var reader : readers) {
        read += reader.get();
      }
      assertThat(read).isGreaterThan(0);
    }
    assertThat(window.counts().late()).isZero();
  }

  private void write() {
    try {
      for (int second = 0; second < SECONDS; second++) {
        long now = START + second * SECOND;
        var rows = new ArrayList<Row>();
        // GPUs come one by one, so that arrays grow under the readers.
        for (int gpu = 0; gpu < Math.min(GPUS, 1 + second / 50); gpu++) {
          var row = new Row(Table.GPU, "node", "gpu-" + gpu, now);
          row.set(TEMPERATURE, value(now / SECOND, gpu));
          row.set(POWER, value(now / SECOND, gpu) + 1);
          rows.add(row);
        }
        window.append(Batches.rows(new BatchId("node", 1, second), rows.toArray(Row[]::new)), now);
        var rank = new Rank(0, "node", "gpu-0", -1, -1);
        window.append(
            Batches.steps(
                null,
                List.of(Batches.step(second, rank, 1, now, Map.of("compute", (double) second)))),
            now);
        window.seal(now);
      }
    } finally {
      done.set(true);
    }
  }

  private Callable<Long> reader() {
    return () -> {
      long read = 0;
      while (!done.get()) {
        long edge = window.sealedEdge();
        int gpus = window.subjects(Table.GPU).size();
        for (int gpu = 0; gpu < gpus; gpu++) {
          for (long slot = edge; slot > edge - 20; slot--) {
            read += check(slot, gpu);
          }
          read += check(edge - Window.SECONDS + 2, gpu);
        }
        for (JobWindow job : window.jobs()) {
          for (Iteration iteration : job.iterations()) {
            assertThat(iteration.value(0, COMPUTE)).isEqualTo((double) iteration.number());
          }
        }
      }
      return read;
    };
  }

  private int check(long slot, int gpu) {
    double temperature = window.at(TEMPERATURE, gpu, slot);
    double power = window.at(POWER, gpu, slot);
    if (Double.isNaN(temperature)) {
      assertThat(power).isNaN();
      return 0;
    }
    if (Double.isNaN(power)) {
      assertThat(slot).as("left the window in between").isLessThanOrEqualTo(oldest());
      return 0;
    }
    assertThat(temperature).isEqualTo(value(slot, gpu));
    assertThat(power).isEqualTo(value(slot, gpu) + 1);
    return 1;
  }

  private long oldest() {
    return window.sealedEdge() - Window.SECONDS;
  }

  private static float value(long slot, int gpu) {
    return (slot % 1000) * 100 + gpu;
  }
}
