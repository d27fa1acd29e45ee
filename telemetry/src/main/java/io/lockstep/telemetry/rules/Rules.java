package io.lockstep.telemetry.rules;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.rules.LinkHistory.Change;
import io.lockstep.telemetry.rules.Rule.Unless;
import java.util.List;

/// Judges a rule on one subject: the same code in the collector and in the agent, without a clock.
public final class Rules {
  private static final long SECOND = 1_000_000_000L;

  /// How far back the begin of a fault is looked for, seconds.
  private static final int MEMORY_SECONDS = 600;

  private static final Column STATE = Contract.column(Table.GPU, "state");
  private static final Column STATE_AGE = Contract.column(Table.GPU, "state_age");

  private Rules() {}

  /// Judges a rule on one subject.
  ///
  /// Without a fresh value it cannot tell, with one exception: cycles that were counted stay
  /// counted.
  ///
  /// @param subject its index in the table of the rule's column
  public static Judgement judge(Rule rule, Readings readings, int subject) {
    return judge(rule, readings, subject, false);
  }

  /// Judges a rule on one subject.
  ///
  /// @param wasGood whether the subject is known to have been without the fault, from elsewhere
  public static Judgement judge(Rule rule, Readings readings, int subject, boolean wasGood) {
    Unless unless = rule.unless();
    if (unless != null && readings.latest(unless.column(), subject) == unless.value()) {
      return Judgement.ABSENT;
    }
    return switch (rule.test()) {
      case BELOW, ABOVE, EQUALS, BITS -> limit(rule, readings, subject, wasGood);
      case CYCLES -> cycles(rule, readings, subject);
    };
  }

  private static Judgement limit(Rule rule, Readings readings, int subject, boolean wasGood) {
    double latest = readings.latest(rule.column(), subject);
    if (Double.isNaN(latest)) {
      return Judgement.CANNOT_TELL;
    }
    if (!beyond(rule, latest)) {
      return Judgement.ABSENT;
    }
    Run run = newestRun(rule, readings.last(rule.column(), subject, MEMORY_SECONDS));
    if (rule.onceGood() && !wasGood && !run.afterGood() && !wasUp(rule, readings, subject)) {
      return Judgement.CANNOT_TELL;
    }
    long seconds = Math.max(run.seconds(), stateAge(rule, readings, subject));
    long since = readings.edgeNanos() - seconds * SECOND;
    boolean longEnough = run.seconds() >= rule.window().toSeconds();
    return longEnough ? new Judgement.Present(latest, since) : Judgement.ABSENT;
  }

  /// For how long the subject has been in its state, whole seconds, by who saw it begin: a
  /// collector that comes back, or is new, remembers less; 0 where nobody says it.
  private static long stateAge(Rule rule, Readings readings, int subject) {
    if (!rule.column().equals(STATE)) {
      return 0;
    }
    double age = readings.latest(STATE_AGE, subject);
    return Double.isNaN(age) ? 0 : Math.round(age);
  }

  /// The newest values beyond the limit without a good one between them.
  ///
  /// @param seconds from the oldest of them to now
  /// @param afterGood whether a good value stands before them
  private record Run(int seconds, boolean afterGood) {}

  private static Run newestRun(Rule rule, float[] values) {
    int seconds = 0;
    for (int back = 1; back <= values.length; back++) {
      float value = values[values.length - back];
      if (Float.isNaN(value)) {
        continue;
      }
      if (!beyond(rule, value)) {
        return new Run(seconds, true);
      }
      seconds = back;
    }
    return new Run(seconds, false);
  }

  private static boolean wasUp(Rule rule, Readings readings, int subject) {
    LinkHistory link = rule.column().table() == Table.PORT ? readings.link(subject) : null;
    return link != null && link.everUp();
  }

  private static boolean beyond(Rule rule, double value) {
    return switch (rule.test()) {
      case BELOW -> value < rule.limit();
      case ABOVE -> value > rule.limit();
      case EQUALS -> value == rule.limit();
      case BITS -> ((long) value & (long) rule.limit()) != 0;
      case CYCLES -> throw new IllegalArgumentException("cycles are counted, not compared");
    };
  }

  private static Judgement cycles(Rule rule, Readings readings, int port) {
    LinkHistory link = readings.link(port);
    if (link == null) {
      return Judgement.CANNOT_TELL;
    }
    long from = readings.edgeNanos() - rule.window().toNanos();
    List<Change> changes = link.changes();
    int cycles = 0;
    Change first = null;
    for (int i = 1; i < changes.size(); i++) {
      Change down = changes.get(i - 1);
      if (changes.get(i).up() && down.timeNanos() >= from) {
        cycles++;
        first = first == null ? down : first;
      }
    }
    if (first != null && cycles >= rule.limit()) {
      return new Judgement.Present(cycles, first.timeNanos());
    }
    boolean watchedThroughout = link.sinceNanos() <= from;
    boolean fresh = !Double.isNaN(readings.latest(rule.column(), port));
    return watchedThroughout && fresh ? Judgement.ABSENT : Judgement.CANNOT_TELL;
  }
}
