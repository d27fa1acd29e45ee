package io.lockstep.collector.detect;

import io.lockstep.collector.detect.Finding.Action;
import io.lockstep.collector.detect.Finding.Severity;
import io.lockstep.collector.window.Host;
import io.lockstep.collector.window.Watched;
import io.lockstep.collector.window.Window;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.rows.Event;
import io.lockstep.telemetry.rules.EventRule;
import io.lockstep.telemetry.rules.EventRules;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// Judges one row of the events' rule table. Between events it can only say that nothing more was
/// heard of a subject, and that only while its server is heard.
final class EventDetector implements Prompt {
  private static final double HEARD_SECONDS = 30;

  private final EventRule rule;
  private final IncidentKind kind;

  EventDetector(EventRule rule) {
    this.rule = rule;
    this.kind = IncidentKind.valueOf(rule.kind().toUpperCase(Locale.ROOT).replace('-', '_'));
  }

  @Override
  public String name() {
    return rule.id();
  }

  @Override
  public Duration patience() {
    return Duration.ZERO;
  }

  @Override
  public Duration keep() {
    return rule.keep();
  }

  @Override
  public void judge(Window window, Verdicts out) {
    for (SubjectKey subject : out.open()) {
      Host host = window.host(subject.host());
      boolean heard =
          host != null && (window.nowNanos() - host.lastHeardNanos()) / 1e9 < HEARD_SECONDS;
      if (heard) {
        out.absent(subject);
      } else {
        out.cannotTell(subject);
      }
    }
  }

  @Override
  public @Nullable Verdict happened(Window window, Event event, long timeNanos) {
    if (rule.isOver(event.name(), event.attributes())) {
      return new Verdict(new SubjectKey(window.cluster(), event.host(), event.subject()), null);
    }
    EventRules.Told told = EventRules.judge(event.name(), event.body(), event.attributes());
    if (told == null || !told.rule().id().equals(rule.id())) {
      return null;
    }
    EventRule.Verdict verdict = told.verdict();
    if (verdict.code() < 0 && window.nowNanos() - timeNanos >= rule.keep().toNanos()) {
      return null; // an agent that meets a log for the first time tells of what was over long ago
    }
    String subject = event.subject().isEmpty() ? Table.HOST_SUBJECT : event.subject();
    SequencedMap<String, Double> evidence = new LinkedHashMap<>();
    if (verdict.code() >= 0) {
      boolean xid = event.attributes().containsKey("lockstep.gpu.xid");
      evidence.put(xid ? "xid" : "sxid", (double) verdict.code());
    }
    var finding =
        new Finding(
            kind,
            timeNanos,
            Severity.valueOf(verdict.severity().name()),
            Action.valueOf(verdict.action().name()),
            Words.sentence(window, new Watched(event.host(), subject)).of(rule, verdict),
            evidence);
    return new Verdict(new SubjectKey(window.cluster(), event.host(), subject), finding);
  }
}
