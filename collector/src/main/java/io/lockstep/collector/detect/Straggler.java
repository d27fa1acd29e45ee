package io.lockstep.collector.detect;

import io.lockstep.collector.window.Iteration;
import io.lockstep.collector.window.JobWindow;
import io.lockstep.collector.window.Rank;
import io.lockstep.telemetry.contract.Column;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/// A rank that was found to be slow, with its numbers.
///
/// @param member its place in the comparison's group
record Straggler(JobWindow job, Rank rank, PeerComparison comparison, int member) {
  /// Since when it stands out, as far back as the window reaches.
  ///
  /// @param nanos begin of the first such iteration, Unix nanoseconds by the collector's clock
  /// @param steps iterations in which it has stood out since
  record Since(long nanos, int steps) {}

  /// How much more it works than its peers, as a share.
  double excess() {
    return comparison.excess(member);
  }

  /// How many ranks it was compared with.
  int peers() {
    return comparison.ranks().length - 1;
  }

  /// Two iterations on end without standing out end the search.
  Since since() {
    List<Iteration> iterations = job.iterations();
    long nanos = iterations.getLast().startNanos();
    int steps = 0;
    int misses = 0;
    for (int i = iterations.size() - 1; i >= 0 && misses < 2; i--) {
      if (comparison.standsOut(iterations.get(i), member)) {
        nanos = iterations.get(i).startNanos();
        steps++;
        misses = 0;
      } else {
        misses++;
      }
    }
    return new Since(nanos, steps);
  }

  double ownSeconds() {
    return median(i -> OwnWork.seconds(comparison.used().get(i), rank.rank()));
  }

  double peersOwnSeconds() {
    return median(comparison::medianSeconds);
  }

  double waitSeconds() {
    return Math.max(0, median(i -> OwnWork.waiting(comparison.used().get(i), rank.rank())));
  }

  double peersWaitSeconds() {
    return median(i -> comparison.medianWaitSeconds(comparison.used().get(i)));
  }

  double margin() {
    return median(comparison::margin);
  }

  double stepSeconds() {
    return median(i -> comparison.used().get(i).stepSeconds());
  }

  /// By how much each step would be shorter if it kept pace with the slowest of its healthy peers.
  double costSeconds() {
    return Math.max(0, ownSeconds() - median(comparison::paceSeconds));
  }

  /// The phase of its own work that exceeds the peers' most: compute, data or optimizer.
  Column longestPhase() {
    Column longest = OwnWork.COMPUTE;
    double most = 0;
    for (Column phase : List.of(OwnWork.COMPUTE, OwnWork.DATA, OwnWork.OPTIMIZER)) {
      double longer = median(i -> longer(comparison.used().get(i), phase));
      if (longer > most) {
        longest = phase;
        most = longer;
      }
    }
    return longest;
  }

  private double longer(Iteration iteration, Column phase) {
    double[] all =
        Arrays.stream(comparison.ranks())
            .mapToDouble(rank -> iteration.value(rank, phase))
            .toArray();
    return all[member] - Spread.median(all);
  }

  private double median(IntToDoubleFunction value) {
    return Spread.median(IntStream.range(0, comparison.used().size()).mapToDouble(value).toArray());
  }
}
