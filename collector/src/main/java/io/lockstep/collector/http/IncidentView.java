package io.lockstep.collector.http;

import io.lockstep.collector.detect.JobUse;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One incident: one cause, with the alerts that belong to it.
///
/// @param id fixed when it was made
/// @param cluster the cluster
/// @param kind as in [io.lockstep.collector.detect.IncidentKind#label()]
/// @param host the server; empty when it is about a job or the cluster
/// @param subject a GPU's UUID, `mlx5_0/1`, `rank/7`; `host` for the server itself
/// @param severity `info`, `warning` or `critical`: the gravest since it was opened
/// @param action the most that Lockstep advised: `watch`, `checkpoint` or `evacuate`
/// @param state `open` or `resolved`
/// @param onset when the fault began, by the data
/// @param opened when the incident was made
/// @param resolved when it ended; null while it is open
/// @param title the kind and the subject in a few words: "Slow GPU 3 on node-017"
/// @param summary one sentence: who, how much, why
/// @param evidence the numbers that it rests on, in the order of telling
/// @param jobs the jobs that it touches, or has touched; empty when none is known
/// @param runbook name of its runbook
/// @param alerts what was folded into it, oldest first
/// @param deliveries what became of the messages about it, oldest first; empty when nobody was told
public record IncidentView(
    String id,
    String cluster,
    String kind,
    String host,
    String subject,
    String severity,
    String action,
    String state,
    Instant onset,
    Instant opened,
    @Nullable Instant resolved,
    String title,
    String summary,
    List<Evidence> evidence,
    List<JobUse> jobs,
    String runbook,
    List<AlertView> alerts,
    List<DeliveryView> deliveries) {

  /// The state of an incident that is not resolved.
  public static final String OPEN = "open";

  /// One number behind a finding.
  ///
  /// @param name with its unit last, as in `temperature_celsius`
  /// @param value never NaN
  public record Evidence(String name, double value) {}

  /// One alert of an incident.
  ///
  /// @param name the detector or rule that raised it
  /// @param subject what it is about
  /// @param state `open` or `resolved`
  /// @param onset when the fault began
  /// @param resolved when it was gone; null while it is there
  /// @param summary one sentence
  public record AlertView(
      String name,
      String subject,
      String state,
      Instant onset,
      @Nullable Instant resolved,
      String summary) {}

  /// A message about an incident on its way to one sink.
  ///
  /// @param sink the sink's name
  /// @param message the message's id
  /// @param event what it tells: `opened`, `escalated` or `resolved`
  /// @param state `waiting`, `retrying` (it, or its sink), `off` (its sink, after a 410),
  ///   `delivered`, `refused` or `dropped`
  /// @param attempts how often it was sent
  /// @param made when it was made
  /// @param changed when it came to this state, or was tried last
  /// @param answer what came back last; empty before the first attempt
  public record DeliveryView(
      String sink,
      String message,
      String event,
      String state,
      int attempts,
      Instant made,
      Instant changed,
      String answer) {}

  public IncidentView {
    deliveries = List.copyOf(deliveries);
    evidence = List.copyOf(evidence);
    jobs = List.copyOf(jobs);
    alerts = List.copyOf(alerts);
  }

  /// Whether it is not resolved.
  public boolean open() {
    return state.equals(OPEN);
  }
}
