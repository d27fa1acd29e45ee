package io.lockstep.collector.http;

import io.lockstep.collector.detect.JobUse;
import io.lockstep.collector.http.IncidentView.AlertView;
import io.lockstep.collector.http.IncidentView.Evidence;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// A cluster of made-up values for tests and for looking at the page: one slow GPU, one flapping
/// port and one silent server where there are servers enough, all from a seed and the time asked
/// for.
///
/// @param cluster its name
/// @param servers of 8 GPUs and 8 ports each
/// @param faulty whether something is wrong
/// @param started when the job began
final record MadeUpViews(String cluster, int servers, boolean faulty, Instant started)
    implements Views {
  static final int SLOW = 17;
  static final int FLAPPING = 40;
  static final int SILENT = 9;
  static final String HOSTILE =
      "<img src=x onerror=alert(1)><script>document.title='owned'</script> & \"quoted\" "
          + "x".repeat(200);

  private static final double STEP_SECONDS = 3.2;
  private static final int SLOW_FROM = 240;

  @Override
  public Snapshot at(Instant now) {
    var hosts = new ArrayList<HostView>();
    var random = new Random(now.getEpochSecond());
    for (int i = 0; i < servers; i++) {
      hosts.add(host(i, random));
    }
    return new Snapshot(new ClusterView(cluster, now, hosts), jobs(now), incidents(now));
  }

  static String hostName(int number) {
    return "node-%04d".formatted(number + 1);
  }

  private boolean broken(int kind, int server) {
    return faulty && server == kind % Math.max(1, servers) && servers > 3;
  }

  private HostView host(int number, Random random) {
    boolean silent = broken(SILENT, number);
    var gpus = new ArrayList<GpuView>();
    var ports = new ArrayList<PortView>();
    for (int i = 0; i < 8; i++) {
      gpus.add(gpu(number, i, silent, random));
      ports.add(port(number, i, silent, random));
    }
    return new HostView(
        hostName(number),
        silent ? HostView.State.SILENT : HostView.State.OK,
        silent ? 312.4 : 0.4 + random.nextDouble(),
        0.002 * random.nextGaussian(),
        silent ? null : 0.31 + 0.05 * random.nextDouble(),
        silent ? null : 0.98,
        silent ? null : 41 + random.nextDouble(),
        silent ? null : 412e9,
        silent ? null : 1.6e12,
        gpus,
        ports,
        checks(number),
        differences(number));
  }

  /// Also one whose output is what nobody should trust.
  private List<CheckView> checks(int server) {
    Instant changed = started.plusSeconds(600);
    var checks = new ArrayList<CheckView>();
    checks.add(new CheckView("ntp", CheckView.State.OK, null, null, 4));
    checks.add(
        new CheckView(
            "scratch", CheckView.State.OK, changed, "/scratch has 71 % of its space free", 4));
    if (broken(SLOW, server)) {
      checks.add(new CheckView("fabric", CheckView.State.CRITICAL, changed, HOSTILE, 12));
      checks.add(new CheckView("smart", CheckView.State.UNKNOWN, null, null, 51));
      checks.add(
          new CheckView("nfs_home", CheckView.State.WARNING, changed, "/home answers in 2.3 s", 8));
    }
    return checks;
  }

  private List<DifferenceView> differences(int server) {
    if (!broken(SLOW, server)) {
      return List.of();
    }
    Instant found = started.plusSeconds(30);
    return List.of(
        new DifferenceView(
            "memory.bytes", true, "2TiB", "1.9TiB", "2TiB expected, found 1.9TiB", found),
        new DifferenceView("gpu.7.serial", false, "1654922005531", "", "it is gone", found),
        new DifferenceView("net/eth0.mtu", false, null, null, null, null));
  }

  private GpuView gpu(int server, int index, boolean silent, Random random) {
    String id = "GPU-%08x-1a2b-3c4d-5e6f-%012x".formatted(server * 8 + index, server * 31L + index);
    int rank = server * 8 + index;
    if (silent) {
      return new GpuView(
          id,
          index,
          GpuView.State.UNKNOWN,
          null,
          null,
          null,
          null,
          null,
          List.of(),
          "llama-70b",
          rank,
          312.4);
    }
    boolean slow = broken(SLOW, server) && index == 3;
    return new GpuView(
        id,
        index,
        slow ? GpuView.State.SLOW : GpuView.State.OK,
        (slow ? 87 : 61 + index % 4 * 2) + 2 * random.nextGaussian(),
        Math.min(1, 0.985 + 0.005 * random.nextGaussian()),
        (slow ? 1.365e9 : 1.755e9) + 15e6 * random.nextInt(4),
        (slow ? 512 : 640) + 12 * random.nextGaussian(),
        71.3e9,
        slow ? List.of("software thermal slowdown") : List.of(),
        "llama-70b",
        rank,
        0.7);
  }

  private PortView port(int server, int index, boolean silent, Random random) {
    String id = "mlx5_" + index + "/1";
    if (silent) {
      return new PortView(id, PortView.State.UNKNOWN, null, null, null, null, null, null, 312.4);
    }
    boolean flapping = broken(FLAPPING, server) && index == 4;
    double traffic = 21e9 + 1e9 * random.nextGaussian();
    return new PortView(
        id,
        flapping ? PortView.State.FLAPPING : PortView.State.OK,
        !flapping,
        50e9,
        flapping ? null : traffic,
        flapping ? null : traffic,
        flapping ? 7 : 0,
        0.0,
        0.7);
  }

  private List<JobView> jobs(Instant now) {
    if (servers == 0) {
      return List.of();
    }
    long newest = (long) (Duration.between(started, now).toMillis() / 1000.0 / STEP_SECONDS);
    var steps = new ArrayList<JobView.Step>();
    for (long i = Math.max(0, newest - 255); i <= newest; i++) {
      Instant ended = started.plusMillis((long) (i * STEP_SECONDS * 1000));
      steps.add(new JobView.Step(i, ended, stepSeconds(i)));
    }
    int ranks = servers * 8;
    int silent = faulty && servers > 3 ? 8 : 0;
    return List.of(
        new JobView(
            "llama-70b",
            "0",
            newest,
            ranks,
            ranks - silent,
            null,
            1.2,
            steps,
            slowRanks(),
            List.of("i-1", "i-2", "i-3")));
  }

  /// Noise, a checkpoint every 100 steps, and the slow GPU.
  private double stepSeconds(long iteration) {
    var random = new Random(iteration);
    double noise = 1 + 0.004 * random.nextGaussian();
    double slow = faulty && servers > 3 && iteration > SLOW_FROM ? 1.11 : 1;
    double checkpoint = iteration % 100 == 50 ? 14 : 0;
    return STEP_SECONDS * noise * slow + checkpoint;
  }

  private List<JobView.SlowRank> slowRanks() {
    if (!faulty || servers <= 3) {
      return List.of();
    }
    int server = SLOW % servers;
    return List.of(new JobView.SlowRank(server * 8 + 3, hostName(server), null, 3, 2.97, 2.66));
  }

  private List<IncidentView> incidents(Instant now) {
    var incidents = new ArrayList<IncidentView>();
    if (faulty && servers > 3) {
      incidents.add(slowGpu(now));
      incidents.add(flap(now));
      incidents.add(silence(now));
    }
    if (servers > 0) {
      incidents.add(resolvedPort());
    }
    return incidents;
  }

  private IncidentView slowGpu(Instant now) {
    String host = hostName(SLOW % servers);
    Instant onset = started.plusSeconds((long) (SLOW_FROM * STEP_SECONDS));
    return incident(
        "i-1",
        "gpu-slow",
        host,
        "GPU-00000011",
        "warning",
        "evacuate",
        onset,
        null,
        "Slow GPU 3 on " + host,
        "GPU 3 on "
            + host
            + " (rank 139) computes 11.7 % longer than its peers because it runs hot: 87 °C,"
            + " clock 1365 instead of 1755 MHz.",
        List.of(
            new Evidence("own_work_seconds", 2.97),
            new Evidence("peers_own_work_seconds", 2.66),
            new Evidence("slowdown_percent", 11.65),
            new Evidence("temperature_celsius", 87.2),
            new Evidence("clock_hertz", 1.365e9),
            new Evidence("steps", 12)),
        now);
  }

  private IncidentView flap(Instant now) {
    String host = hostName(FLAPPING % servers);
    return incident(
        "i-2",
        "port-flapping",
        host,
        "mlx5_4/1",
        "warning",
        "watch",
        started.plusSeconds(840),
        null,
        "Port mlx5_4/1 flaps on " + host,
        "Port mlx5_4/1 of " + host + " went down and came back 3 times in 5 minutes.",
        List.of(new Evidence("cycles", 3), new Evidence("down_seconds", 14.5)),
        now);
  }

  private IncidentView silence(Instant now) {
    String host = hostName(SILENT % servers);
    return incident(
        "i-3",
        "host-silent",
        host,
        "host",
        "critical",
        "checkpoint",
        started.plusSeconds(680),
        null,
        host + " is silent",
        "Nothing has been heard from " + host + " for 5 minutes, while its 8 ranks go on.",
        List.of(new Evidence("age_seconds", 312.4), new Evidence("ranks_going_on", 8)),
        now);
  }

  private IncidentView resolvedPort() {
    return incident(
        "i-0",
        "port-down",
        hostName(0),
        "mlx5_7/1",
        "warning",
        "watch",
        started.minusSeconds(4000),
        started.minusSeconds(3000),
        "Port mlx5_7/1 down on " + hostName(0),
        "Port mlx5_7/1 of " + hostName(0) + " carried no traffic for 16 minutes.",
        List.of(new Evidence("down_seconds", 1000)),
        started);
  }

  private IncidentView incident(
      String id,
      String kind,
      String host,
      String subject,
      String severity,
      String action,
      Instant onset,
      @Nullable Instant resolved,
      String title,
      String summary,
      List<Evidence> evidence,
      Instant now) {
    String state = resolved == null ? "open" : "resolved";
    var alert = new AlertView(kind, subject, state, onset, resolved, summary);
    return new IncidentView(
        id,
        cluster,
        kind,
        host,
        subject,
        severity,
        action,
        state,
        onset,
        onset.isAfter(now) ? onset : onset.plusSeconds(8),
        resolved,
        title,
        summary,
        evidence,
        List.of(new JobUse("slurm", "4711", "0", List.of(3), 64)),
        kind,
        List.of(alert),
        List.of());
  }
}
