package io.lockstep.collector.window;

import io.lockstep.telemetry.rows.Step;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The jobs of a cluster, by job and attempt. One thread adds and seals; any thread may read the
/// list.
final class Jobs {
  /// A job that was not heard for so long is forgotten.
  private static final long FORGOTTEN_NANOS = 3600L * 1_000_000_000;

  /// A job that was not heard for so long makes room for a new one.
  private static final long IDLE_NANOS = 600L * 1_000_000_000;

  private record Key(String job, String attempt) {}

  private final int limit;
  private final int rankLimit;
  private final Map<Key, JobWindow> jobs = new LinkedHashMap<>();
  private volatile List<JobWindow> list = List.of();

  Jobs(int limit, int rankLimit) {
    this.limit = limit;
    this.rankLimit = rankLimit;
  }

  List<JobWindow> list() {
    return list;
  }

  /// The job that a step belongs to; null when there is no room for the job or the rank.
  @Nullable JobWindow of(Step step, long arrivalNanos) {
    if (step.rank() < 0 || step.rank() >= rankLimit || step.worldSize() > rankLimit) {
      return null;
    }
    var key = new Key(step.job(), step.attempt());
    JobWindow job = jobs.get(key);
    if (job == null) {
      job = add(key, step, arrivalNanos);
    } else if (step.rank() >= job.room() && rooms() - job.room() + step.rank() >= rankLimit) {
      return null;
    }
    return job;
  }

  /// Takes what was known of a job before; of one that is unknown now when there is room.
  void recall(JobWindow before) {
    var key = new Key(before.job(), before.attempt());
    JobWindow job = jobs.get(key);
    if (job != null) {
      job.recall(before);
    } else if (jobs.size() < limit && rooms() + before.room() <= rankLimit) {
      jobs.put(key, before);
      list = List.copyOf(jobs.values());
    }
  }

  private @Nullable JobWindow add(Key key, Step step, long arrivalNanos) {
    if (jobs.size() >= limit || rooms() + step.rank() >= rankLimit) {
      forget(arrivalNanos - IDLE_NANOS);
    }
    if (jobs.size() >= limit || rooms() + step.rank() >= rankLimit) {
      return null;
    }
    var job = new JobWindow(key.job, key.attempt);
    jobs.put(key, job);
    list = List.copyOf(jobs.values());
    return job;
  }

  private int rooms() {
    int rooms = 0;
    for (JobWindow job : jobs.values()) {
      rooms += job.room();
    }
    return rooms;
  }

  private void forget(long heardBeforeNanos) {
    if (jobs.values().removeIf(job -> job.lastArrivalNanos() < heardBeforeNanos)) {
      list = List.copyOf(jobs.values());
    }
  }

  void seal(long nowNanos) {
    forget(nowNanos - FORGOTTEN_NANOS);
    jobs.values().forEach(job -> job.seal(nowNanos));
  }
}
