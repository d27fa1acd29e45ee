package io.lockstep.dashboards;

import io.lockstep.dashboards.Panel.State;
import java.util.Map;

/// What the numbers of states mean, as the contract numbers them.
final class Meanings {
  /// `lockstep.gpu.state`.
  static final Map<Integer, State> GPU =
      Map.of(
          1, new State("answers", "green"),
          2, new State("lost", "dark-red"),
          3, new State("must be reset", "red"),
          4, new State("does not answer", "orange"),
          5, new State("missing", "purple"));

  /// The gravest reason in an interval for which a GPU's clock is held back: see [#HELD_BACK_SQL].
  static final Map<Integer, State> HELD_BACK =
      Map.of(
          0, new State("not held back", "green"),
          1, new State("power cap", "blue"),
          2, new State("hardware slowdown", "orange"),
          3, new State("heat", "red"),
          4, new State("power brake", "dark-red"));

  /// Bits of `lockstep.gpu.clock.event_reasons`: 0x4 software power cap, 0x8 hardware slowdown,
  /// 0x20 and 0x40 heat, 0x80 power brake.
  static final String HELD_BACK_SQL =
      "max(CASE WHEN clock_event_reasons IS NULL THEN NULL"
          + " WHEN (clock_event_reasons & 128) > 0 THEN 4"
          + " WHEN (clock_event_reasons & 96) > 0 THEN 3"
          + " WHEN (clock_event_reasons & 8) > 0 THEN 2"
          + " WHEN (clock_event_reasons & 4) > 0 THEN 1 ELSE 0 END)";

  /// `hw.network.up`.
  static final Map<Integer, State> PORT =
      Map.of(0, new State("down", "red"), 1, new State("up", "green"));

  private Meanings() {}
}
