package io.lockstep.launcher;

import io.lockstep.launcher.IngestReport.Memory;
import io.lockstep.launcher.IngestReport.Stored;
import io.lockstep.launcher.IngestReport.Stretch;
import io.lockstep.launcher.LoadGenerator.Load;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Loads a collector, or what does some of its work, and looks at what that costs.
final class IngestRun {
  private static final Duration LOOK = Duration.ofMillis(400);
  private static final Duration MEMORY = Duration.ofSeconds(5);
  private static final List<String> OUTCOMES = List.of("late", "ahead", "unsettled", "refused");

  private final String name;
  private final Loaded loaded;
  private final Load load;
  private final List<Memory> memory = new ArrayList<>();
  private volatile JudgedTimes judged = new JudgedTimes();
  private volatile boolean over;
  private volatile @Nullable IOException failure;

  /// @param name of what is loaded, in the report
  IngestRun(String name, Loaded loaded, Load load) {
    this.name = name;
    this.loaded = loaded;
    this.load = load;
  }

  /// Loads it.
  ///
  /// @param folder for the log of what sends
  IngestReport run(Path folder) throws IOException, InterruptedException {
    try (var generator = LoadGenerator.start(folder, loaded.to(), load)) {
      Mark begin = mark(generator);
      Thread looks = Thread.ofVirtual().start(() -> look(generator, begin.nanos()));
      generator.await("measuring");
      Mark middle = mark(generator);
      judged = new JudgedTimes();
      generator.await("ending");
      Mark end = mark(generator);
      SendersProgram.Result result = generator.result();
      loaded.settle();
      over = true;
      looks.join();
      rethrow();
      return report(List.of(begin, middle, end, mark(generator)), result);
    }
  }

  private Mark mark(LoadGenerator generator) throws IOException, InterruptedException {
    return Mark.of(loaded, generator.process());
  }

  private void look(LoadGenerator generator, long begun) {
    try {
      long next = System.nanoTime();
      while (!over) {
        judged.add(loaded.metrics());
        if (System.nanoTime() >= next) {
          next += MEMORY.toNanos();
          memory.add(memory(mark(generator), begun));
        }
        Thread.sleep(LOOK);
      }
    } catch (IOException e) {
      failure = e;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private static Memory memory(Mark now, long begun) {
    return new Memory(
        (now.nanos() - begun) / 1e9,
        now.program().cost().resident(),
        now.program().cost().own(),
        now.store().cost().resident(),
        now.store().cost().own());
  }

  private void rethrow() throws IOException {
    IOException met = failure;
    if (met != null) {
      throw new IOException(met.getMessage() + "; " + loaded.obituary(), met);
    }
  }

  /// @param marks at the begin, between warm-up and measuring, at the end, and when what was put
  ///   off is done
  private IngestReport report(List<Mark> marks, SendersProgram.Result result)
      throws IOException, InterruptedException {
    SelfMetrics first = marks.getFirst().metrics();
    SelfMetrics last = marks.getLast().metrics();
    Stored stored = loaded.stored(first, last);
    long acknowledged = result.warmUp().acknowledged() + result.measured().acknowledged();
    return new IngestReport(
        name,
        load.servers(),
        load.shape().perSecond(),
        load.everySecond() ? "1s" : "max",
        load.gzip(),
        load.due(seconds(marks.get(1), marks.get(2))),
        stretch(marks.get(0), marks.get(1), marks.get(1), result.warmUp()),
        stretch(marks.get(1), marks.get(2), marks.get(3), result.measured()),
        load.everySecond() ? judged.times() : null,
        List.copyOf(memory),
        stored,
        stored == null ? 0 : Math.max(0, acknowledged - stored.values()),
        notJudged(last),
        marks.get(2).incidents() - marks.get(0).incidents());
  }

  /// @param settled when the store is done with what came in the stretch
  private static Stretch stretch(Mark from, Mark to, Mark settled, SendersProgram.Count count) {
    return new Stretch(
        seconds(from, to),
        count,
        to.program().cost().processor() - from.program().cost().processor(),
        settled.store().cost().processor() - from.store().cost().processor(),
        to.metrics().known("lockstep_collector_round_cpu_seconds_total")
            - from.metrics().known("lockstep_collector_round_cpu_seconds_total"),
        to.generator().cost().processor() - from.generator().cost().processor(),
        to.program().threads().since(from.program().threads()),
        settled.store().threads().since(from.store().threads()));
  }

  private static double seconds(Mark from, Mark to) {
    return (to.nanos() - from.nanos()) / 1e9;
  }

  private static Map<String, Long> notJudged(SelfMetrics metrics) {
    var rows = new TreeMap<String, Long>();
    for (String outcome : OUTCOMES) {
      long many =
          (long) metrics.sum("lockstep_collector_window_total", "outcome=\"" + outcome + "\"");
      if (many > 0) {
        rows.put(outcome, many);
      }
    }
    return rows;
  }
}
