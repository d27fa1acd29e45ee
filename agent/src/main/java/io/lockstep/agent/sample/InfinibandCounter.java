package io.lockstep.agent.sample;

import io.lockstep.telemetry.rules.InfinibandCounters.Counter;
import java.io.IOException;
import java.util.Map;

/// One counter file of a port, from round to round: knows when it stands at its ceiling and when it
/// went down.
final class InfinibandCounter implements AutoCloseable {
  /// @param port `device/port`
  /// @param name the file's
  /// @param factor what one count stands for
  /// @param ceiling where it stops counting; [Long#MAX_VALUE] for never
  /// @param series where its value goes
  record Kind(String port, String name, int factor, long ceiling, Series series) {
    static Kind of(String port, Counter counter, boolean extendedSet) {
      return new Kind(
          port,
          counter.file(),
          counter.factor(),
          counter.ceiling(extendedSet),
          Series.of(counter.column(), port));
    }
  }

  private final Kind kind;
  private final WatchedFile file;
  private boolean known;
  private long last;
  private boolean saturated;
  private boolean wider;

  InfinibandCounter(Kind kind, WatchedFile file) {
    this.kind = kind;
    this.file = file;
  }

  /// Whether it has a ceiling that it can reach.
  boolean bounded() {
    return kind.ceiling() < Long.MAX_VALUE;
  }

  /// Whether it was ever read.
  boolean known() {
    return known;
  }

  /// Whether it stood at its ceiling when it was last read.
  boolean saturated() {
    return saturated;
  }

  /// Reads it, and notes its value and what happened to it.
  ///
  /// @return whether it could be read
  boolean read(Notes notes, Text text) {
    Long count = file.read(notes, text, this::count);
    if (count == null) {
      return false;
    }
    notes.add(kind.series().at(count * kind.factor()));
    if (known && count < last) {
      event(notes, "lockstep.network.counter.reset", " went down from " + last + " to " + count);
    }
    // one that was seen beyond its ceiling is wider than the kernel's table says
    wider |= count > kind.ceiling();
    boolean full = count == kind.ceiling() && !wider;
    if (full && !saturated) {
      String body = " stands at its ceiling, " + count + ", and counts no further until cleared";
      event(notes, "lockstep.network.counter.saturated", body);
    }
    saturated = full;
    last = count;
    known = true;
    return true;
  }

  private long count(Text text) throws IOException {
    long count = text.number();
    if (count > Long.MAX_VALUE / kind.factor()) {
      throw new IOException("beyond 63 bits of bytes: " + count);
    }
    return count;
  }

  private void event(Notes notes, String name, String what) {
    notes.event(
        name,
        kind.name() + " of port " + kind.port() + what,
        Map.of("hw.id", kind.port(), "error.type", kind.name()));
  }

  @Override
  public void close() {
    file.close();
  }
}
