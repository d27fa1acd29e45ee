package io.lockstep.launcher;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.LongSupplier;

/// One of those that are measured beside each other.
final class Measured {
  final String name;
  private final Process process;
  private final LongSupplier values;
  private final LongSupplier sent;
  private final long startPeakKib;
  private final ProcessCost begin;
  private final long sentBefore;
  private final List<Long> proportionalKib = new ArrayList<>();
  private ProcessCost now;
  private OptionalDouble systemCalls = OptionalDouble.empty();

  /// @param start looked at it from its start until now
  /// @param values how many values it gives in a round, by now
  /// @param sent how many bytes it has sent, by now
  Measured(String name, Process process, StartPeak start, LongSupplier values, LongSupplier sent)
      throws IOException {
    this.name = name;
    this.process = process;
    this.startPeakKib = start.kib();
    this.values = values;
    this.sent = sent;
    this.begin = cost();
    this.sentBefore = sent.getAsLong();
    this.now = begin;
  }

  /// Looks at what it has cost until now.
  ///
  /// @throws IOException when it has ended
  void look() throws IOException {
    now = cost();
    proportionalKib.add(now.proportionalKib());
  }

  private ProcessCost cost() throws IOException {
    if (!process.isAlive()) {
      throw new IOException(name + " ended with code " + process.exitValue() + "; see its log");
    }
    return ProcessCost.of(process.toHandle());
  }

  /// Counts its system calls, when all else is measured.
  void countCalls(Path folder) throws IOException, InterruptedException {
    systemCalls = SystemCalls.aSecond(process.toHandle(), folder);
  }

  boolean callsAreCounted() {
    return systemCalls.isPresent();
  }

  long values() {
    return values.getAsLong();
  }

  /// Share of one core, percent.
  double processor(double seconds) {
    return now.processor().minus(begin.processor()).toNanos() / 1e7 / seconds;
  }

  double proportionalMib() {
    return now.proportionalKib() / 1024.0;
  }

  static String heading() {
    return "%-16s %7s %6s %8s %8s %9s %9s %9s %7s %7s %8s %8s %8s %8s %9s"
        .formatted(
            "",
            "values",
            "CPU %",
            "RSS MiB",
            "its peak",
            "Pss MiB",
            "its peak",
            "at start",
            "threads",
            "handles",
            "calls/s",
            "r+w/s",
            "switch/s",
            "sent/s",
            "written/s");
  }

  /// Its line of the table; bytes in KiB. The peak of the proportional memory is that of the time
  /// that was measured, beside it the one from its start until then.
  String row(double seconds) {
    return "%-16s %7d %6.2f %8.1f %8.1f %9.1f %9.1f %9.1f %7d %7d %8s %8.0f %8.0f %8.1f %9.1f"
        .formatted(
            name,
            values(),
            processor(seconds),
            now.residentKib() / 1024.0,
            now.peakKib() / 1024.0,
            proportionalMib(),
            proportionalKib.stream().mapToLong(kib -> kib).max().orElse(0) / 1024.0,
            startPeakKib / 1024.0,
            now.threads(),
            now.handles(),
            systemCalls.isPresent() ? "%.0f".formatted(systemCalls.getAsDouble()) : "-",
            (now.calls() - begin.calls()) / seconds,
            (now.switches() - begin.switches()) / seconds,
            (sent.getAsLong() - sentBefore) / 1024.0 / seconds,
            (now.written() - begin.written()) / 1024.0 / seconds);
  }

  /// Its proportional memory over the time, in ten looks at most.
  String memory() {
    var line = new StringBuilder("%-16s Pss MiB over the time:".formatted(name));
    int points = Math.min(10, proportionalKib.size());
    for (int point = 1; point <= points; point++) {
      long kib = proportionalKib.get(point * proportionalKib.size() / points - 1);
      line.append(" %.1f".formatted(kib / 1024.0));
    }
    return line.toString();
  }

  /// What it costs beside another, for each value as well.
  String beside(Measured other, double seconds) {
    double processor = processor(seconds) / other.processor(seconds);
    double memory = proportionalMib() / other.proportionalMib();
    double values = (double) values() / other.values();
    return "%s : %s = CPU %.2f, Pss %.2f, values %.2f; CPU for each value %.2f"
        .formatted(name, other.name, processor, memory, values, processor / values);
  }
}
