package io.lockstep.collector.http;

import io.lockstep.collector.detect.LooksBack;
import io.lockstep.collector.window.Memory;
import io.lockstep.collector.window.Window;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What the collector remembers, and which detectors can't tell for want of it.
///
/// @param state `reading` while what was known before the start is read from the store, `back`, or
///   `lost`
/// @param started first second after the collector's start; null before anything came
/// @param since from when on values are known second by second
/// @param pastSince from when on values are known by ten minutes
/// @param reason why it is lost; null when it is not
/// @param cannotTell detectors that have not seen enough yet, those that wait longest last
/// @param words all of it for the page; empty when every detector has seen enough
public record MemoryView(
    String state,
    @Nullable Instant started,
    @Nullable Instant since,
    @Nullable Instant pastSince,
    @Nullable String reason,
    List<LooksBack.Waiting> cannotTell,
    String words) {
  /// Of a cluster that remembers all that it needs.
  static final MemoryView WHOLE = new MemoryView("back", null, null, null, null, List.of(), "");

  public MemoryView {
    cannotTell = List.copyOf(cannotTell);
  }

  static MemoryView of(Window window, Instant now) {
    Memory memory = window.memory();
    if (memory.startSlot() == Long.MAX_VALUE) {
      return WHOLE;
    }
    List<LooksBack.Waiting> waiting = LooksBack.waiting(window);
    return new MemoryView(
        memory.state().name().toLowerCase(Locale.ROOT),
        Instant.ofEpochSecond(memory.startSlot()),
        Instant.ofEpochSecond(memory.sinceSlot()),
        Instant.ofEpochSecond(memory.pastSinceSlot()),
        memory.reason().isEmpty() ? null : memory.reason(),
        waiting,
        words(memory, waiting, now));
  }

  private static String words(Memory memory, List<LooksBack.Waiting> waiting, Instant now) {
    boolean reading = memory.state() == Memory.State.READING;
    if (waiting.isEmpty() && !reading) {
      return "";
    }
    var words = new StringBuilder("The collector was started ");
    words.append(ago(Duration.between(Instant.ofEpochSecond(memory.startSlot()), now)));
    words.append(
        switch (memory.state()) {
          case READING -> " and reads from the store what it knew before";
          case BACK -> "";
          case LOST -> " and has not got back what it knew before (" + memory.reason() + ")";
        });
    if (!waiting.isEmpty()) {
      words.append(reading ? "; until then it cannot tell " : ". It cannot tell ");
      words.append(
          waiting.stream()
              .map(one -> (reading ? "" : longer(Duration.between(now, one.from()))) + one.what())
              .collect(Collectors.joining(", and ")));
    }
    return words.append('.').toString();
  }

  private static String ago(Duration age) {
    return age.toSeconds() < 60 ? "just now" : span(age) + " ago";
  }

  private static String longer(Duration wait) {
    return wait.toSeconds() < 60 ? "for some seconds " : "for another " + span(wait) + " ";
  }

  private static String span(Duration time) {
    return time.toMinutes() < 120
        ? time.toMinutes() + " min"
        : time.plusMinutes(30).toHours() + " h";
  }
}
