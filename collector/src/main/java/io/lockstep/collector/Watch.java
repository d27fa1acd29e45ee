package io.lockstep.collector;

import io.lockstep.collector.alert.AlertBook;
import io.lockstep.collector.alert.Round;
import io.lockstep.collector.alert.Transition;
import io.lockstep.collector.detect.Detector;
import io.lockstep.collector.detect.Finding;
import io.lockstep.collector.detect.JobUses;
import io.lockstep.collector.detect.Prompt;
import io.lockstep.collector.detect.SubjectKey;
import io.lockstep.collector.window.Host;
import io.lockstep.collector.window.Window;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.rows.Event;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One cluster under watch: its window, and the detectors that judge it each second. One thread.
final class Watch {
  /// An agent says that a part is neither there nor expected any more: no data will ever clear it.
  private static final String DROPPED = "lockstep.agent.verdict.dropped";

  private static final Logger log = LoggerFactory.getLogger(Watch.class);

  private final Window window;
  private final List<Detector> detectors;
  private final Set<String> broken = new HashSet<>();
  private long failures;
  private boolean full;

  Watch(Window window, List<Detector> detectors) {
    this.window = window;
    this.detectors = detectors;
  }

  Window window() {
    return window;
  }

  /// Rounds of a detector that ended in a bug.
  long failures() {
    return failures;
  }

  /// Seals what is due and lets every detector judge it.
  ///
  /// @param now the collector's clock, Unix nanoseconds
  List<Transition> round(AlertBook book, long now) {
    window.seal(now);
    tellOfRoom();
    var transitions = new ArrayList<Transition>();
    for (Detector detector : detectors) {
      var round = new Round(window.edgeNanos(), book.subjects(window.cluster(), detector.name()));
      if (judged(detector, round)) {
        transitions.addAll(
            book.apply(
                window.cluster(),
                detector.name(),
                detector.patience(),
                detector.keep(),
                round,
                now));
      }
    }
    return transitions;
  }

  private void tellOfRoom() {
    if (window.full() && !full) {
      log.warn(
          "window is full, some of what comes is stored and not judged: raise window.gpus, ports,"
              + " hosts, parts, jobs or ranks cluster={} hosts={} gpus={} ports={} refused={}",
          window.cluster(),
          window.hosts().size(),
          window.subjects(Table.GPU).size(),
          window.subjects(Table.PORT).size(),
          window.counts().refused());
    } else if (full && !window.full()) {
      log.info("window takes everything again cluster={}", window.cluster());
    }
    full = window.full();
  }

  /// Lets those detectors judge events that go by them, at once.
  ///
  /// @param now the events' arrival, Unix nanoseconds
  List<Transition> happened(AlertBook book, List<Event> events, long now) {
    var transitions = new ArrayList<Transition>();
    for (Event event : events) {
      Host host = window.host(event.host());
      long time = event.timeNanos() + (host == null ? 0 : host.clockOffsetNanos());
      if (event.name().equals(DROPPED)) {
        transitions.addAll(dropped(book, event, Math.min(time, now), now));
      }
      for (Detector detector : detectors) {
        if (detector instanceof Prompt prompt) {
          transitions.addAll(happened(book, prompt, event, Math.min(time, now), now));
        }
      }
    }
    return transitions;
  }

  private List<Transition> dropped(AlertBook book, Event event, long time, long now) {
    String subject = event.subject().isEmpty() ? Table.HOST_SUBJECT : event.subject();
    return book.dropped(
        event.attributes().getOrDefault("lockstep.rule", ""),
        new SubjectKey(window.cluster(), event.host(), subject),
        time,
        now);
  }

  private List<Transition> happened(
      AlertBook book, Prompt detector, Event event, long time, long now) {
    Prompt.Verdict verdict = null;
    try {
      verdict = detector.happened(window, event, time);
    } catch (RuntimeException e) {
      failed(detector, e);
    }
    // An event that was long under way may tell of what is over, unless the data have a say in it.
    boolean stale = now - time > detector.keep().toNanos() && detector.patience().isZero();
    if (verdict == null || stale) {
      return List.of();
    }
    Finding finding = verdict.finding();
    if (finding == null) {
      book.over(detector.name(), verdict.subject());
      return List.of();
    }
    Finding whole = touching(verdict.subject(), finding);
    return book.happened(detector.name(), detector.patience(), verdict.subject(), whole, now);
  }

  /// The finding with the jobs that it touches.
  private Finding touching(SubjectKey subject, Finding finding) {
    return finding.touching(JobUses.of(window, subject));
  }

  /// A detector with a bug can't tell, and stops nothing else.
  private boolean judged(Detector detector, Round round) {
    try {
      detector.judge(window, round);
      round.replace(this::touching);
      if (broken.remove(detector.name())) {
        log.info("detector works again detector={}", detector.name());
      }
      return true;
    } catch (RuntimeException e) {
      failed(detector, e);
      return false;
    }
  }

  private void failed(Detector detector, RuntimeException e) {
    failures++;
    if (broken.add(detector.name())) {
      log.error("detector failed, its alerts stay as they are detector={}", detector.name(), e);
    }
  }
}
