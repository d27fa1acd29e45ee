package io.lockstep.collector.window;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.rows.Batch;
import io.lockstep.telemetry.rows.GpuJob;
import io.lockstep.telemetry.rows.Row;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Which jobs use which GPU, as the agents see it. An agent says again all ten seconds who uses a
/// GPU: with the number of its jobs come all of them, so that one that is not named any more has
/// ended. Of a GPU that can't be asked any more the last word counts for [#KEPT_NANOS]. One thread
/// writes, any may read.
final class GpuJobs {
  /// A GPU that is lost has no jobs to tell; who used it when it was lost is what one wants to
  /// know.
  private static final long KEPT_NANOS = 600L * 1_000_000_000;

  private static final int GPUS_MAX = 256;
  private static final int JOBS_MAX = 64;
  private static final String GPU = "gpu/";
  private static final Column JOBS = Contract.column(Table.PART, "gpu_jobs");

  private record Said(long timeNanos, long arrivalNanos, List<GpuJob> jobs) {}

  private final Map<String, Map<String, Said>> hosts = new ConcurrentHashMap<>();

  /// Takes what a batch says of the jobs of a host that there is room for.
  void take(Batch batch, Hosts known, long arrivalNanos) {
    for (Row row : batch.rows()) {
      if (row.table() == Table.PART
          && row.subject().startsWith(GPU)
          && row.has(JOBS)
          && known.get(row.host()) != null) {
        String gpu = row.subject().substring(GPU.length());
        put(row.host(), gpu, new Said(row.timeNanos(), arrivalNanos, named(batch, row, gpu)));
      }
    }
  }

  private static List<GpuJob> named(Batch batch, Row row, String gpu) {
    var jobs = new ArrayList<GpuJob>();
    for (GpuJob job : batch.jobs()) {
      boolean here = job.gpu().equals(gpu) && job.host().equals(row.host());
      if (here && job.timeNanos() == row.timeNanos() && jobs.size() < JOBS_MAX) {
        jobs.add(job);
      }
    }
    return List.copyOf(jobs);
  }

  private void put(String host, String gpu, Said said) {
    Map<String, Said> gpus = hosts.computeIfAbsent(host, _ -> new ConcurrentHashMap<>());
    Said before = gpus.get(gpu);
    boolean room = before != null || gpus.size() < GPUS_MAX;
    if (room && (before == null || before.timeNanos < said.timeNanos)) {
      gpus.put(gpu, said);
    }
  }

  /// The jobs on each GPU of a host, by UUID; without those that were last heard of too long ago.
  Map<String, List<GpuJob>> of(String host, long nowNanos) {
    Map<String, List<GpuJob>> jobs = new HashMap<>();
    hosts
        .getOrDefault(host, Map.of())
        .forEach((gpu, said) -> {
          if (nowNanos - said.arrivalNanos < KEPT_NANOS) {
            jobs.put(gpu, said.jobs);
          }
        });
    return jobs;
  }

  /// The jobs on one GPU; empty when there is none, or nobody knows.
  List<GpuJob> of(String host, String gpu, long nowNanos) {
    Said said = hosts.getOrDefault(host, Map.of()).get(gpu);
    return said == null || nowNanos - said.arrivalNanos >= KEPT_NANOS ? List.of() : said.jobs;
  }
}
