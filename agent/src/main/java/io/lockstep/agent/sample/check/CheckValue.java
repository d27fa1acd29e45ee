package io.lockstep.agent.sample.check;

import java.util.Map;

/// One value of a check's performance data.
///
/// @param label the check's word for it
/// @param value in `unit`
/// @param unit UCUM; `1` where the check says none that is known
/// @param counts whether it only grows
record CheckValue(String label, double value, String unit, boolean counts) {
  private record Unit(String ucum, double factor) {}

  /// Units of the guidelines, and those that plugins use beside them. Bytes count by 1,024, as
  /// `check_disk` and `check_swap` do.
  private static final Map<String, Unit> UNITS =
      Map.ofEntries(
          Map.entry("s", new Unit("s", 1)),
          Map.entry("ms", new Unit("s", 1e-3)),
          Map.entry("us", new Unit("s", 1e-6)),
          Map.entry("%", new Unit("%", 1)),
          Map.entry("B", new Unit("By", 1)),
          Map.entry("KB", new Unit("By", 1L << 10)),
          Map.entry("MB", new Unit("By", 1L << 20)),
          Map.entry("GB", new Unit("By", 1L << 30)),
          Map.entry("TB", new Unit("By", 1L << 40)),
          Map.entry("KiB", new Unit("By", 1L << 10)),
          Map.entry("MiB", new Unit("By", 1L << 20)),
          Map.entry("GiB", new Unit("By", 1L << 30)),
          Map.entry("TiB", new Unit("By", 1L << 40)));

  /// @param unit as the check writes it
  static CheckValue of(String label, double value, String unit) {
    Unit known = UNITS.get(unit);
    return known == null
        ? new CheckValue(label, value, "1", unit.equals("c"))
        : new CheckValue(label, value * known.factor, known.ucum, false);
  }
}
