package io.lockstep.collector.detect;

import io.lockstep.collector.window.JobWindow;
import io.lockstep.collector.window.Window;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.rules.LinkHistory;
import io.lockstep.telemetry.rules.Rule;
import io.lockstep.telemetry.rules.RuleTable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Which detectors need more of the past than the window has. Of a fault that they find they tell
/// at once; that it is *not* there they can say only when they have seen enough.
public final class LooksBack {
  private static final long SECOND = 1_000_000_000L;

  /// Who is heard by then was there at the start.
  private static final int JUST_SECONDS = 60;

  /// A detector that has not seen enough.
  ///
  /// @param detector its name
  /// @param what it can't tell, as the end of a sentence
  /// @param from when it will have seen enough, if what is heard goes on
  public record Waiting(String detector, String what, Instant from) {}

  private static final int STEPS =
      StragglerDetector.Config.DEFAULT.warmUp() + StragglerDetector.Config.DEFAULT.iterations();

  private LooksBack() {}

  /// The detectors of which a subject that is heard has not been seen for long enough since the
  /// collector's start, those that wait longest last; empty when there is none.
  public static List<Waiting> waiting(Window window) {
    var waiting = new ArrayList<Waiting>();
    for (Rule rule : RuleTable.ALL) {
      if (rule.test() == Rule.Test.CYCLES) {
        cycles(window, rule, waiting);
      }
    }
    steps(window, waiting);
    waiting.sort(Comparator.comparing(Waiting::from));
    return waiting;
  }

  /// Ports that were there when the collector was started, and of which less is known than the rule
  /// looks back.
  private static void cycles(Window window, Rule rule, List<Waiting> waiting) {
    long start = (window.memory().startSlot() + JUST_SECONDS) * SECOND;
    long latest = Long.MIN_VALUE;
    int ports = 0;
    for (int port = 0; port < window.subjects(Table.PORT).size(); port++) {
      LinkHistory link = window.link(port);
      boolean heard = !Double.isNaN(window.latest(rule.column(), port));
      // A port that is new since has no past that was forgotten.
      if (link != null && heard && link.sinceNanos() <= start) {
        long known = link.sinceNanos() + rule.window().toNanos();
        if (known > window.edgeNanos()) {
          ports++;
          latest = Math.max(latest, known);
        }
      }
    }
    if (ports > 0) {
      String what =
          "that %s did not go down and up within %s"
              .formatted(Words.count(ports, "port"), span(rule.window()));
      waiting.add(new Waiting(rule.id(), what, Instant.ofEpochSecond(latest / SECOND)));
    }
  }

  private static String span(Duration window) {
    return window.toHours() > 0 ? window.toHours() + " hours" : window.toMinutes() + " minutes";
  }

  /// Jobs that run on, and of which too few steps are known.
  private static void steps(Window window, List<Waiting> waiting) {
    long latest = Long.MIN_VALUE;
    int jobs = 0;
    for (JobWindow job : window.jobs()) {
      int missing = STEPS - job.iterations().size();
      if (missing > 0 && !Jobs.idle(window, job)) {
        double step = job.medianStepSeconds();
        double seconds = missing * (Double.isNaN(step) ? 10 : step);
        jobs++;
        latest = Math.max(latest, window.nowNanos() + (long) (seconds * SECOND));
      }
    }
    if (jobs > 0) {
      String what = "who is slow in " + Words.count(jobs, "job");
      waiting.add(new Waiting("straggler", what, Instant.ofEpochSecond(latest / SECOND)));
    }
  }
}
