package io.lockstep.agent.sample.nvml;

import io.lockstep.agent.sample.nvml.FieldValues.Field;
import java.util.List;

/// Which fields hold the time for which the clock was held back. Headers up to driver 570 number
/// them 251 to 253; from 575 on those numbers mean power smoothing, and the times are 269 to 271.
///
/// @param softwareThermal id of the field of software thermal slowdown
/// @param hardwareThermal of hardware thermal slowdown
/// @param powerBrake of the hardware's power brake
record EventTimes(int softwareThermal, int hardwareThermal, int powerBrake) {
  private static final int RENUMBERED = 575;
  private static final EventTimes OLD = new EventTimes(251, 252, 253);
  private static final EventTimes NEW = new EventTimes(269, 270, 271);

  /// @param driver its version, as in `570.124.06`
  static EventTimes of(String driver) {
    int dot = driver.indexOf('.');
    String branch = dot < 0 ? driver : driver.substring(0, dot);
    boolean old = branch.matches("[0-9]{1,6}") && Integer.parseInt(branch) < RENUMBERED;
    return old ? OLD : NEW;
  }

  List<Field> fields() {
    return List.of(
        new Field(softwareThermal, 0), new Field(hardwareThermal, 0), new Field(powerBrake, 0));
  }
}
