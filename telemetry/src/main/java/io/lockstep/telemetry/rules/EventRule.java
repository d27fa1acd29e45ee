package io.lockstep.telemetry.rules;

import io.lockstep.telemetry.kernel.Blame;
import io.lockstep.telemetry.kernel.KernelLog;
import io.lockstep.telemetry.kernel.Meaning;
import io.lockstep.telemetry.kernel.Remedy;
import io.lockstep.telemetry.kernel.Xids;
import io.lockstep.telemetry.rules.Rule.Action;
import io.lockstep.telemetry.rules.Rule.Severity;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What follows from an event that is a fault by itself, as a row of [EventRules]. Nothing says
/// when such a fault is over: it counts as there until nothing more was heard of it for a while.
///
/// @param id unique, lower case with dashes; names the runbook `docs/runbooks/ID.md` and the alerts
/// @param kind the kind of incident that it makes, as `gpu-failing`
/// @param event the event's name
/// @param codes XIDs of which it must be one; empty for any
/// @param blame whose fault the XID must be; empty for anybody's
/// @param with attributes that it must have, with one of these values each
/// @param least how grave it must be at least; null where that does not matter
/// @param severity how bad, where the part can't go on as it is
/// @param action what to do then
/// @param keep how long nothing more must be heard before it counts as over
/// @param summary one sentence for the person on call; `{gpu}` (`GPU 3 of node-0007`), `{host}`,
///   `{subject}`, `{code}` and `{meaning}` are filled in
/// @param source where the classes come from
public record EventRule(
    String id,
    String kind,
    String event,
    Set<Integer> codes,
    Set<Blame> blame,
    Map<String, Set<String>> with,
    @Nullable Remedy least,
    Severity severity,
    Action action,
    Duration keep,
    String summary,
    String source) {
  public EventRule {
    codes = Set.copyOf(codes);
    blame = Set.copyOf(blame);
    with = Map.copyOf(with);
  }

  /// A rule about an event whatever its attributes.
  EventRule(
      String id,
      String kind,
      String event,
      Set<Integer> codes,
      Set<Blame> blame,
      Severity severity,
      Action action,
      Duration keep,
      String summary,
      String source) {
    this(id, kind, event, codes, blame, Map.of(), null, severity, action, keep, summary, source);
  }

  /// What an event means by a rule.
  ///
  /// @param code the XID or SXid; −1 where it has none
  /// @param severity how bad
  /// @param action what to do
  public record Verdict(int code, Meaning meaning, Severity severity, Action action) {}

  /// Judges an event.
  ///
  /// @param body the event's text, as the kernel wrote it where it is the kernel's
  /// @return null when the rule does not speak of it, or it tells that all is well again
  public @Nullable Verdict judge(String name, String body, Map<String, String> attributes) {
    if (!name.equals(event) || !has(attributes)) {
      return null;
    }
    int code = code(attributes);
    Meaning meaning = meaning(name, code, body, attributes);
    if (meaning == null
        || (code == Xids.RECOVERY_ACTION && meaning.remedy() == Remedy.NONE)
        || (!codes.isEmpty() && !codes.contains(code))
        || (!blame.isEmpty() && !blame.contains(meaning.blame()))
        || (least != null && meaning.remedy().compareTo(least) < 0)) {
      return null;
    }
    return meaning.remedy().stopsWork()
        ? new Verdict(code, meaning, severity, action)
        : new Verdict(code, meaning, lesser(severity, Severity.WARNING), Action.WATCH);
  }

  private boolean has(Map<String, String> attributes) {
    return with.entrySet().stream()
        .allMatch(one -> one.getValue().contains(attributes.getOrDefault(one.getKey(), "")));
  }

  /// Whether an event says that the fault is over: the part has another state.
  public boolean isOver(String name, Map<String, String> attributes) {
    Set<String> states = with.getOrDefault("hw.state", Set.of());
    String now = attributes.getOrDefault("hw.state", "");
    return name.equals(event) && !states.isEmpty() && !now.isEmpty() && !states.contains(now);
  }

  private static Severity lesser(Severity one, Severity other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private static int code(Map<String, String> attributes) {
    for (String key : List.of("lockstep.gpu.xid", "lockstep.nvswitch.sxid")) {
      String value = attributes.getOrDefault(key, "");
      if (value.matches("[0-9]{1,9}")) {
        return Integer.parseInt(value);
      }
    }
    return -1;
  }

  private static @Nullable Meaning meaning(
      String name, int code, String body, Map<String, String> attributes) {
    return switch (name) {
      case "lockstep.gpu.xid" -> Xids.explain(code, body);
      case "lockstep.gpu.memory.error", "lockstep.gpu.recovery.requested" ->
          GpuReport.meaning(attributes.getOrDefault("error.type", ""));
      case "lockstep.hardware.state.changed", "lockstep.hardware.error", "lockstep.process.stuck" ->
          PartReport.meaning(body, attributes);
      default -> new KernelLog().take(body).map(one -> one.meaning()).orElse(null);
    };
  }
}
