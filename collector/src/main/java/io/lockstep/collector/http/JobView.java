package io.lockstep.collector.http;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One attempt of a training job.
///
/// @param job its name
/// @param attempt restart count, or start time
/// @param iteration the newest iteration that all ranks have finished; null when there is none yet
/// @param ranks ranks that it is said to have; null when no process said
/// @param reportingRanks ranks that reported lately
/// @param cannotTell why nobody can say which of its ranks are slow; null when it can be said
/// @param ageSeconds time since its newest step
/// @param steps step times, oldest first, at most 256
/// @param slow ranks that hold the others up, slowest first; empty when none does or it is not
///   known
/// @param incidents ids of the incidents on its servers, or about itself, that it may have felt
public record JobView(
    String job,
    String attempt,
    @Nullable Long iteration,
    @Nullable Integer ranks,
    int reportingRanks,
    @Nullable String cannotTell,
    @Nullable Double ageSeconds,
    List<Step> steps,
    List<SlowRank> slow,
    List<String> incidents) {

  /// One iteration. All ranks share it: a synchronous job's step ends for all together.
  ///
  /// @param iteration its number within the attempt
  /// @param ended when it ended
  /// @param seconds how long it took
  public record Step(long iteration, Instant ended, double seconds) {}

  /// A rank that computes longer than its peers while they wait for it.
  ///
  /// @param rank from 0
  /// @param host the server it runs on
  /// @param gpu the GPU's UUID; null when it is not known
  /// @param index the GPU's index on its host; null when it is not known
  /// @param ownSeconds own work per step
  /// @param peerSeconds own work per step of its peers with equal work, median
  public record SlowRank(
      int rank,
      String host,
      @Nullable String gpu,
      @Nullable Integer index,
      @Nullable Double ownSeconds,
      @Nullable Double peerSeconds) {}

  public JobView {
    steps = List.copyOf(steps);
    slow = List.copyOf(slow);
    incidents = List.copyOf(incidents);
  }
}
