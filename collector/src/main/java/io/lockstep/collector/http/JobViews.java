package io.lockstep.collector.http;

import io.lockstep.collector.alert.Incident;
import io.lockstep.collector.detect.Hearing;
import io.lockstep.collector.detect.IncidentKind;
import io.lockstep.collector.window.Iteration;
import io.lockstep.collector.window.JobWindow;
import io.lockstep.collector.window.Rank;
import io.lockstep.collector.window.Window;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The jobs that were heard lately, from the window's iterations.
final class JobViews {
  /// A job without a step for so many of its steps, or seconds, does not go on: a checkpoint or an
  /// evaluation takes as long as some steps.
  private static final double STEPS_STANDING = 10;

  private static final double SECONDS_STANDING = 60;

  private final Window window;
  private final Seats seats;
  private final Collection<Incident> incidents;
  private final double nowSeconds;

  JobViews(Window window, Seats seats, Collection<Incident> incidents, double nowSeconds) {
    this.window = window;
    this.seats = seats;
    this.incidents = incidents;
    this.nowSeconds = nowSeconds;
  }

  /// Whether its steps go on.
  static boolean goesOn(JobWindow job, double nowSeconds) {
    double step = job.medianStepSeconds();
    double wait = Double.isNaN(step) ? SECONDS_STANDING : STEPS_STANDING * step;
    return nowSeconds - job.lastArrivalNanos() / 1e9 < Math.max(SECONDS_STANDING, wait);
  }

  /// By name and attempt.
  List<JobView> all() {
    return window.jobs().stream()
        .filter(job -> age(job) < Seats.FORGOTTEN_SECONDS)
        .sorted(Comparator.comparing(JobWindow::job).thenComparing(JobWindow::attempt))
        .map(this::view)
        .toList();
  }

  private double age(JobWindow job) {
    return Math.max(0, nowSeconds - job.lastArrivalNanos() / 1e9);
  }

  private JobView view(JobWindow job) {
    Iteration last = job.last();
    boolean live = goesOn(job, nowSeconds);
    return new JobView(
        job.job(),
        job.attempt(),
        last == null ? null : last.number(),
        job.expected() == 0 ? null : job.expected(),
        last == null || !live ? 0 : last.reported(),
        Hearing.isEnough(job) ? null : Hearing.words(job),
        age(job),
        steps(job),
        slow(job),
        incidents(job));
  }

  private List<String> incidents(JobWindow job) {
    if (incidents.isEmpty()) {
      return List.of();
    }
    Set<String> hosts = new HashSet<>();
    for (Rank rank : job.ranks()) {
      if (rank != null) {
        hosts.add(rank.host());
      }
    }
    return incidents.stream()
        .filter(one -> hosts.contains(one.subject().host()) || isAbout(one, job))
        .map(Incident::id)
        .toList();
  }

  private static boolean isAbout(Incident incident, JobWindow job) {
    return incident.subject().subject().equals("job/" + job.job());
  }

  private static List<JobView.Step> steps(JobWindow job) {
    var steps = new ArrayList<JobView.Step>();
    for (Iteration one : job.iterations()) {
      if (!Double.isNaN(one.stepSeconds())) {
        Instant ended = Instant.ofEpochSecond(0, one.endNanos());
        steps.add(new JobView.Step(one.number(), ended, one.stepSeconds()));
      }
    }
    return steps;
  }

  private List<JobView.SlowRank> slow(JobWindow job) {
    var slow = new ArrayList<JobView.SlowRank>();
    for (Incident incident : incidents) {
      if (incident.isOpen() && incident.kind() == IncidentKind.GPU_SLOW) {
        var seat = seats.at(incident.subject().host(), incident.subject().subject());
        if (seat != null && seat.job().equals(job.job())) {
          slow.add(slow(incident, seat));
        }
      }
    }
    slow.sort(Comparator.comparingDouble((JobView.SlowRank rank) -> -excess(rank)));
    return slow;
  }

  private static double excess(JobView.SlowRank rank) {
    return rank.ownSeconds() == null || rank.peerSeconds() == null
        ? 0
        : rank.ownSeconds() / rank.peerSeconds();
  }

  private JobView.SlowRank slow(Incident incident, Seats.Seat seat) {
    Map<String, Double> evidence = incident.lead().finding().evidence();
    String host = incident.subject().host();
    return new JobView.SlowRank(
        seat.rank().rank(),
        host,
        seat.subject(),
        HostViews.index(window, host, seat.subject()),
        evidence.get("own_work_seconds"),
        evidence.get("peers_own_work_seconds"));
  }
}
