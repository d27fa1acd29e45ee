package io.lockstep.agent.sample.nvml;

import com.sun.jna.Memory;
import io.lockstep.telemetry.contract.GpuHealth;
import java.util.List;

/// A GPU's place in the NVLink fabric and what the fabric says of it. Layout and numbers of
/// `nvmlGpuFabricInfo_v2_t` and `_v3_t` by nvml.h 13.3; drivers from 570 on know the third.
final class Fabric {
  private static final String FUNCTION = "nvmlDeviceGetGpuFabricInfoV";
  private static final int VERSION_3 = 50_331_688;
  private static final int VERSION_2 = 33_554_468;
  private static final int COMPLETED = 3; // NVML_GPU_FABRIC_STATE_COMPLETED
  private static final int STATUS = 20;
  private static final int CLIQUE = 24;
  private static final int STATE = 28;
  private static final int MASK = 32;
  private static final int SUMMARY = 36;
  private static final int MISCONFIGURATION = 8;
  private static final int RIGHT = 1; // ..._INCORRECT_CONFIGURATION_NONE

  /// Conditions of the mask that are two bits each: 0 not supported, 1 so, 2 not so.
  private static final List<Condition> CONDITIONS =
      List.of(
          new Condition("fabric_degraded", 0),
          new Condition("fabric_recovering", 2),
          new Condition("fabric_unhealthy", 4),
          new Condition("fabric_timeout", 6),
          new Condition("fabric_partition", 12));

  private record Condition(String column, int shift) {
    int in(int mask) {
      return mask >> shift & 3;
    }
  }

  private final DeviceCalls calls;
  private final Health health;

  Fabric(DeviceCalls calls, Health health) {
    this.calls = calls;
    this.health = health;
  }

  /// Reads and adds it; nothing on a GPU without a fabric.
  void add(GpuSeries series) throws NvmlException {
    Memory answer = calls.scratch();
    boolean third = asked(VERSION_3, answer);
    if (!third && !asked(VERSION_2, answer)) {
      return;
    }
    int state = answer.getByte(STATE);
    if (state == 0) { // not supported
      return;
    }
    series.addSlow("fabric_state", (long) state, 1);
    if (state == COMPLETED) {
      int status = answer.getInt(STATUS);
      series.addSlow("fabric_status", (long) status, 1);
      series.addSlow("fabric_clique", Integer.toUnsignedLong(answer.getInt(CLIQUE)), 1);
      health.set(GpuHealth.FABRIC_REGISTRATION, status != ReturnCode.SUCCESS);
    }
    int mask = answer.getInt(MASK);
    series.addSlow("fabric_health", Integer.toUnsignedLong(mask), 1);
    conditions(mask, series);
    if (third && answer.getByte(SUMMARY) != 0) {
      series.addSlow("fabric_summary", (long) answer.getByte(SUMMARY), 1);
    }
  }

  private boolean asked(int version, Memory answer) throws NvmlException {
    answer.clear(64);
    answer.setInt(0, version);
    return calls.askOf(FUNCTION + " " + (version >> 24), FUNCTION, answer);
  }

  private void conditions(int mask, GpuSeries series) {
    for (Condition one : CONDITIONS) {
      int said = one.in(mask);
      if (said != 0) {
        series.addSlow(one.column, said == 1 ? 1L : 0L, 1);
      }
    }
    bad(GpuHealth.FABRIC_BANDWIDTH, CONDITIONS.get(0).in(mask));
    bad(GpuHealth.FABRIC_ROUTE, CONDITIONS.get(2).in(mask));
    int wrong = mask >> MISCONFIGURATION & 15;
    if (wrong != 0) {
      series.addSlow("fabric_misconfigured", wrong == RIGHT ? 0L : wrong, 1);
      health.set(GpuHealth.FABRIC_CONFIGURATION, wrong != RIGHT);
    }
  }

  private void bad(GpuHealth what, int said) {
    if (said != 0) {
      health.set(what, said == 1);
    }
  }
}
