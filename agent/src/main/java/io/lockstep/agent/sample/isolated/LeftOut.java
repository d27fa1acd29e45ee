package io.lockstep.agent.sample.isolated;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/// GPUs that are left out for a while because reading them ended the process: 10 rounds, 20, 40, up
/// to 600. The time grows with each end, and begins anew for one that was read well for as long
/// again. One thread.
final class LeftOut {
  private static final long FIRST_ROUNDS = 10;
  private static final long MOST_ROUNDS = 600;

  /// So long one that was taken in again is the first that is suspected.
  private static final long PROBATION_ROUNDS = 60;

  /// Between those that may not both be guilty, so that each is taken in alone.
  private static final long APART_ROUNDS = 20;

  private record Term(long rounds, long until) {
    boolean outAt(long round) {
      return round < until;
    }

    boolean isServed(long round) {
      return round >= until + Math.max(PROBATION_ROUNDS, rounds);
    }
  }

  private final Map<Integer, Term> terms = new HashMap<>();

  /// Takes note of an end.
  ///
  /// @param inside indexes of the GPUs in which it may have come about
  /// @return those that are left out for it
  SortedSet<Integer> ended(Set<Integer> inside, long round) {
    var guilty = new TreeSet<>(inside);
    if (inside.size() > 1 && inside.stream().anyMatch(index -> onProbation(index, round))) {
      guilty.removeIf(index -> !onProbation(index, round));
    }
    long wait = 0;
    for (int index : guilty) {
      Term before = terms.get(index);
      long rounds =
          before == null || before.isServed(round)
              ? FIRST_ROUNDS
              : Math.min(2 * before.rounds, MOST_ROUNDS);
      terms.put(index, new Term(rounds, round + rounds + wait));
      wait += APART_ROUNDS;
    }
    return guilty;
  }

  /// Whether it is clear who is guilty: it is one, or among them are some that were before.
  boolean tells(Set<Integer> inside, long round) {
    return inside.size() <= 1 || inside.stream().anyMatch(index -> onProbation(index, round));
  }

  private boolean onProbation(int index, long round) {
    Term term = terms.get(index);
    return term != null && !term.isServed(round);
  }

  /// Those that are left out in a round, as bits.
  long at(long round) {
    long bits = 0;
    for (Map.Entry<Integer, Term> one : terms.entrySet()) {
      bits |= one.getValue().outAt(round) ? 1L << one.getKey() : 0;
    }
    return bits;
  }

  /// For how many rounds one is left out still.
  long rounds(int index, long round) {
    Term term = terms.get(index);
    return term == null ? 0 : Math.max(0, term.until - round);
  }

  /// It was none of them.
  void clear() {
    terms.clear();
  }
}
