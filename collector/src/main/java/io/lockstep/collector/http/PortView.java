package io.lockstep.collector.http;

import org.jspecify.annotations.Nullable;

/// One InfiniBand or RoCE port. Whatever is null is not known.
///
/// @param id `device/port`, as in `mlx5_0/1`
/// @param state what the detectors say of it
/// @param up whether it can carry traffic now
/// @param rateBytesPerSecond rate of the link as it was negotiated
/// @param receivedBytesPerSecond traffic in
/// @param transmittedBytesPerSecond traffic out
/// @param timesDown times it went down in the last twelve hours, as far as is known here
/// @param symbolErrors symbol errors in the last minute
/// @param ageSeconds time since its newest sample
public record PortView(
    String id,
    State state,
    @Nullable Boolean up,
    @Nullable Double rateBytesPerSecond,
    @Nullable Double receivedBytesPerSecond,
    @Nullable Double transmittedBytesPerSecond,
    @Nullable Integer timesDown,
    @Nullable Double symbolErrors,
    @Nullable Double ageSeconds) {

  /// What the detectors say of a port.
  public enum State implements CellState {
    /// It is not heard of.
    UNKNOWN(0),
    /// No fault is known.
    OK(1),
    /// It carries no traffic.
    DOWN(2),
    /// It goes down and comes back, again and again.
    FLAPPING(3);

    private final int code;

    State(int code) {
      this.code = code;
    }

    @Override
    public int code() {
      return code;
    }
  }
}
