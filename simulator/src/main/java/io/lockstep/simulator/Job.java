package io.lockstep.simulator;

import io.lockstep.telemetry.otlp.Occurrence;
import io.lockstep.telemetry.otlp.TrainingStep;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/// A training job under way: works out its steps one after the other, as far as they are asked for.
/// All times are nanoseconds since the simulation's start.
final class Job {
  /// A server asks at most for its last second.
  private static final long KEPT_NANOS = 3 * Nanos.SECOND;

  final JobSpec spec;
  private final StepTimes times;
  private final Chance chance;
  private final double[] traits;
  private final JobStep.Slowdown slowdown;
  private final RankVoice[] ranks;
  private final Deque<JobStep> recent = new ArrayDeque<>();
  private JobStep last;

  /// @param servers all of the cluster, by index
  Job(ClusterSpec cluster, JobSpec spec, StepTimes times, List<ServerModel> servers) {
    this.spec = spec;
    this.times = times;
    this.chance = cluster.chance().of("job").of(spec.id());
    this.traits = new double[spec.ranks()];
    this.ranks = new RankVoice[spec.ranks()];
    for (int rank = 0; rank < traits.length; rank++) {
      int gpu = rank % ClusterSpec.PER_SERVER;
      traits[rank] = ServerModel.traits(cluster, spec.server(rank), gpu).slowdown();
      ranks[rank] = new RankVoice(cluster, spec, rank);
    }
    this.slowdown =
        (rank, nanos) ->
            servers
                .get(spec.server(rank))
                .ailments()
                .slowdown(rank % ClusterSpec.PER_SERVER, nanos);
    this.last = step(0, 0);
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

  boolean has(int server) {
    return server >= spec.firstServer() && server < spec.firstServer() + spec.servers();
  }

  private int firstRank(int server) {
    return (server - spec.firstServer()) * ClusterSpec.PER_SERVER;
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
