package io.lockstep.launcher;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/// What is done to a site, and when: rounds of up to three faults at a time, each followed by a
/// pause. The same seed gives the same plan.
///
/// @param rounds in their order
record ChaosPlan(List<Round> rounds) {
  private static final Duration PAUSE = Duration.ofSeconds(6);
  private static final int AT_ONCE = 3;

  /// One fault.
  ///
  /// @param after the round's begin
  /// @param length zero for one that is over at once
  /// @param number chooses whom it befalls
  record Blow(ChaosFault fault, Duration after, Duration length, int number) {}

  /// Faults together.
  ///
  /// @param begin after the plan's
  /// @param blows in the order of their begins
  record Round(Duration begin, Duration length, List<Blow> blows) {}

  ChaosPlan {
    rounds = List.copyOf(rounds);
  }

  /// @param faults to choose from, each as often as the others
  /// @param outage how long a fault lasts at most
  static ChaosPlan of(List<ChaosFault> faults, Duration length, Duration outage, long seed) {
    var random = new Random(seed);
    List<ChaosFault> all = faults.stream().filter(fault -> !fault.beside()).toList();
    Deque<ChaosFault> deck = new ArrayDeque<>();
    var rounds = new ArrayList<Round>();
    Duration begin = Duration.ZERO;
    while (!all.isEmpty() && begin.compareTo(length) < 0) {
      Round round = round(begin, all, deck, outage, random);
      rounds.add(round);
      begin = begin.plus(round.length()).plus(PAUSE);
    }
    return new ChaosPlan(rounds);
  }

  private static Round round(
      Duration begin,
      List<ChaosFault> all,
      Deque<ChaosFault> deck,
      Duration outage,
      Random random) {
    var blows = new ArrayList<Blow>();
    Set<ChaosFault> chosen = new HashSet<>();
    int count = Math.min(all.size(), 1 + random.nextInt(AT_ONCE));
    Duration end = Duration.ZERO;
    while (blows.size() < count) {
      ChaosFault fault = next(all, deck, chosen, random);
      chosen.add(fault);
      Duration after = Duration.ofMillis(random.nextInt((int) outage.toMillis() / 2 + 1));
      Duration length = fault.lasts ? part(outage, random) : Duration.ZERO;
      blows.add(new Blow(fault, after, length, random.nextInt(Integer.MAX_VALUE)));
      end = max(end, after.plus(length));
    }
    blows.sort((a, b) -> a.after().compareTo(b.after()));
    return new Round(begin, end, List.copyOf(blows));
  }

  /// Each comes once before one comes again, and never twice in a round.
  private static ChaosFault next(
      List<ChaosFault> all, Deque<ChaosFault> deck, Set<ChaosFault> chosen, Random random) {
    while (true) {
      if (deck.isEmpty()) {
        var shuffled = new ArrayList<>(all);
        Collections.shuffle(shuffled, random);
        deck.addAll(shuffled);
      }
      ChaosFault fault = deck.removeFirst();
      if (!chosen.contains(fault)) {
        return fault;
      }
    }
  }

  private static Duration part(Duration outage, Random random) {
    long third = outage.toMillis() / 3;
    return Duration.ofMillis(third + random.nextLong(outage.toMillis() - third + 1));
  }

  private static Duration max(Duration one, Duration other) {
    return one.compareTo(other) >= 0 ? one : other;
  }
}
