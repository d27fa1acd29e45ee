package io.lockstep.agent.sample;

import io.lockstep.agent.sample.PartStates.State;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// One device on the PCI bus, from round to round.
final class PciDevice {
  private static final String TYPE = "pci";

  /// So many corrected errors a minute, and for so many readings, are too many: DCGM's limit for
  /// packets sent again (DCGM_FR_PCI_REPLAY_RATE, 8 a minute), and it must last.
  private static final long CORRECTED_A_MINUTE = 8;

  private static final int STORM_ROUNDS = 5;
  private static final int CALM_ROUNDS = 10;

  /// The link as it is, or could be.
  ///
  /// @param lanes 0 where it is not known
  /// @param speed transfers a second on each lane; 0 where it is not known
  private record Link(long lanes, double speed) {
    Link least(Link other) {
      return new Link(least(lanes, other.lanes), least(speed, other.speed));
    }

    private static long least(long one, long other) {
      return one == 0 || other == 0 ? Math.max(one, other) : Math.min(one, other);
    }

    private static double least(double one, double other) {
      return one == 0 || other == 0 ? Math.max(one, other) : Math.min(one, other);
    }

    Link most(Link other) {
      return new Link(Math.max(lanes, other.lanes), Math.max(speed, other.speed));
    }
  }

  private final SysFolder folder;
  private final String id;
  private final boolean judged;
  private final PartStates states;
  private final ErrorCounts counts;
  private Link best = new Link(0, 0);
  private @Nullable Link limit;
  private long corrected = -1;
  private int storm;
  private int calm;

  /// @param judged whether a link that gets narrower or slower is a fault
  PciDevice(SysFolder folder, boolean judged, PartStates states, ErrorCounts counts) {
    this.folder = folder;
    this.judged = judged;
    this.states = states;
    this.counts = counts;
    id = "pci/" + folder.name();
  }

  /// Reads it.
  ///
  /// @return whether it is there
  boolean read(Notes notes, Text text, PartSeries errors, PartSeries links) {
    if (!folder.has("class")) {
      return false;
    }
    String fault = storm(errors(notes, text, errors.of(id)));
    Link now = link("current_", text);
    List<Series> series = now.lanes > 0 ? links.of(id) : List.of();
    if (!series.isEmpty()) {
      note(notes, series, now, text);
      best = best.most(now);
      fault = fault.isEmpty() && judged ? narrowed(now) : fault;
    }
    if (fault.isEmpty()) {
      states.good(notes, id);
    } else {
      states.bad(notes, id, TYPE, State.DEGRADED, fault);
    }
    return true;
  }

  /// @return corrected errors; −1 where the kernel does not count them
  private long errors(Notes notes, Text text, List<Series> series) {
    long correctable = total("correctable", "TOTAL_ERR_COR ", text);
    if (correctable < 0 || series.isEmpty()) {
      return correctable;
    }
    notes.add(series.get(0).at(correctable));
    long nonfatal = total("nonfatal", "TOTAL_ERR_NONFATAL ", text);
    if (nonfatal >= 0) {
      notes.add(series.get(1).at(nonfatal));
      counts.take(notes, id, TYPE, "nonfatal", "", nonfatal);
    }
    long fatal = total("fatal", "TOTAL_ERR_FATAL ", text);
    if (fatal >= 0) {
      notes.add(series.get(2).at(fatal));
      counts.take(notes, id, TYPE, "fatal", "", fatal);
    }
    return correctable;
  }

  private long total(String severity, String begin, Text text) {
    try {
      new KernelFile(folder.path().resolve("aer_dev_" + severity), false).read(text);
      do {
        if (text.skip(begin)) {
          return text.number();
        }
      } while (text.line());
    } catch (IOException _) {
      // not every device has AER
    }
    return -1;
  }

  /// @return the fault; empty when there is none
  private String storm(long count) {
    boolean many = corrected >= 0 && count - corrected > CORRECTED_A_MINUTE;
    corrected = count;
    storm = many ? Math.min(STORM_ROUNDS, storm + 1) : calm + 1 >= CALM_ROUNDS ? 0 : storm;
    calm = many ? 0 : calm + 1;
    return storm >= STORM_ROUNDS
        ? "has more than " + CORRECTED_A_MINUTE + " corrected PCIe errors a minute"
        : "";
  }

  private void note(Notes notes, List<Series> series, Link now, Text text) {
    notes.add(series.get(0).at(now.lanes));
    Link most = limit(text);
    if (most.lanes > 0) {
      notes.add(series.get(1).at(most.lanes));
    }
    if (now.speed > 0) {
      notes.add(series.get(2).at(now.speed));
    }
    if (most.speed > 0) {
      notes.add(series.get(3).at(most.speed));
    }
  }

  /// What the device and the port that it hangs on can do.
  private Link limit(Text text) {
    Link known = limit;
    if (known == null) {
      known = link("max_", text);
      var parent = PciDevices.parent(folder);
      if (parent != null) {
        known =
            known.least(
                new PciDevice(new SysFolder(parent), false, states, counts).link("max_", text));
      }
      limit = known;
    }
    return known;
  }

  /// `16`, and `16.0 GT/s PCIe`; `Unknown` and 255 where there is no link.
  private Link link(String which, Text text) {
    Long lanes = folder.number(which + "link_width", text);
    double speed = 0;
    try {
      new KernelFile(folder.path().resolve(which + "link_speed"), false).read(text);
      speed = text.decimal() * 1e9;
    } catch (IOException _) {
      // no link
    }
    return new Link(lanes == null || lanes < 0 || lanes > 64 ? 0 : lanes, speed);
  }

  private String narrowed(Link now) {
    if (now.lanes < best.lanes) {
      return "has a PCIe link of " + now.lanes + " lanes, and had " + best.lanes;
    }
    return now.speed > 0 && now.speed < best.speed
        ? String.format(
            Locale.ROOT,
            "has a PCIe link of %.1f GT/s, and had %.1f",
            now.speed / 1e9,
            best.speed / 1e9)
        : "";
  }
}
