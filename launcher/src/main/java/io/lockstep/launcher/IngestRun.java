package io.lockstep.launcher;

import io.lockstep.launcher.IngestReport.Memory;
import io.lockstep.launcher.IngestReport.Stored;
import io.lockstep.launcher.IngestReport.Stretch;
import io.lockstep.launcher.LoadGenerator.Load;
import io.lockstep.simulator.Senders;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Loads one collector and looks at what that costs.
final class IngestRun {
  private static final Duration LOOK = Duration.ofMillis(400);
  private static final Duration MEMORY = Duration.ofSeconds(5);
  private static final List<String> OUTCOMES = List.of("late", "ahead", "unsettled", "refused");

  private final BenchCollector collector;
  private final Api api;
  private final List<Memory> memory = new ArrayList<>();
  private volatile JudgedTimes judged = new JudgedTimes();
  private volatile boolean over;
  private volatile @Nullable IOException failure;
  private long begun;

  /// All that is read at the ends of a stretch.
  private record Mark(
      long nanos,
      Cost collector,
      ThreadTimes threads,
      Cost store,
      Cost generator,
      SelfMetrics metrics,
      long incidents) {}

  IngestRun(BenchCollector collector) {
    this.collector = collector;
    this.api = new Api(collector.page());
  }

  /// Loads it.
  ///
  /// @param folder for the log of what sends
  IngestReport run(Path folder, Load load) throws IOException, InterruptedException {
    try (var generator = LoadGenerator.start(folder, collector.url(), load)) {
      Mark before = mark(generator.process());
      begun = before.nanos;
      Thread looks = Thread.ofVirtual().start(this::look);
      generator.await("measuring");
      Mark first = mark(generator.process());
      judged = new JudgedTimes();
      generator.await("ending");
      Mark second = mark(generator.process());
      var judgedTimes = load.everySecond() ? judged.times() : null;
      SendersProgram.Result result = generator.result();
      collector.store().settle();
      Duration store = Cost.of(collector.storeProcess()).processor();
      over = true;
      looks.join();
      rethrow();
      return report(load, List.of(before, first, second), result, store, judgedTimes);
    }
  }

  private Mark mark(ProcessHandle generator) throws IOException, InterruptedException {
    return new Mark(
        System.nanoTime(),
        Cost.of(collector.process()),
        ThreadTimes.of(collector.process()),
        Cost.of(collector.storeProcess()),
        Cost.of(generator),
        api.metrics(),
        api.incidents().size());
  }

  private void look() {
    try {
      long next = System.nanoTime();
      while (!over) {
        judged.add(api.metrics());
        if (System.nanoTime() >= next) {
          next += MEMORY.toNanos();
          memory.add(memory());
        }
        Thread.sleep(LOOK);
      }
    } catch (IOException e) {
      failure = e;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void rethrow() throws IOException {
    if (failure != null) {
      throw new IOException(failure.getMessage() + "; the " + collector.obituary(), failure);
    }
  }

  private Memory memory() throws IOException {
    Cost own = Cost.of(collector.process());
    Cost store = Cost.of(collector.storeProcess());
    return new Memory(
        (System.nanoTime() - begun) / 1e9,
        own.residentKib() / 1024.0,
        store.residentKib() / 1024.0,
        store.ownKib() / 1024.0);
  }

  private IngestReport report(
      Load load,
      List<Mark> marks,
      SendersProgram.Result result,
      Duration storeAtLast,
      IngestReport.@Nullable Times judgedTimes)
      throws IOException, InterruptedException {
    SelfMetrics last = api.metrics();
    Stretch warmUp =
        stretch(marks.get(0), marks.get(1), marks.get(1).store.processor(), result.warmUp());
    Stretch measured = stretch(marks.get(1), marks.get(2), storeAtLast, result.measured());
    SelfMetrics first = marks.getFirst().metrics;
    long values =
        (long)
            (last.get("lockstep_collector_store_values_total")
                - first.get("lockstep_collector_store_values_total"));
    long acknowledged = result.warmUp().acknowledged() + result.measured().acknowledged();
    return new IngestReport(
        load.servers(),
        Senders.values(),
        load.everySecond() ? "1s" : "max",
        load.gzip(),
        warmUp,
        measured,
        judgedTimes,
        List.copyOf(memory),
        new Stored(
            collector.store().bytes(),
            values,
            lines(last) - lines(first),
            collector.store().rows()),
        Math.max(0, acknowledged - values),
        notJudged(last),
        marks.getLast().incidents - marks.getFirst().incidents);
  }

  private static long lines(SelfMetrics metrics) {
    return (long) metrics.get("lockstep_collector_store_lines_total");
  }

  private static Stretch stretch(Mark from, Mark to, Duration store, SendersProgram.Count count) {
    return new Stretch(
        (to.nanos - from.nanos) / 1e9,
        count,
        seconds(from.collector.processor(), to.collector.processor()),
        seconds(from.store.processor(), store),
        to.metrics.get("lockstep_collector_round_cpu_seconds_total")
            - from.metrics.get("lockstep_collector_round_cpu_seconds_total"),
        seconds(from.generator.processor(), to.generator.processor()),
        to.threads.since(from.threads));
  }

  private static double seconds(Duration from, Duration to) {
    return to.minus(from).toNanos() / 1e9;
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
