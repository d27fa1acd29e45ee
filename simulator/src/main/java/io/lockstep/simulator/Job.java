package io.lockstep.simulator;

import io.lockstep.telemetry.otlp.Occurrence;
import io.lockstep.telemetry.otlp.TrainingStep;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// One attempt of a training job: works out its steps one after the other, as far as they are asked
/// for. All times are nanoseconds since the simulation's start.
final class Job {
  /// A server asks at most for its last second.
  private static final long KEPT_NANOS = 3 * Nanos.SECOND;

  final JobSpec spec;
  private final List<Integer> seats;
  private final StepTimes times;
  private final Chance chance;
  private final double[] traits;
  private final JobStep.Slowdown slowdown;
  private final RankVoice[] ranks;
  private final Deque<JobStep> recent = new ArrayDeque<>();
  private JobStep last;

  /// Where an attempt runs and what it begins with.
  ///
  /// @param number of the attempt, from 0
  /// @param seats its servers, in the order of its ranks
  /// @param iteration its first step
  /// @param startNanos when that begins
  record Attempt(int number, List<Integer> seats, long iteration, long startNanos) {
    /// The job's first.
    static Attempt first(JobSpec spec) {
      var seats = IntStream.range(spec.firstServer(), spec.firstServer() + spec.servers());
      return new Attempt(0, seats.boxed().toList(), 0, 0);
    }
  }

  /// @param servers all of the cluster, by index
  Job(
      ClusterSpec cluster,
      JobSpec spec,
      Attempt attempt,
      StepTimes times,
      List<ServerModel> servers) {
    this.spec = spec;
    this.seats = List.copyOf(attempt.seats());
    this.times = times;
    this.chance = cluster.chance().of("job").of(spec.id());
    this.traits = new double[spec.ranks()];
    this.ranks = new RankVoice[spec.ranks()];
    for (int rank = 0; rank < traits.length; rank++) {
      int gpu = rank % ClusterSpec.PER_SERVER;
      traits[rank] = ServerModel.traits(cluster, server(rank), gpu).slowdown();
      ranks[rank] = new RankVoice(cluster, spec, rank, server(rank), attempt.number());
    }
    this.slowdown =
        (rank, nanos) ->
            servers.get(server(rank)).ailments().slowdown(rank % ClusterSpec.PER_SERVER, nanos);
    this.last = step(attempt.iteration(), attempt.startNanos());
    recent.add(last);
  }

  private JobStep step(long iteration, long startNanos) {
    return new JobStep(spec, iteration, startNanos, times.plan(iteration))
        .work(chance, traits, slowdown);
  }

  /// Works out all steps that begin before this time.
  ///
  /// @return those of them that are new and end, oldest first, as far as they end before this time
  List<JobStep> advance(long nanos) {
    var ended = new ArrayList<JobStep>();
    while (last.endNanos() < nanos) {
      ended.add(last);
      last = step(last.iteration + 1, last.endNanos());
      recent.add(last);
    }
    while (recent.getFirst().endNanos() < nanos - KEPT_NANOS) {
      recent.removeFirst();
    }
    return ended;
  }

  private int server(int rank) {
    return seats.get(rank / ClusterSpec.PER_SERVER);
  }

  /// Its servers, in the order of its ranks.
  List<Integer> seats() {
    return seats;
  }

  private int firstRank(int server) {
    return seats.indexOf(server) * ClusterSpec.PER_SERVER;
  }

  /// What a server's ranks did in the second that ends at this time, by GPU.
  List<Activity> activities(int server, long nanos) {
    var all = new ArrayList<Activity>(ClusterSpec.PER_SERVER);
    for (int gpu = 0; gpu < ClusterSpec.PER_SERVER; gpu++) {
      all.add(activity(firstRank(server) + gpu, nanos));
    }
    return all;
  }

  private Activity activity(int rank, long nanos) {
    double compute = 0;
    double communication = 0;
    double checkpoint = 0;
    double steps = 0;
    for (Iterator<JobStep> it = recent.descendingIterator(); it.hasNext(); ) {
      JobStep step = it.next();
      long from = Math.max(step.startNanos, nanos - Nanos.SECOND);
      long to = Math.min(step.endNanos(), nanos);
      if (to <= from) {
        continue;
      }
      double share = (double) (to - from) / Nanos.SECOND / step.seconds();
      double working = step.compute(rank) - step.plan.collection() + step.optimizer();
      compute += share * (working + step.plan.evaluation());
      communication += share * step.communication(rank);
      checkpoint += share * step.plan.checkpoint();
      steps += share * step.plan.work();
    }
    return new Activity(compute, communication, checkpoint, steps);
  }

  /// A step as the ranks of a server tell it, in their order.
  ///
  /// @param originNanos the simulation's start, Unix nanoseconds
  List<TrainingStep> told(JobStep step, int server, long originNanos) {
    var told = new ArrayList<TrainingStep>(ClusterSpec.PER_SERVER);
    for (int gpu = 0; gpu < ClusterSpec.PER_SERVER; gpu++) {
      told.add(ranks[firstRank(server) + gpu].tell(step, originNanos));
    }
    return told;
  }

  /// That the ranks of a server started, or ended.
  ///
  /// @param name `training.started` or `training.ended`
  /// @param timeNanos Unix nanoseconds
  List<Occurrence> each(String name, int server, long timeNanos) {
    var events = new ArrayList<Occurrence>(ClusterSpec.PER_SERVER);
    for (int gpu = 0; gpu < ClusterSpec.PER_SERVER; gpu++) {
      String rank = Integer.toString(firstRank(server) + gpu);
      String body = "rank " + rank + " of " + spec.id() + name.substring(name.indexOf('.'));
      events.add(new Occurrence(name, timeNanos, body.replace('.', ' '), Map.of("dl.rank", rank)));
    }
    return events;
  }
}
