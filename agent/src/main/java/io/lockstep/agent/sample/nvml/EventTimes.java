package io.lockstep.agent.sample.nvml;

import io.lockstep.agent.sample.nvml.FieldValues.Field;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Which fields hold the time for which the clock was held back. NVIDIA numbered them twice: by the
/// Python bindings of each driver (nvidia-ml-py) they are 251 to 253 in 575.51 and 580.65, and 269
/// to 271 from 580.82 on; what has the other number there, and 251 to 253 in 570, is about power
/// smoothing. Times are 64 bits wide and the settings of power smoothing are not, so the type of
/// what is read has the last word. Shared by the threads of one driver's GPUs.
final class EventTimes {
  private static final Logger LOG = LoggerFactory.getLogger(EventTimes.class);
  private static final int RENUMBERED_MAJOR = 580;
  private static final int RENUMBERED_MINOR = 82;
  private static final Ids FIRST = new Ids(251, 252, 253);
  private static final Ids SECOND = new Ids(269, 270, 271);

  /// Field ids of one numbering.
  ///
  /// @param softwareThermal time of software thermal slowdown
  /// @param hardwareThermal of hardware thermal slowdown
  /// @param powerBrake of the hardware's power brake
  record Ids(int softwareThermal, int hardwareThermal, int powerBrake) {
    List<Integer> all() {
      return List.of(softwareThermal, hardwareThermal, powerBrake);
    }
  }

  private final AtomicReference<@Nullable Ids> said = new AtomicReference<>();
  private final String driver;
  private final List<Ids> candidates;

  /// @param driver its version, as in `580.126.09`
  EventTimes(String driver) {
    this.driver = driver;
    candidates = renumbered(driver) ? List.of(SECOND) : List.of(FIRST, SECOND);
  }

  /// So does a version that can't be read: it is rather new than old.
  private static boolean renumbered(String driver) {
    String[] parts = driver.split("\\.", -1);
    if (parts.length < 2 || !parts[0].matches("[0-9]{1,6}") || !parts[1].matches("[0-9]{1,6}")) {
      return true;
    }
    int major = Integer.parseInt(parts[0]);
    return major > RENUMBERED_MAJOR
        || (major == RENUMBERED_MAJOR && Integer.parseInt(parts[1]) >= RENUMBERED_MINOR);
  }

  /// All fields that may hold the time of software thermal slowdown.
  List<Field> software() {
    return fields(ids -> List.of(ids.softwareThermal));
  }

  /// All fields that may hold the times of the hardware's own reasons.
  List<Field> hardware() {
    return fields(ids -> List.of(ids.hardwareThermal, ids.powerBrake));
  }

  private List<Field> fields(Function<Ids, List<Integer>> some) {
    return candidates.stream()
        .flatMap(ids -> some.apply(ids).stream())
        .map(id -> Field.of(id, 0))
        .toList();
  }

  /// The numbering in which these values are times; null when the GPU does not tell them.
  @Nullable Ids in(FieldValues read) {
    Ids before = said.get();
    if (before != null && read.get64(before.softwareThermal()) != null) {
      return before; // each second
    }
    for (Ids ids : candidates) {
      if (ids.all().stream().anyMatch(id -> read.get64(id) != null)) {
        if (!ids.equals(said.getAndSet(ids))) {
          LOG.info("gpu throttle times fields={} driver={}", ids.all(), driver);
        }
        return ids;
      }
    }
    return null;
  }
}
