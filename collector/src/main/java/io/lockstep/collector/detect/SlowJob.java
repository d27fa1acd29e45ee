package io.lockstep.collector.detect;

import io.lockstep.collector.detect.Finding.Action;
import io.lockstep.collector.detect.Finding.Severity;
import io.lockstep.collector.window.JobWindow;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/// Tells of a job with so many slow ranks that the cause is more likely the job or the fabric than
/// each of their GPUs.
final class SlowJob {
  private SlowJob() {}

  static Finding finding(JobWindow job, List<Straggler> slow) {
    double excess = Spread.median(slow.stream().mapToDouble(Straggler::excess).toArray());
    long hosts = slow.stream().map(one -> one.rank().host()).distinct().count();
    SequencedMap<String, Double> evidence = new LinkedHashMap<>();
    evidence.put("slow_ranks", (double) slow.size());
    evidence.put("hosts_of_slow_ranks", (double) hosts);
    evidence.put("ranks", (double) job.expected());
    evidence.put("slower_percent", 100 * excess);
    evidence.put("step_seconds", job.medianStepSeconds());
    return new Finding(
        IncidentKind.JOB_SLOW,
        slow.stream().mapToLong(one -> one.since().nanos()).min().orElseThrow(),
        Severity.WARNING,
        Action.WATCH,
        "%s of job %s on %s do their shares %s slower than their peers, too many to blame each: look at the job's balance of work, cooling of the room, or the fabric."
            .formatted(
                Words.count(slow.size(), "rank"),
                job.job(),
                Words.count((int) hosts, "server"),
                Words.percent(excess)),
        evidence);
  }
}
