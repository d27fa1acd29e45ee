package io.lockstep.collector.detect;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/// What a detector has found: who, why, since when, and the numbers it rests on.
///
/// @param kind the kind of fault
/// @param onsetNanos when it began, Unix nanoseconds, by the data, not by the detector's clock
/// @param severity how bad
/// @param action what to do
/// @param summary one sentence for the person on call: who, how much, why
/// @param evidence the numbers behind it: name with unit last → value, in the order of telling
/// @param jobs the jobs that it touches, or has touched since it began; empty when none is known
public record Finding(
    IncidentKind kind,
    long onsetNanos,
    Severity severity,
    Action action,
    String summary,
    SequencedMap<String, Double> evidence,
    List<JobUse> jobs) {
  private static final int JOBS_MAX = 8;

  /// One of which nobody has said whom it touches.
  public Finding(
      IncidentKind kind,
      long onsetNanos,
      Severity severity,
      Action action,
      String summary,
      SequencedMap<String, Double> evidence) {
    this(kind, onsetNanos, severity, action, summary, evidence, List.of());
  }

  /// How bad a fault is.
  public enum Severity {
    INFO,
    WARNING,
    CRITICAL
  }

  /// What Lockstep advises.
  public enum Action {
    /// Look at it; nothing is urgent.
    WATCH,
    /// Save the job's state soon.
    CHECKPOINT,
    /// Save the job's state, then take the server out.
    EVACUATE
  }

  public Finding {
    evidence =
        Collections.unmodifiableSequencedMap(new LinkedHashMap<>((Map<String, Double>) evidence));
    jobs = List.copyOf(jobs);
  }

  /// The same, which touches these jobs.
  public Finding touching(List<JobUse> now) {
    return with(newest(now, jobs));
  }

  /// The same, which touches those that an earlier one touched, too: a job that the fault ended is
  /// not there any more.
  public Finding after(Finding earlier) {
    return with(newest(jobs, earlier.jobs));
  }

  /// The same, begun at that time where it is earlier.
  public Finding since(long earlierNanos) {
    return earlierNanos >= onsetNanos
        ? this
        : new Finding(kind, earlierNanos, severity, action, summary, evidence, jobs);
  }

  private Finding with(List<JobUse> all) {
    return all.equals(jobs)
        ? this
        : new Finding(kind, onsetNanos, severity, action, summary, evidence, all);
  }

  private static List<JobUse> newest(List<JobUse> newer, List<JobUse> older) {
    var all = new ArrayList<JobUse>(newer);
    for (JobUse known : older) {
      if (all.size() < JOBS_MAX && all.stream().noneMatch(known::isSame)) {
        all.add(known);
      }
    }
    return all;
  }

  /// The summary with the jobs that it touches, where it does not speak of them by itself.
  public String told() {
    List<String> unsaid =
        jobs.stream().filter(job -> !summary.contains(job.job())).map(JobUse::words).toList();
    if (unsaid.isEmpty()) {
      return summary;
    }
    boolean sentence = summary.endsWith(".");
    String words = sentence ? summary.substring(0, summary.length() - 1) : summary;
    return words + "; in use by " + String.join(", ", unsaid) + (sentence ? "." : "");
  }
}
