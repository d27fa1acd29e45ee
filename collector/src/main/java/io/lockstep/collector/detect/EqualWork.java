package io.lockstep.collector.detect;

import io.lockstep.collector.window.Iteration;
import io.lockstep.collector.window.Rank;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What makes ranks of a job comparable: the same pipeline stage, expert group and number of
/// microbatches. First and last stages differ by design.
///
/// @param stage −1 when unknown
/// @param expertGroup −1 when unknown
/// @param microbatches 0 when unknown
record EqualWork(int stage, int expertGroup, long microbatches) {

  /// The ranks that are in an iteration, group by group, in the order of ranks.
  static Map<EqualWork, int[]> groups(@Nullable Rank[] ranks, Iteration iteration) {
    Map<EqualWork, List<Integer>> groups = new LinkedHashMap<>();
    for (Rank rank : ranks) {
      if (rank != null && !Double.isNaN(OwnWork.seconds(iteration, rank.rank()))) {
        var work =
            new EqualWork(rank.stage(), rank.expertGroup(), microbatches(iteration, rank.rank()));
        groups.computeIfAbsent(work, _ -> new ArrayList<>()).add(rank.rank());
      }
    }
    Map<EqualWork, int[]> arrays = new LinkedHashMap<>();
    groups.forEach((work, members) ->
        arrays.put(work, members.stream().mapToInt(Integer::intValue).toArray()));
    return arrays;
  }

  /// Whether a rank had this group's number of microbatches in an iteration: it may change from one
  /// to the next.
  boolean same(Iteration iteration, int rank) {
    return microbatches(iteration, rank) == microbatches;
  }

  private static long microbatches(Iteration iteration, int rank) {
    double batches = iteration.value(rank, OwnWork.MICROBATCHES);
    return Double.isNaN(batches) ? 0 : Math.round(batches);
  }
}
