package io.lockstep.collector.detect;

import io.lockstep.collector.window.Iteration;
import io.lockstep.collector.window.JobWindow;
import io.lockstep.collector.window.Rank;
import io.lockstep.collector.window.Window;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.rules.Sentence;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Finds the rank that makes its job wait: within a group of equal work it works longest and waits
/// least. The subject is its GPU, so that the rank's slowness and its GPU's heat are one incident.
///
/// If too many are slow at once, the finding is about the job or the fabric, and nobody is accused;
/// if most of one server's ranks are, it is about the server. Of a job that has stopped it says no
/// more than that the job as a whole is not slow: nobody has seen its GPUs since. Of a job of which
/// only a part is heard here, because its other servers send elsewhere or not at all, it cannot
/// tell.
public final class StragglerDetector implements Detector {
  /// When a rank is slow.
  ///
  /// @param margin at least this much more own work than the group's median, as a share; 0.05 is
  ///   half of the 10 % from which on slowness is worth an action (Guard, arXiv 2605.17879)
  /// @param sigmas and at least so many standard deviations of the group's noise
  /// @param clear two iterations are enough where the margin is exceeded by this factor
  /// @param iterations else at least so many
  /// @param evidence the iterations must have lasted so long together
  /// @param lookback iterations among which those to judge by are looked for, at most 256
  /// @param warmUp the first iterations of an attempt that are left out
  /// @param peers a group needs at least so many ranks to be compared
  /// @param accusable above this share of the job's ranks (and above two) nobody is accused
  public record Config(
      double margin,
      double sigmas,
      double clear,
      int iterations,
      Duration evidence,
      int lookback,
      int warmUp,
      int peers,
      double accusable) {
    public static final Config DEFAULT =
        new Config(0.05, 5, 1.6, 3, Duration.ofSeconds(5), 100, 5, 4, 0.02);

    public Config {
      check("margin", margin, margin > 0 && margin < 1);
      check("sigmas", sigmas, sigmas >= 3);
      check("clear", clear, clear >= 1);
      check("iterations", iterations, iterations >= 3);
      check("evidence", evidence.toMillis() / 1e3, evidence.isPositive());
      check("lookback", lookback, lookback >= iterations && lookback <= JobWindow.KEPT);
      check("warm_up", warmUp, warmUp >= 0);
      check("peers", peers, peers >= 3);
      check("accusable", accusable, accusable > 0 && accusable < 0.5);
    }

    private static void check(String key, double value, boolean holds) {
      if (!holds) {
        throw new IllegalArgumentException(
            "straggler." + key + " is out of its range: " + Sentence.number(value));
      }
    }
  }

  private static final int ALWAYS_ACCUSABLE = 2;

  /// From so many slow ranks on, and half of a server's, the finding is about the server.
  private static final int RANKS_OF_A_SERVER = 3;

  private final Config config;

  public StragglerDetector(Config config) {
    this.config = config;
  }

  @Override
  public String name() {
    return "straggler";
  }

  @Override
  public Duration patience() {
    return Duration.ZERO;
  }

  @Override
  public Duration keep() {
    return Duration.ofSeconds(30);
  }

  @Override
  public void judge(Window window, Verdicts out) {
    for (JobWindow job : Jobs.live(window)) {
      judge(window, job, out);
    }
  }

  private void judge(Window window, JobWindow job, Verdicts out) {
    if (Jobs.ended(window, job)) {
      out.absent(subject(window, job));
    }
    List<Iteration> iterations = warm(job);
    if (iterations.isEmpty() || Jobs.idle(window, job) || !Hearing.isEnough(job)) {
      return;
    }
    var slow = new ArrayList<Straggler>();
    var fine = new ArrayList<Rank>();
    @Nullable Rank[] ranks = job.ranks();
    EqualWork.groups(ranks, iterations.getLast())
        .forEach((work, group) -> {
          if (group.length >= config.peers()) {
            var comparison = new PeerComparison(config, work, group, iterations);
            sort(comparison, ranks, job, slow, fine);
          }
        });
    tell(window, job, slow, fine, out);
  }

  private List<Iteration> warm(JobWindow job) {
    long first = job.firstIteration() + config.warmUp();
    return job.iterations().stream().filter(iteration -> iteration.number() >= first).toList();
  }

  private static void sort(
      PeerComparison comparison,
      @Nullable Rank[] ranks,
      JobWindow job,
      List<Straggler> slow,
      List<Rank> fine) {
    for (int member = 0; member < comparison.ranks().length; member++) {
      Rank rank = ranks[comparison.ranks()[member]];
      if (rank == null) {
        continue;
      }
      switch (comparison.verdict(member)) {
        case SLOW -> slow.add(new Straggler(job, rank, comparison, member));
        case FINE -> fine.add(rank);
        case UNCLEAR -> {}
      }
    }
  }

  private void tell(
      Window window, JobWindow job, List<Straggler> slow, List<Rank> fine, Verdicts out) {
    fine.forEach(rank -> out.absent(key(window, rank)));
    Map<String, List<Straggler>> byHost = new HashMap<>();
    slow.forEach(one -> byHost.computeIfAbsent(one.rank().host(), _ -> new ArrayList<>()).add(one));
    Map<String, Integer> ranksOfHost = ranksOfHosts(job);
    int accused = 0;
    for (var host : byHost.entrySet()) {
      accused += isServer(host.getValue(), ranksOfHost) ? 1 : host.getValue().size();
    }
    SubjectKey whole = subject(window, job);
    if (accused > Math.max(ALWAYS_ACCUSABLE, config.accusable() * job.expected())) {
      out.present(whole, SlowJob.finding(job, slow));
      return;
    }
    if (!fine.isEmpty()) {
      out.absent(whole);
    }
    fine.stream()
        .map(Rank::host)
        .distinct()
        .filter(host -> !byHost.containsKey(host))
        .forEach(host -> out.absent(server(window, host)));
    byHost.forEach((host, ones) -> accuse(window, host, ones, ranksOfHost, out));
  }

  private static void accuse(
      Window window,
      String host,
      List<Straggler> slow,
      Map<String, Integer> ranksOfHost,
      Verdicts out) {
    if (isServer(slow, ranksOfHost)) {
      out.present(server(window, host), SlowServer.finding(host, slow, ranksOfHost));
    } else {
      out.absent(server(window, host));
      for (Straggler one : slow) {
        out.present(key(window, one.rank()), SlowGpu.finding(window, one));
      }
    }
  }

  private static boolean isServer(List<Straggler> slow, Map<String, Integer> ranksOfHost) {
    int ranks = ranksOfHost.getOrDefault(slow.getFirst().rank().host(), slow.size());
    return slow.size() >= RANKS_OF_A_SERVER && 2 * slow.size() >= ranks;
  }

  private static Map<String, Integer> ranksOfHosts(JobWindow job) {
    Map<String, Integer> ranks = new HashMap<>();
    for (Rank rank : job.ranks()) {
      if (rank != null) {
        ranks.merge(rank.host(), 1, Integer::sum);
      }
    }
    return ranks;
  }

  private static SubjectKey subject(Window window, JobWindow job) {
    return new SubjectKey(window.cluster(), "", "job/" + job.job());
  }

  private static SubjectKey server(Window window, String host) {
    return new SubjectKey(window.cluster(), host, Table.HOST_SUBJECT);
  }

  /// The rank's GPU by its UUID; else by its index; else the rank itself.
  private static SubjectKey key(Window window, Rank rank) {
    return new SubjectKey(window.cluster(), rank.host(), Gpus.subject(window, rank));
  }
}
