package io.lockstep.collector.detect;

import io.lockstep.collector.window.Window;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// One round's verdicts, kept to be looked at.
final class Heard implements Verdicts {
  final Set<SubjectKey> open = new HashSet<>();
  final Map<SubjectKey, Finding> present = new HashMap<>();
  final Set<SubjectKey> absent = new HashSet<>();
  final Set<SubjectKey> unknown = new HashSet<>();

  static Heard of(Detector detector, Window window) {
    var heard = new Heard();
    detector.judge(window, heard);
    return heard;
  }

  @Override
  public Set<SubjectKey> open() {
    return open;
  }

  @Override
  public void present(SubjectKey subject, Finding finding) {
    present.put(subject, finding);
  }

  @Override
  public void absent(SubjectKey subject) {
    absent.add(subject);
  }

  @Override
  public void cannotTell(SubjectKey subject) {
    unknown.add(subject);
  }
}
