package io.lockstep.agent.sample.nvml;

import io.lockstep.telemetry.otlp.Occurrence;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Events of the driver that are no fault, and may be thousands a second: counted, and of a kind
/// that is seldom one a minute told, with how many there were. A kind that comes too often is not
/// asked for any more. One thread.
final class QuietEvents {
  private static final Logger LOG = LoggerFactory.getLogger(QuietEvents.class);

  /// Each costs a wake-up: ten a second are a twentieth of a percent of a core.
  private static final int MOST = 100;

  private static final long WINDOW_SECONDS = 10;
  private static final long TOLD_SECONDS = 60;

  /// @param bit of nvml.h 13.3 (`nvmlEventType*`)
  /// @param column that counts it
  /// @param type what a notice calls it; empty where none is sent
  private record Kind(long bit, String column, String type, String words) {}

  private static final List<Kind> KINDS =
      List.of(
          new Kind(0x1, "ecc_corrected_events", "single_bit_ecc", "corrected memory errors"),
          new Kind(0x4, "performance_state_events", "", ""),
          new Kind(0x10, "clock_events", "", ""),
          new Kind(0x80, "power_source_events", "power_source", "changes of its power source"));

  /// @param untold how many since the last notice
  private record Told(long second, long untold) {}

  private final Map<String, Told> told = new HashMap<>();
  private final Map<Kind, Integer> recent = new HashMap<>();
  private final EventCounts counts;
  private long wanted;
  private long windowBegan;

  QuietEvents(EventCounts counts) {
    this.counts = counts;
    KINDS.forEach(kind -> wanted |= kind.bit);
  }

  /// The types of events to ask for.
  long wanted() {
    return wanted;
  }

  /// A GPU's events are asked for.
  ///
  /// @param types that it reports
  void begin(Identity gpu, long types) {
    for (Kind kind : KINDS) {
      if ((types & wanted & kind.bit) != 0) {
        counts.begin(gpu.uuid(), kind.column);
      } else {
        counts.end(gpu.uuid(), kind.column);
      }
    }
  }

  /// Something was reported.
  ///
  /// @return what to tell of it; null for nothing
  @Nullable Occurrence happened(Identity gpu, long type, Instant now) {
    if (now.getEpochSecond() - windowBegan >= WINDOW_SECONDS) {
      windowBegan = now.getEpochSecond();
      recent.clear();
    }
    Occurrence notice = null;
    for (Kind kind : KINDS) {
      if ((type & wanted & kind.bit) != 0) {
        counts.count(gpu.uuid(), kind.column);
        recent.merge(kind, 1, Integer::sum);
        if (!kind.type.isEmpty()) {
          notice = notice(kind, gpu, now);
        }
      }
    }
    return notice;
  }

  private @Nullable Occurrence notice(Kind kind, Identity gpu, Instant now) {
    String key = kind.type + " " + gpu.uuid();
    Told last = told.getOrDefault(key, new Told(0, 0));
    long count = last.untold + 1;
    if (now.getEpochSecond() - last.second < TOLD_SECONDS) {
      told.put(key, new Told(last.second, count));
      return null;
    }
    told.put(key, new Told(now.getEpochSecond(), 0));
    return new Occurrence(
        "lockstep.gpu.notice",
        now.getEpochSecond() * 1_000_000_000L + now.getNano(),
        "GPU "
            + gpu.index()
            + " ("
            + gpu.uuid()
            + ", "
            + gpu.pci()
            + ") reports "
            + count
            + " "
            + kind.words,
        Map.of(
            "hw.id", gpu.uuid(),
            "lockstep.gpu.pci.address", gpu.pci(),
            "error.type", kind.type,
            "lockstep.event.count", Long.toString(count)));
  }

  /// Whether a kind came too often and is not wanted any more: then events are to be asked for
  /// anew.
  boolean isTooMuch() {
    for (Kind kind : KINDS) {
      if (recent.getOrDefault(kind, 0) >= MOST) {
        wanted &= ~kind.bit;
        recent.remove(kind);
        LOG.info(
            "gpu events of one kind are not counted any more kind={} reason=\"{} within {} s\"",
            kind.column,
            MOST,
            WINDOW_SECONDS);
        return true;
      }
    }
    return false;
  }
}
