package io.lockstep.simulator;

import io.lockstep.simulator.Job.Attempt;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A job through all its attempts. A lost GPU stops a synchronous job at once; half a minute later
/// it starts again, from its last checkpoint, with a spare server in the place of the one that lost
/// the GPU. Without a spare it stays down. All times are nanoseconds since the simulation's start.
final class Training {
  private static final long RESTART_NANOS = 30 * Nanos.SECOND;

  private final ClusterSpec cluster;
  private final JobSpec spec;
  private final StepTimes times;
  private final List<ServerModel> servers;
  private final Deque<Integer> spares;
  private @Nullable Job job;
  private Attempt attempt;
  private boolean starts = true;
  private long resumeAt;

  /// A step that ended.
  record Ended(Job job, JobStep step) {}

  /// @param servers all of the cluster, by index
  /// @param spares servers that no job has; shared by all jobs
  Training(
      ClusterSpec cluster,
      JobSpec spec,
      StepTimes times,
      List<ServerModel> servers,
      Deque<Integer> spares) {
    this.cluster = cluster;
    this.spec = spec;
    this.times = times;
    this.servers = servers;
    this.spares = spares;
    this.attempt = Attempt.first(spec);
    this.job = new Job(cluster, spec, attempt, times, servers);
  }

  /// The attempt that is under way; null while the job is down.
  @Nullable Job job() {
    return job;
  }

  boolean has(int server) {
    return job != null && attempt.seats().contains(server);
  }

  /// Whether the present attempt began in the time that was asked for last.
  boolean starts() {
    return starts;
  }

  /// Lives through a time.
  ///
  /// @return the steps that ended in it, oldest first
  List<Ended> advance(long from, long to) {
    starts = from == 0;
    if (job == null && attempt.startNanos() >= from && attempt.startNanos() < to) {
      job = new Job(cluster, spec, attempt, times, servers);
      starts = true;
    }
    Job running = job;
    if (running == null) {
      return List.of();
    }
    for (int seat = 0; seat < attempt.seats().size(); seat++) {
      long loss = servers.get(attempt.seats().get(seat)).ailments().lossBetween(from, to);
      if (loss >= 0) {
        List<Ended> ended = ended(running, loss);
        stop(seat, loss);
        return ended;
      }
    }
    return ended(running, to);
  }

  private List<Ended> ended(Job running, long until) {
    var ended = new ArrayList<Ended>();
    for (JobStep step : running.advance(until)) {
      ended.add(new Ended(running, step));
      if (step.plan.checkpoint() > 0) {
        resumeAt = step.iteration + 1;
      }
    }
    return ended;
  }

  private void stop(int seat, long loss) {
    job = null;
    if (spares.isEmpty()) {
      return;
    }
    var seats = new ArrayList<>(attempt.seats());
    seats.set(seat, spares.removeFirst());
    attempt = new Attempt(attempt.number() + 1, seats, resumeAt, loss + RESTART_NANOS);
  }
}
