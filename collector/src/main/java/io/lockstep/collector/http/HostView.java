package io.lockstep.collector.http;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// One server. Whatever is null is not known.
///
/// @param host its name
/// @param state whether its agent is heard
/// @param ageSeconds time since its newest sample
/// @param clockOffsetSeconds how far its clock is ahead of the collector's; negative when behind
/// @param cpuMean share of the last interval in which processors were busy, mean over cores, 0 to 1
/// @param cpuMax the same of the busiest core, 0 to 1
/// @param load1m load average over one minute, in threads
/// @param memoryUsedBytes memory in use
/// @param memoryAvailableBytes memory that programs can have without swapping
/// @param gpus by index; empty when none is known
/// @param ports by name; empty when none is known
/// @param checks site checks by name; empty when none is known
/// @param differences from the inventory, by item; empty when there is none or nothing is known
public record HostView(
    String host,
    State state,
    @Nullable Double ageSeconds,
    @Nullable Double clockOffsetSeconds,
    @Nullable Double cpuMean,
    @Nullable Double cpuMax,
    @Nullable Double load1m,
    @Nullable Double memoryUsedBytes,
    @Nullable Double memoryAvailableBytes,
    List<GpuView> gpus,
    List<PortView> ports,
    List<CheckView> checks,
    List<DifferenceView> differences) {

  /// Whether a server's agent is heard.
  public enum State implements CellState {
    /// Nothing can be said, as after a restart of the collector.
    UNKNOWN(0),
    /// Its agent is heard.
    OK(1),
    /// Its agent said that it stops.
    STOPPED(2),
    /// Its agent is not heard any more and has not said that it stops.
    SILENT(3),
    /// Its agent is heard, and the ranks on it are slow together.
    SLOW(4);

    private final int code;

    State(int code) {
      this.code = code;
    }

    @Override
    public int code() {
      return code;
    }
  }

  public HostView {
    gpus = List.copyOf(gpus);
    ports = List.copyOf(ports);
    checks = List.copyOf(checks);
    differences = List.copyOf(differences);
  }
}
