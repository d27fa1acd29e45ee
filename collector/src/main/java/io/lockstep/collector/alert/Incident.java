package io.lockstep.collector.alert;

import io.lockstep.collector.detect.Finding;
import io.lockstep.collector.detect.IncidentKind;
import io.lockstep.collector.detect.JobUse;
import io.lockstep.collector.detect.SubjectKey;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;

/// One fault of one subject with one cause: what a person is called for. Its alerts are what the
/// detectors said. All times are Unix nanoseconds.
///
/// @param id fixed when the incident is made: 16 hex digits of SHA-256 over cluster, kind, subject
///   and first onset
/// @param kind the highest kind among its alerts so far; it may rise, it never falls
/// @param severity the gravest that its alerts have been since it was opened, or opened again; it
///   rises like the kind
/// @param action the most that they have advised in that time
/// @param subject what it is about
/// @param onsetNanos when the fault began, by the data
/// @param openedNanos when the incident was made
/// @param resolvedNanos when its last alert was resolved; 0 while it is open
/// @param alerts every alert that fired for it, oldest first; never empty
public record Incident(
    String id,
    IncidentKind kind,
    Finding.Severity severity,
    Finding.Action action,
    SubjectKey subject,
    long onsetNanos,
    long openedNanos,
    long resolvedNanos,
    List<Alert> alerts) {
  public Incident {
    alerts = List.copyOf(alerts);
    if (alerts.isEmpty()) {
      throw new IllegalArgumentException("an incident has at least one alert");
    }
  }

  static Incident open(SubjectKey subject, Alert alert, long now) {
    Finding finding = alert.finding();
    String id = id(finding.kind(), subject, finding.onsetNanos());
    return new Incident(
        id,
        finding.kind(),
        finding.severity(),
        finding.action(),
        subject,
        finding.onsetNanos(),
        now,
        0,
        List.of(alert));
  }

  /// This incident, open, with these alerts: none of its levels falls, each may rise by the newest.
  Incident with(List<Alert> all, Finding newest) {
    return new Incident(
        id,
        higher(kind, newest.kind()),
        higher(severity, newest.severity()),
        higher(action, newest.action()),
        subject,
        onsetNanos,
        openedNanos,
        0,
        all);
  }

  /// Open again, and as grave as what opened it: the levels of the earlier time are over.
  Incident reopened(List<Alert> all, Finding finding) {
    return new Incident(
        id,
        higher(kind, finding.kind()),
        finding.severity(),
        finding.action(),
        subject,
        onsetNanos,
        openedNanos,
        0,
        all);
  }

  Incident resolved(long now) {
    return new Incident(id, kind, severity, action, subject, onsetNanos, openedNanos, now, alerts);
  }

  private static <T extends Enum<T>> T higher(T one, T other) {
    return one.compareTo(other) >= 0 ? one : other;
  }

  /// Whether it is graver than it was: of a higher kind, of a higher severity, or with more to do.
  boolean isAbove(Incident before) {
    return kind.compareTo(before.kind) > 0
        || severity.compareTo(before.severity) > 0
        || action.compareTo(before.action) > 0;
  }

  public boolean isOpen() {
    return resolvedNanos == 0;
  }

  /// The alert that tells the incident best: unresolved before resolved, then the highest kind,
  /// then the gravest, then the newest.
  public Alert lead() {
    return alerts.stream()
        .max(
            Comparator.comparingInt((Alert alert) -> alert.state() == Alert.State.FIRING ? 1 : 0)
                .thenComparing(alert -> alert.finding().kind())
                .thenComparing(alert -> alert.finding().severity())
                .thenComparing(alert -> alert.finding().action())
                .thenComparingLong(Alert::firedNanos))
        .orElseThrow();
  }

  /// The jobs that its alerts touch, or have touched, those of the newest alert first.
  public List<JobUse> jobs() {
    Finding all = lead().finding();
    for (Alert alert : alerts) {
      all = all.after(alert.finding());
    }
    return all.jobs();
  }

  /// What its lead says, with all these jobs: an alert that came later, as after a restart, may not
  /// know of a job that the fault has ended.
  public String told() {
    return lead().finding().touching(jobs()).told();
  }

  private static String id(IncidentKind kind, SubjectKey subject, long onsetNanos) {
    String text =
        String.join(
            "\n",
            subject.cluster(),
            kind.label(),
            subject.host(),
            subject.subject(),
            Long.toString(onsetNanos));
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
