package io.lockstep.collector.detect;

import io.lockstep.collector.window.Window;
import java.time.Duration;

/// Looks for one kind of fault. No clock, no I/O: the same window always gives the same verdicts.
public interface Detector {
  /// Unique, lower case with dashes; names the runbook `docs/runbooks/NAME.md` and the alerts.
  String name();

  /// How long a fault must be there before an alert fires; zero for at once.
  Duration patience();

  /// How long a fault must be absent before its alert is resolved.
  Duration keep();

  /// Judges every subject it knows of, on the window's sealed part.
  void judge(Window window, Verdicts out);
}
