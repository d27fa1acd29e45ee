package io.lockstep.launcher;

import java.io.IOException;
import java.util.concurrent.locks.LockSupport;

/// The most proportional memory of a process, with all that it started, from its start until it is
/// asked for: most programs need more at their start than ever after. Looks five times a second, on
/// a thread of its own.
final class StartPeak {
  private static final long LOOK_NANOS = 200_000_000L;

  private final ProcessHandle process;
  private final Thread looking;
  private volatile boolean ended;
  private volatile long kib;

  private StartPeak(ProcessHandle process) {
    this.process = process;
    this.looking = Thread.ofPlatform().daemon().name("start-peak").unstarted(this::look);
  }

  /// Begins to look; the process has just been started.
  static StartPeak of(Process process) {
    var peak = new StartPeak(process.toHandle());
    peak.looking.start();
    return peak;
  }

  private void look() {
    while (!ended && process.isAlive()) {
      try {
        kib = Math.max(kib, ProcessCost.proportionalKib(process));
      } catch (IOException _) {
        // one that it has started has just ended
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  /// KiB; looks no more from the first time on.
  long kib() {
    ended = true;
    LockSupport.unpark(looking);
    return kib;
  }
}
