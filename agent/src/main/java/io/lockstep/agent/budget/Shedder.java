package io.lockstep.agent.budget;

import io.lockstep.agent.batch.Burden;
import io.lockstep.agent.batch.Encoder;
import io.lockstep.agent.budget.Budget.Use;
import io.lockstep.agent.sample.Importance;
import io.lockstep.agent.sample.Sampler;
import io.lockstep.telemetry.otlp.Occurrence;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Gives up samplers, the least important first, one after the other, while the agent costs more
/// than its budget, and takes them back, the last one first, when it has cost clearly less for a
/// while. No clock; one thread.
public final class Shedder {
  private static final Logger LOG = LoggerFactory.getLogger(Shedder.class);

  /// An agent that starts, or was told another configuration, loads and compiles; that passes.
  private static final long START_NANOS = Duration.ofMinutes(2).toNanos();

  /// Below this part of the budget there is room for one more.
  private static final double ROOM = 0.8;

  /// So many times the patience there must have been room; doubled for one that had to go again.
  private static final int ROOM_PATIENCES = 4;

  private static final int ROOM_PATIENCES_MAX = 120;

  /// Who has to go so soon after it was taken back waits twice as long the next time.
  private static final long AGAIN_NANOS = Duration.ofMinutes(10).toNanos();

  private record At(long nanos, Cost cost) {}

  private final Budget budget;
  private final List<Sampler> samplers;
  private final Burden burden;
  private final Deque<At> costs = new ArrayDeque<>();
  private final Deque<String> shed = new ArrayDeque<>();
  private long first;
  private boolean began;
  private long roomSince;
  private boolean room;
  private long resumedAt;
  private int patiences = ROOM_PATIENCES;
  private boolean saidAll;

  /// @param samplers those that may be given up, all but the agent's own
  public Shedder(Budget budget, List<Sampler> samplers, Burden burden) {
    this.budget = budget;
    this.samplers = List.copyOf(samplers);
    this.burden = burden;
  }

  /// Judges the cost as it is now; called every ten seconds or so.
  ///
  /// @param nanoTime monotonic
  /// @return what changed by it; empty when nothing did
  public List<Occurrence> judge(Cost cost, Instant now, long nanoTime) {
    if (!began) {
      began = true;
      first = nanoTime;
    }
    if (nanoTime - first < START_NANOS) {
      return List.of();
    }
    costs.addLast(new At(nanoTime, cost));
    long patience = budget.patience().toNanos();
    while (costs.size() > 2 && nanoTime - second(costs).nanos() >= patience) {
      costs.removeFirst();
    }
    At before = costs.getFirst();
    if (nanoTime - before.nanos() < patience) {
      return List.of();
    }
    Use use = budget.use(before.cost(), cost, nanoTime - before.nanos());
    if (use.worst() > 1) {
      room = false;
      return giveUp(use, now, nanoTime);
    }
    return use.worst() < ROOM ? room(now, nanoTime) : List.of();
  }

  private static At second(Deque<At> costs) {
    var all = costs.iterator();
    all.next();
    return all.next();
  }

  private List<Occurrence> giveUp(Use use, Instant now, long nanoTime) {
    Optional<Sampler> next = next(use);
    if (next.isEmpty()) {
      if (!saidAll) {
        saidAll = true;
        LOG.warn("over budget, and nothing more to give up why=\"{}\"", use.words());
      }
      return List.of();
    }
    String name = next.get().name();
    boolean again = resumedAt != 0 && nanoTime - resumedAt < AGAIN_NANOS;
    patiences = again ? Math.min(ROOM_PATIENCES_MAX, 2 * patiences) : ROOM_PATIENCES;
    burden.shed(name);
    shed.addLast(name);
    costs.clear();
    LOG.warn("over budget, a sampler is given up sampler={} why=\"{}\"", name, use.words());
    return List.of(
        new Occurrence(
            "lockstep.agent.sampler.shed",
            Encoder.nanos(now),
            "The agent is over its budget and gives up the sampler " + name + ": " + use.words(),
            Map.of("lockstep.agent.sampler", name, "error.message", use.words())));
  }

  private Optional<Sampler> next(Use use) {
    return samplers.stream()
        .filter(one -> !burden.isShed(one.name()))
        .filter(one -> use.cpu() || one.importance() != Importance.VITAL)
        .min(
            Comparator.comparing(Sampler::importance)
                .thenComparing(Comparator.comparingDouble(burden::share).reversed()));
  }

  private List<Occurrence> room(Instant now, long nanoTime) {
    saidAll = false;
    if (!room) {
      room = true;
      roomSince = nanoTime;
    }
    if (shed.isEmpty() || nanoTime - roomSince < patiences * budget.patience().toNanos()) {
      return List.of();
    }
    String name = shed.removeLast();
    burden.resume(name);
    room = false;
    resumedAt = nanoTime;
    costs.clear();
    LOG.info("within budget, a sampler is taken back sampler={}", name);
    return List.of(
        new Occurrence(
            "lockstep.agent.sampler.resumed",
            Encoder.nanos(now),
            "The agent is within its budget and takes back the sampler " + name,
            Map.of("lockstep.agent.sampler", name)));
  }
}
