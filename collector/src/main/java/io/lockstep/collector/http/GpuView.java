package io.lockstep.collector.http;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// One GPU. Whatever is null is not known.
///
/// @param id its UUID
/// @param index the driver's present index on its host
/// @param state what the detectors say of it
/// @param temperatureCelsius at the GPU's own sensor
/// @param utilization share of the last sample period in which a kernel ran, 0 to 1
/// @param clockHertz present clock of the multiprocessors
/// @param powerWatts power drawn
/// @param memoryUsedBytes memory in use
/// @param throttles why its clock is held back, in words; empty when nothing holds it back or it is
///   not known
/// @param job the job whose rank runs on it
/// @param rank that rank, from 0
/// @param ageSeconds time since its newest sample
public record GpuView(
    String id,
    @Nullable Integer index,
    State state,
    @Nullable Double temperatureCelsius,
    @Nullable Double utilization,
    @Nullable Double clockHertz,
    @Nullable Double powerWatts,
    @Nullable Double memoryUsedBytes,
    List<String> throttles,
    @Nullable String job,
    @Nullable Integer rank,
    @Nullable Double ageSeconds) {

  /// What the detectors say of a GPU.
  public enum State implements CellState {
    /// It is not heard of.
    UNKNOWN(0),
    /// No fault is known.
    OK(1),
    /// It does its share of equal work more slowly than its peers.
    SLOW(2),
    /// It is held back by heat or power, or a link or a part of its memory does less than it could.
    HELD(3),
    /// It fails, is lost, or does not answer.
    FAULTY(4);

    private final int code;

    State(int code) {
      this.code = code;
    }

    @Override
    public int code() {
      return code;
    }
  }

  public GpuView {
    throttles = List.copyOf(throttles);
  }
}
