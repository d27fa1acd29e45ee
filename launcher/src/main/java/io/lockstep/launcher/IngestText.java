package io.lockstep.launcher;

import io.lockstep.launcher.IngestReport.Memory;
import io.lockstep.launcher.IngestReport.Stored;
import io.lockstep.launcher.IngestReport.Stretch;
import io.lockstep.launcher.IngestReport.Times;
import io.lockstep.launcher.SendersProgram.Count;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/// A report of `lockstep bench ingest` for people.
final class IngestText {
  /// Looks at the memory that are shown.
  private static final int LOOKS = 10;

  private final IngestReport report;
  private final List<String> lines = new ArrayList<>();

  private IngestText(IngestReport report) {
    this.report = report;
  }

  /// Its lines.
  static List<String> of(IngestReport report) {
    var text = new IngestText(report);
    text.costs();
    text.refused("in the warm-up", report.warmUp().count());
    text.refused("when measured", report.measured().count());
    text.times();
    text.threads();
    text.memory();
    text.end();
    return text.lines;
  }

  private void costs() {
    lines.add(
        "%,d servers, %d values each, %s, %s"
            .formatted(
                report.servers(),
                report.values(),
                report.rate().equals("1s") ? "every second" : "as fast as they are acknowledged",
                report.gzip() ? "gzip" : "plain"));
    lines.add("%-34s %14s %14s".formatted("", "warm-up", "measured"));
    row("seconds", "%,.0f", Stretch::seconds);
    row("points sent", "%,.0f", one -> (double) one.count().sent());
    row("points acknowledged", "%,.0f", one -> (double) one.count().acknowledged());
    row("  a second", "%,.0f", Stretch::perSecond);
    row("bytes of requests for each point", "%.2f", Stretch::bytesPerPoint);
    row("CPU seconds per million points", "%.2f", one -> one.perMillion(one.collectorAndStore()));
    row("  collector", "%.2f", one -> one.perMillion(one.collector()));
    row("    of it detectors and alerts", "%.2f", one -> one.perMillion(one.rounds()));
    row("  store", "%.2f", one -> one.perMillion(one.store()));
    row("  load generator", "%.2f", one -> one.perMillion(one.generator()));
    row("cores, collector and store", "%.2f", one -> one.collectorAndStore() / one.seconds());
  }

  private void row(String what, String form, ToDoubleFunction<Stretch> value) {
    lines.add(
        "%-34s %14s %14s"
            .formatted(
                what,
                form.formatted(value.applyAsDouble(report.warmUp())),
                form.formatted(value.applyAsDouble(report.measured()))));
  }

  private void refused(String when, Count count) {
    count
        .refused()
        .forEach((why, points) ->
            lines.add("not acknowledged %s: %,d points, %s".formatted(when, points, why)));
  }

  private void times() {
    Count count = report.measured().count();
    lines.add(times("sent to acknowledged", Times.of(count)));
    Times judged = report.judged();
    if (judged != null) {
      lines.add(times("sent to judged", judged));
    }
  }

  private static String times(String what, Times times) {
    return "%-34s median %.3f s, p99 %.3f s, longest %.3f s"
        .formatted(what, times.median(), times.p99(), times.longest());
  }

  private void threads() {
    Stretch measured = report.measured();
    lines.add("collector's threads, CPU seconds per million points:");
    measured
        .threads()
        .forEach((name, seconds) ->
            lines.add("  %-32s %.3f".formatted(name, measured.perMillion(seconds))));
  }

  private void memory() {
    List<Memory> memory = report.memory();
    lines.add("%-34s %9s %9s %9s".formatted("resident MiB after", "collector", "store", "its own"));
    int looks = Math.min(LOOKS, memory.size());
    for (int look = 1; look <= looks; look++) {
      Memory one = memory.get(look * memory.size() / looks - 1);
      memory("%.0f s".formatted(one.second()), one);
    }
    memory("the most", Memory.most(memory));
  }

  private void memory(String when, Memory one) {
    lines.add(
        "  %-32s %9.0f %9.0f %9.0f".formatted(when, one.collector(), one.store(), one.storeOwn()));
  }

  private void end() {
    Stored stored = report.stored();
    if (stored != null) {
      lines.add(
          "on disk: %,d bytes for %,d values, %.2f for each"
              .formatted(stored.bytes(), stored.values(), stored.perValue()));
      lines.add("rows in the store: %,d of %,d".formatted(stored.rows(), stored.lines()));
    }
    lines.add("lost: %,d; incidents opened: %,d".formatted(report.lost(), report.incidents()));
    report
        .notJudged()
        .forEach((why, rows) -> lines.add("rows not judged, %s: %,d".formatted(why, rows)));
  }
}
