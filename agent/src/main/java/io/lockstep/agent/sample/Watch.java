package io.lockstep.agent.sample;

/// Whether one source reads: says once that it fails and once that it reads again, and says when
/// one that fails is worth another try, after 1, 2, 4 … rounds, so that what fails for good soon
/// costs nothing (reading the counters of a restricted device fills the kernel's log each time).
/// One thread.
final class Watch {
  /// Ten minutes at one round a second.
  private static final long WAIT_ROUNDS_MAX = 600;

  /// After so many good rounds a source counts as sound again; one that fails now and then is still
  /// tried less and less often.
  private static final int SOUND_ROUNDS = 60;

  private final String group;
  private final String item;
  private boolean failing;
  private int failures;
  private int good;
  private long next;

  /// @param group as in [Notes#failed]
  /// @param item as in [Notes#failed]
  Watch(String group, String item) {
    this.group = group;
    this.item = item;
  }

  /// Whether it is to be read in this round.
  boolean due(Notes notes) {
    return notes.round() >= next;
  }

  /// It was read.
  void good(Notes notes) {
    good++;
    if (good >= SOUND_ROUNDS) {
      failures = 0;
    }
    if (failing) {
      failing = false;
      notes.recovered(group, item);
    }
  }

  /// It could not be read.
  ///
  /// @param why in a few words
  void bad(Notes notes, String why) {
    later(notes);
    if (!failing) {
      failing = true;
      notes.failed(group, item, why);
    }
  }

  /// It is not there, which is no failure; it is looked for again less and less often.
  void later(Notes notes) {
    next = notes.round() + Math.min(1L << Math.min(failures, 30), WAIT_ROUNDS_MAX);
    failures++;
    good = 0;
  }
}
