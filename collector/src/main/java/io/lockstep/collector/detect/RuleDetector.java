package io.lockstep.collector.detect;

import io.lockstep.collector.detect.Finding.Action;
import io.lockstep.collector.detect.Finding.Severity;
import io.lockstep.collector.window.PartSaid;
import io.lockstep.collector.window.Watched;
import io.lockstep.collector.window.Window;
import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.rows.Event;
import io.lockstep.telemetry.rules.Judgement;
import io.lockstep.telemetry.rules.Rule;
import io.lockstep.telemetry.rules.Rule.Sooner;
import io.lockstep.telemetry.rules.Rules;
import io.lockstep.telemetry.rules.Sentence;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// Judges one row of the rule table on every subject of its table.
final class RuleDetector implements Prompt {
  private static final long SECOND_NANOS = 1_000_000_000L;

  /// A part's column that says how bad it is, at its worst.
  private static final double CRITICAL = 2;

  private final Rule rule;
  private final IncidentKind kind;

  RuleDetector(Rule rule) {
    this.rule = rule;
    this.kind = IncidentKind.valueOf(rule.kind().toUpperCase(Locale.ROOT).replace('-', '_'));
  }

  @Override
  public String name() {
    return rule.id();
  }

  @Override
  public Duration patience() {
    return rule.patience();
  }

  @Override
  public Duration keep() {
    return rule.keep();
  }

  @Override
  public void judge(Window window, Verdicts out) {
    List<Watched> subjects = window.subjects(rule.column().table());
    for (int subject = 0; subject < subjects.size(); subject++) {
      Watched watched = subjects.get(subject);
      var key = new SubjectKey(window.cluster(), watched.host(), watched.subject());
      // Where its alert stands, it was good before, whether the window remembers that or not.
      boolean wasGood = rule.onceGood() && out.open().contains(key);
      switch (Rules.judge(rule, window, subject, wasGood)) {
        case Judgement.Present present -> {
          if (forgotWords(window, watched) && out.open().contains(key)) {
            out.cannotTell(key); // what was said before this collector started still holds
          } else {
            Finding finding = finding(watched, present, window, subject);
            out.present(key, finding.since(said(window, watched, subject, present.sinceNanos())));
          }
        }
        case Judgement.Absent _ -> out.absent(key);
        case Judgement.CannotTell _ -> out.cannotTell(key);
      }
    }
  }

  /// When the fault began where the part's last event tells it and the window does not remember the
  /// part without it: the event may be of a time before this collector, or have waited in an
  /// agent's spool. Else the time that is given.
  private long said(Window window, Watched watched, int subject, long sinceNanos) {
    PartSaid said = window.said(watched.host(), watched.subject());
    if (said == null || !tellsOfIt(said) || wasGood(window, subject, sinceNanos)) {
      return sinceNanos;
    }
    return said.timeNanos();
  }

  private boolean tellsOfIt(PartSaid said) {
    return said.state().isEmpty()
        ? !said.words().isEmpty()
        : said.state().equals(rule.limit() == CRITICAL ? "critical" : "warning");
  }

  /// Whether there is a value before those with the fault.
  private boolean wasGood(Window window, int subject, long sinceNanos) {
    float[] values = window.last(rule.column(), subject, Window.SECONDS);
    long seconds = (window.edgeNanos() - sinceNanos) / SECOND_NANOS;
    for (int i = 0; i < values.length - seconds; i++) {
      if (!Float.isNaN(values[i])) {
        return true;
      }
    }
    return false;
  }

  private boolean forgotWords(Window window, Watched watched) {
    return rule.summary().contains(Sentence.WORDS)
        && window.words(watched.host(), watched.subject()) == null;
  }

  /// The rule's value is the column's that the event stands for.
  @Override
  public @Nullable Verdict happened(Window window, Event event, long timeNanos) {
    Sooner sooner = rule.sooner();
    boolean over = sooner != null && event.name().equals(sooner.over());
    if (sooner == null || !(over || sooner.tells(event.name(), event.attributes()))) {
      return null;
    }
    int subject = window.subject(rule.column().table(), event.host(), event.subject());
    if (subject < 0) {
      return null;
    }
    var key = new SubjectKey(window.cluster(), event.host(), event.subject());
    double value = rule.test() == Rule.Test.EQUALS ? rule.limit() : 0;
    var present = new Judgement.Present(value, timeNanos);
    var watched = new Watched(event.host(), event.subject());
    return new Verdict(key, over ? null : finding(watched, present, window, subject));
  }

  private Finding finding(Watched watched, Judgement.Present present, Window window, int subject) {
    SequencedMap<String, Double> evidence = new LinkedHashMap<>();
    boolean cycles = rule.test() == Rule.Test.CYCLES;
    evidence.put(cycles ? "cycles" : Words.named(rule.column()), present.value());
    evidence.put("limit", rule.limit());
    if (!rule.window().isZero()) {
      evidence.put("window_seconds", (double) rule.window().toSeconds());
    }
    for (Column column : rule.context()) {
      boolean counter = window.counts(column);
      double value =
          counter ? window.sum(column, subject, Window.SECONDS) : window.latest(column, subject);
      if (!Double.isNaN(value)) {
        evidence.put(counter ? column.name() + "_in_ten_minutes" : Words.named(column), value);
      }
      if (counter) {
        Day.addTo(evidence, column.name(), window, column, subject, 1);
      }
    }
    return new Finding(
        kind,
        present.sinceNanos(),
        Severity.valueOf(rule.severity().name()),
        Action.valueOf(rule.action().name()),
        Words.sentence(window, watched)
            .of(rule, present.value(), window.words(watched.host(), watched.subject())),
        evidence);
  }
}
