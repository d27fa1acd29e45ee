package io.lockstep.simulator;

import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;

/// What cluster to make up: servers of eight GPUs and eight InfiniBand ports, and the jobs on them.
/// The same spec always gives the same cluster, to the byte.
///
/// @param cluster its name; two clusters of one seed with different names have different GPUs
/// @param servers how many, 1 to 100,000
/// @param seed everything that is random comes from it
/// @param jobs what runs on it; no two on one server; empty for an idle cluster
public record ClusterSpec(String cluster, int servers, long seed, List<JobSpec> jobs) {
  /// GPUs, and InfiniBand ports, of each server.
  public static final int PER_SERVER = 8;

  /// The ports of each server, in order: `mlx5_0/1` …
  static final List<String> PORTS =
      IntStream.range(0, PER_SERVER).mapToObj(i -> "mlx5_" + i + "/1").toList();

  public ClusterSpec {
    jobs = List.copyOf(jobs);
    var taken = new boolean[checked(servers)];
    var ids = new HashSet<String>();
    for (JobSpec job : jobs) {
      take(taken, job);
      if (!ids.add(job.id())) {
        throw new IllegalArgumentException("two jobs are called " + job.id());
      }
    }
  }

  /// One job over all servers.
  ///
  /// @param stepSeconds length of a healthy step, 0.05 to 600 s
  public ClusterSpec(int servers, long seed, double stepSeconds) {
    this("demo", servers, seed, List.of(JobSpec.over(checked(servers), stepSeconds)));
  }

  /// Two jobs and a spare server where there are 8 servers or more, else one job over all: a job
  /// that is stopped by a fault leaves the other alone.
  ///
  /// @param stepSeconds length of a healthy step, 0.05 to 600 s
  public static ClusterSpec withSpare(int servers, long seed, double stepSeconds) {
    if (checked(servers) < 8) {
      return new ClusterSpec(servers, seed, stepSeconds);
    }
    int large = (servers - 1) * 4 / 5 / 4 * 4;
    int small = servers - 1 - large;
    return new ClusterSpec(
        "demo",
        servers,
        seed,
        List.of(
            JobSpec.over(large, stepSeconds),
            new JobSpec("vision", large, small, 1, stepSeconds, JobSpec.Work.DEFAULT)));
  }

  private static int checked(int servers) {
    if (servers < 1 || servers > 100_000) {
      throw new IllegalArgumentException("servers must be 1 to 100000, is " + servers);
    }
    return servers;
  }

  private static void take(boolean[] taken, JobSpec job) {
    int end = job.firstServer() + job.servers();
    if (end > taken.length) {
      throw new IllegalArgumentException(
          "job %s is to have servers %d to %d, there are %d"
              .formatted(job.id(), job.firstServer() + 1, end, taken.length));
    }
    for (int i = job.firstServer(); i < end; i++) {
      if (taken[i]) {
        throw new IllegalArgumentException(
            "server %d has two jobs, one of them %s".formatted(i + 1, job.id()));
      }
      taken[i] = true;
    }
  }

  /// Ranks of all jobs together.
  public int ranks() {
    return jobs.stream().mapToInt(JobSpec::ranks).sum();
  }

  /// A server's `host.name`: `node-0001` for server 0.
  public String host(int server) {
    return "node-%04d".formatted(server + 1);
  }

  /// The UUID of a GPU, in NVIDIA's form.
  ///
  /// @param index the driver's index on its server, from 0
  public String gpu(int server, int index) {
    Chance bits = chance().of("gpu").of(server).of(index);
    return "GPU-" + new UUID(bits.bits(0), bits.bits(1));
  }

  /// A port's id: `mlx5_0/1` for port 0.
  public static String port(int index) {
    return PORTS.get(index);
  }

  Chance chance() {
    return new Chance(seed).of(cluster);
  }
}
