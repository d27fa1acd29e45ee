package io.lockstep.launcher;

import io.lockstep.launcher.IngestReport.Memory;
import io.lockstep.launcher.IngestReport.Stored;
import io.lockstep.launcher.IngestReport.Stretch;
import io.lockstep.launcher.IngestReport.Times;
import io.lockstep.launcher.SendersProgram.Count;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
    text.threads("collector's", report.measured().threads());
    text.threads("store's", report.measured().storeThreads());
    text.memory();
    text.end();
    return text.lines;
  }

  /// Ours to a peer's.
  static String ratios(IngestReport ours, IngestReport peer) {
    return "%s : %s = CPU for each point %s (first sight %s), memory %s, bytes on disk %s"
        .formatted(
            ours.name(),
            peer.name(),
            ratio(cost(ours.measured()), cost(peer.measured())),
            ratio(cost(ours.warmUp()), cost(peer.warmUp())),
            ratio(resident(ours), resident(peer)),
            ratio(perValue(ours), perValue(peer)));
  }

  private static double cost(Stretch one) {
    return one.perMillion(one.collectorAndStore());
  }

  private static double resident(IngestReport report) {
    Memory most = Memory.most(report.memory());
    return most.collector() + (Double.isNaN(most.store()) ? 0 : most.store());
  }

  private static double perValue(IngestReport report) {
    Stored stored = report.stored();
    return stored == null || stored.bytes() < 0 ? Double.NaN : stored.perValue();
  }

  private static String ratio(double ours, double theirs) {
    double ratio = ours / theirs;
    return Double.isFinite(ratio) ? "%.2f".formatted(ratio) : "unknown";
  }

  private void costs() {
    lines.add(
        "%s: %,d servers, %.0f values each, %s, %s"
            .formatted(
                report.name(),
                report.servers(),
                report.values(),
                report.rate().equals("1s") ? "every second" : "as fast as they are acknowledged",
                report.gzip() ? "gzip" : "plain"));
    lines.add("%-34s %14s %14s".formatted("", "warm-up", "measured"));
    row("seconds", "%,.0f", Stretch::seconds);
    row("points sent", "%,.0f", one -> (double) one.count().sent());
    if (report.due() > 0) {
      row("  of those that were due, %", "%.1f", this::sentOfDue);
    }
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

  private double sentOfDue(Stretch one) {
    double due = report.due() / report.measured().seconds() * one.seconds();
    return 100 * one.count().sent() / due;
  }

  private void row(String what, String form, ToDoubleFunction<Stretch> value) {
    lines.add(
        "%-34s %14s %14s"
            .formatted(
                what,
                number(form, value.applyAsDouble(report.warmUp())),
                number(form, value.applyAsDouble(report.measured()))));
  }

  private void refused(String when, Count count) {
    count
        .refused()
        .forEach((why, points) ->
            lines.add("not acknowledged %s: %,d points, %s".formatted(when, points, why)));
  }

  private void times() {
    Count count = report.measured().count();
    if (count.acknowledged() > 0) {
      lines.add(times("sent to acknowledged", Times.of(count)));
    }
    Times judged = report.judged();
    if (judged != null) {
      lines.add(times("sent to judged", judged));
    }
  }

  private static String times(String what, Times times) {
    return "%-34s median %.3f s, p99 %.3f s, longest %.3f s"
        .formatted(what, times.median(), times.p99(), times.longest());
  }

  private void threads(String whose, Map<String, Double> threads) {
    if (threads.isEmpty()) {
      return;
    }
    lines.add(whose + " threads, CPU seconds per million points:");
    threads.forEach((name, seconds) ->
        lines.add("  %-32s %.3f".formatted(name, report.measured().perMillion(seconds))));
  }

  private void memory() {
    List<Memory> memory = report.memory();
    lines.add(
        "%-34s %9s %9s %9s %9s"
            .formatted("resident MiB after", "collector", "its own", "store", "its own"));
    int looks = Math.min(LOOKS, memory.size());
    for (int look = 1; look <= looks; look++) {
      Memory one = memory.get(look * memory.size() / looks - 1);
      memory("%.0f s".formatted(one.second()), one);
    }
    memory("the most", Memory.most(memory));
  }

  private void memory(String when, Memory one) {
    lines.add(
        "  %-32s %9s %9s %9s %9s"
            .formatted(
                when,
                number("%.0f", one.collector()),
                number("%.0f", one.collectorOwn()),
                number("%.0f", one.store()),
                number("%.0f", one.storeOwn())));
  }

  private static String number(String form, double value) {
    return Double.isNaN(value) ? "-" : form.formatted(value);
  }

  private void end() {
    Stored stored = report.stored();
    if (stored != null && stored.bytes() >= 0) {
      lines.add(
          "on disk: %,d bytes for %,d values, %.2f for each"
              .formatted(stored.bytes(), stored.values(), stored.perValue()));
    }
    if (stored != null && stored.rows() >= 0) {
      lines.add("rows in the store: %,d of %,d".formatted(stored.rows(), stored.lines()));
    }
    lines.add("lost: %,d; incidents opened: %,d".formatted(report.lost(), report.incidents()));
    report
        .notJudged()
        .forEach((why, rows) -> lines.add("rows not judged, %s: %,d".formatted(why, rows)));
  }
}
