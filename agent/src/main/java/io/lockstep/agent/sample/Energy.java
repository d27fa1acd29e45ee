package io.lockstep.agent.sample;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Energy that each socket drew, by its RAPL counter
/// ([Documentation/power/powercap](https://docs.kernel.org/power/powercap/powercap.html)), which
/// starts anew when it is full: here it does not. What can't be read at first is not asked again.
final class Energy {
  private static final double PER_UNIT = 1e6;

  private static final class Zone {
    final SysFolder folder;
    final long range;
    double sum;
    long last;

    Zone(SysFolder folder, long range, long first) {
      this.folder = folder;
      this.range = range;
      this.last = first;
      this.sum = first;
    }
  }

  private final Map<Long, Zone> zones = new TreeMap<>();
  private final SysFolder powercap;
  private boolean looked;

  /// @param sys `/sys`, or a captured one
  Energy(Path sys) {
    powercap = new SysFolder(sys.resolve("class/powercap"));
  }

  /// Joules of a socket since it was first looked at and what the counter stood at then; null when
  /// it is not known.
  @Nullable Double read(long socket, Text text) {
    if (!looked) {
      looked = true;
      look(text);
    }
    Zone zone = zones.get(socket);
    Long now = zone == null ? null : zone.folder.number("energy_uj", text);
    if (zone == null || now == null) {
      return null;
    }
    long grown = now - zone.last;
    zone.sum += grown >= 0 ? grown : grown + zone.range;
    zone.last = now;
    return zone.sum / PER_UNIT;
  }

  private void look(Text text) {
    for (SysFolder zone : powercap.numbered("intel-rapl:")) {
      String name = zone.text("name", text);
      Long range = zone.number("max_energy_range_uj", text);
      Long first = zone.number("energy_uj", text);
      if (name != null && name.matches("package-[0-9]{1,3}") && range != null && first != null) {
        long socket = Long.parseLong(name.substring("package-".length()));
        zones.put(socket, new Zone(zone, range, first));
      }
    }
  }
}
