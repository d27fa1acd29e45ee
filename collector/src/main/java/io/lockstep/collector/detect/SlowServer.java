package io.lockstep.collector.detect;

import io.lockstep.collector.detect.Finding.Severity;
import io.lockstep.telemetry.rules.Sentence;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/// Tells of a server most of whose ranks are slow: what they share is to blame, not their GPUs.
final class SlowServer {
  private SlowServer() {}

  static Finding finding(String host, List<Straggler> slow, Map<String, Integer> ranksOfHost) {
    Straggler worst =
        slow.stream().max(Comparator.comparingDouble(Straggler::costSeconds)).orElseThrow();
    int ranks = ranksOfHost.getOrDefault(host, slow.size());
    double excess = Spread.median(slow.stream().mapToDouble(Straggler::excess).toArray());
    double impact = worst.costSeconds() / worst.stepSeconds();
    SequencedMap<String, Double> evidence = new LinkedHashMap<>();
    evidence.put("slow_ranks", (double) slow.size());
    evidence.put("ranks", (double) ranks);
    evidence.put("slower_percent", 100 * excess);
    evidence.put("margin_percent", 100 * worst.margin());
    evidence.put("steps", (double) worst.since().steps());
    evidence.put("step_seconds", worst.stepSeconds());
    evidence.put("cost_seconds", worst.costSeconds());
    evidence.put("ranks_waiting", (double) worst.job().expected() - ranks);
    return new Finding(
        IncidentKind.HOST_SLOW,
        slow.stream().mapToLong(one -> one.since().nanos()).min().orElseThrow(),
        Severity.CRITICAL,
        SlowGpu.action(impact),
        "%s is slow: %d of its %s do their shares of the step %s slower than their peers; look at what they share (processors, power, cooling, PCIe); the job of %s waits %s s each step."
            .formatted(
                host,
                slow.size(),
                Words.count(ranks, "rank"),
                Words.percent(excess),
                Words.count(worst.job().expected(), "rank"),
                Sentence.number(worst.costSeconds())),
        evidence);
  }
}
