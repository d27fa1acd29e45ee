package io.lockstep.agent.sample;

import io.lockstep.agent.sample.PartStates.State;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One sensor of a hwmon chip
/// ([Documentation/hwmon/sysfs-interface.rst](https://docs.kernel.org/hwmon/sysfs-interface.html)).
final class Sensor {
  /// What is measured, and how the kernel calls it.
  enum Kind {
    /// Thousandths of a degree.
    TEMPERATURE("temp", "_input", 1e3),
    /// Turns a minute.
    FAN("fan", "_input", 1),
    /// Thousandths of a volt.
    VOLTAGE("in", "_input", 1e3),
    /// Millionths of a watt.
    POWER("power", "_average", 1e6);

    private final String begin;
    private final String end;
    private final double divisor;

    Kind(String begin, String end, double divisor) {
      this.begin = begin;
      this.end = end;
      this.divisor = divisor;
    }
  }

  /// Chips whose limit is the part's own. Those of boards have limits that nobody has set.
  private static final Set<String> HAVE_LIMITS = Set.of("nvme", "coretemp", "mlx5");

  private static final String LATER = "_input";

  private final SysFolder chip;
  private final String name;
  private final Kind kind;
  private final String file;
  private final @Nullable Double limit;
  private boolean hot;

  private Sensor(SysFolder chip, String name, Kind kind, String file, @Nullable Double limit) {
    this.chip = chip;
    this.name = name;
    this.kind = kind;
    this.file = file;
    this.limit = limit;
  }

  /// All sensors of a chip.
  static List<Sensor> of(SysFolder chip, Text text) {
    String device = device(chip, text);
    var sensors = new ArrayList<Sensor>();
    for (Kind kind : Kind.values()) {
      for (String file : chip.names(kind.begin)) {
        String stem = stem(kind, file, chip);
        if (stem != null) {
          String label = chip.text(stem + "_label", text);
          String name = device + "/" + (label == null ? stem : label);
          boolean taken = sensors.stream().anyMatch(other -> other.name.equals(name));
          sensors.add(
              new Sensor(
                  chip, taken ? name + " " + stem : name, kind, file, limit(chip, stem, text)));
        }
      }
    }
    return sensors;
  }

  /// What the chip sits on: `nvme0`, `0000:5e:00.0`, `coretemp.0`; its own name where it sits on
  /// nothing.
  private static String device(SysFolder chip, Text text) {
    Path device = chip.real("device");
    String own = chip.text("name", text);
    return device != null ? String.valueOf(device.getFileName()) : own == null ? chip.name() : own;
  }

  /// `temp1` of `temp1_input`; some power sensors tell of the present moment alone.
  private static @Nullable String stem(Kind kind, String file, SysFolder chip) {
    int place = file.indexOf('_');
    if (place <= kind.begin.length()) {
      return null;
    }
    String stem = file.substring(0, place);
    String end = file.substring(place);
    boolean number = Character.isDigit(stem.charAt(kind.begin.length()));
    boolean other = end.equals(LATER) && !chip.has(stem + kind.end);
    return number && (end.equals(kind.end) || other) ? stem : null;
  }

  private static @Nullable Double limit(SysFolder chip, String stem, Text text) {
    Long critical = chip.number(stem + "_crit", text);
    String name = chip.text("name", text);
    return critical == null || critical <= 0 || name == null || !HAVE_LIMITS.contains(name)
        ? null
        : critical / Kind.TEMPERATURE.divisor;
  }

  /// Device and label: `nvme0/Composite`.
  String name() {
    return name;
  }

  Kind kind() {
    return kind;
  }

  void read(Notes notes, Text text, PartSeries parts, PartStates states) {
    Long raw = chip.number(file, text);
    List<Series> series = raw == null ? List.of() : parts.of("sensor/" + name);
    if (raw == null || series.isEmpty()) {
      return;
    }
    double value = raw / kind.divisor;
    notes.add(series.get(0).at(value));
    Double danger = limit;
    if (kind == Kind.TEMPERATURE && danger != null) {
      notes.add(series.get(1).at(danger));
      judge(notes, states, value >= danger, danger);
    }
  }

  /// Too hot at two readings.
  private void judge(Notes notes, PartStates states, boolean hotNow, double danger) {
    String id = "sensor/" + name;
    if (hotNow && hot) {
      states.bad(
          notes,
          id,
          "temperature",
          State.DEGRADED,
          String.format(Locale.ROOT, "is above %.0f °C, from where on it is in danger", danger));
    } else if (!hotNow) {
      states.good(notes, id);
    }
    hot = hotNow;
  }
}
