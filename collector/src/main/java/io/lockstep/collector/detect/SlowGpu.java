package io.lockstep.collector.detect;

import io.lockstep.collector.detect.Finding.Action;
import io.lockstep.collector.detect.Finding.Severity;
import io.lockstep.collector.detect.Straggler.Since;
import io.lockstep.collector.window.Rank;
import io.lockstep.collector.window.Window;
import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.rules.Sentence;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/// Tells of one slow rank and its GPU.
final class SlowGpu {
  /// Impact on the step from which on the server is to be replaced now, or at the next checkpoint
  /// (Guard, arXiv 2605.17879).
  private static final double REPLACE_NOW = 0.2;

  private static final double REPLACE_LATER = 0.1;

  private SlowGpu() {}

  static Finding finding(Window window, Straggler slow) {
    Since since = slow.since();
    Hardware hardware = Hardware.of(window, slow);
    double impact = slow.costSeconds() / slow.stepSeconds();
    return new Finding(
        IncidentKind.GPU_SLOW,
        since.nanos(),
        impact >= REPLACE_NOW ? Severity.CRITICAL : Severity.WARNING,
        action(impact),
        summary(window, slow, since, hardware),
        evidence(window, slow, since, hardware));
  }

  static Action action(double impact) {
    if (impact >= REPLACE_NOW) {
      return Action.EVACUATE;
    }
    return impact >= REPLACE_LATER ? Action.CHECKPOINT : Action.WATCH;
  }

  private static String summary(Window window, Straggler slow, Since since, Hardware hardware) {
    Rank rank = slow.rank();
    String gpu = Gpus.name(window, rank);
    String who =
        gpu == null
            ? "Rank %d on %s".formatted(rank.rank(), rank.host())
            : "%s of %s (rank %d)".formatted(gpu, rank.host(), rank.rank());
    return "%s does its share of the step %s slower than its %s for the last %s%s%s; the job of %s waits %s s each step."
        .formatted(
            who,
            Words.percent(slow.excess()),
            Words.count(slow.peers(), "peer"),
            Words.count(since.steps(), "step"),
            phase(slow),
            hardware.words(),
            Words.count(slow.job().expected(), "rank"),
            Sentence.number(slow.costSeconds()));
  }

  private static String phase(Straggler slow) {
    Column longest = slow.longestPhase();
    if (longest.equals(OwnWork.DATA)) {
      return ", most of it waiting for data";
    }
    return longest.equals(OwnWork.OPTIMIZER) ? ", most of it in the optimizer" : "";
  }

  private static SequencedMap<String, Double> evidence(
      Window window, Straggler slow, Since since, Hardware hardware) {
    SequencedMap<String, Double> evidence = new LinkedHashMap<>();
    evidence.put("slower_percent", 100 * slow.excess());
    evidence.put("margin_percent", 100 * slow.margin());
    evidence.put("own_work_seconds", slow.ownSeconds());
    evidence.put("peers_own_work_seconds", slow.peersOwnSeconds());
    evidence.put("wait_seconds", slow.waitSeconds());
    evidence.put("peers_wait_seconds", slow.peersWaitSeconds());
    evidence.put("peers", (double) slow.peers());
    evidence.put("steps", (double) since.steps());
    evidence.put("step_seconds", slow.stepSeconds());
    evidence.put("cost_seconds", slow.costSeconds());
    evidence.put("ranks_waiting", (double) slow.job().expected() - 1);
    hardware.addTo(evidence);
    Hardware.addDay(window, slow, evidence);
    return evidence;
  }
}
