package io.lockstep.simulator;

import io.lockstep.telemetry.otlp.Occurrence;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A cluster in virtual time: says what every agent and rank would send, second by second. The same
/// spec, faults, step times and start give the same requests, to the byte. One thread.
///
/// The servers' seconds are spread evenly over the second, and their steps over a fraction of it.
public final class Simulation {
  static final String VERSION = "simulated";

  /// From a step's end to when the last agent has sent it.
  private static final long TOLD_NANOS = 150_000_000L;

  private final ClusterSpec spec;
  private final List<Injected> faults;
  private final long originNanos;
  private final List<ServerModel> servers = new ArrayList<>();
  private final List<AgentVoice> agents = new ArrayList<>();
  private final List<Training> jobs = new ArrayList<>();
  private final List<Parcel> later = new ArrayList<>();
  private long second;

  /// Steps as usual.
  ///
  /// @param faults as [Injected#place] gives them
  /// @param originNanos the start, Unix nanoseconds
  public Simulation(ClusterSpec spec, List<Injected> faults, long originNanos) {
    this(spec, faults, usual(spec), originNanos);
  }

  /// @param faults as [Injected#place] gives them
  /// @param times the same for every job
  /// @param originNanos the start, Unix nanoseconds
  public Simulation(ClusterSpec spec, List<Injected> faults, StepTimes times, long originNanos) {
    this(spec, faults, Collections.nCopies(spec.jobs().size(), times), originNanos);
  }

  private Simulation(
      ClusterSpec spec, List<Injected> faults, List<StepTimes> times, long originNanos) {
    this.spec = spec;
    this.faults = List.copyOf(faults);
    this.originNanos = originNanos;
    var names = new ServerModel.Names();
    for (int i = 0; i < spec.servers(); i++) {
      var server = new ServerModel(spec, i, Ailments.of(i, this.faults), names);
      servers.add(server);
      agents.add(new AgentVoice(spec, i, originNanos, server.uptimeAtStart()));
    }
    Deque<Integer> spares = spares();
    for (int i = 0; i < times.size(); i++) {
      jobs.add(new Training(spec, spec.jobs().get(i), times.get(i), servers, spares));
    }
  }

  /// Servers without a job and without a fault.
  private Deque<Integer> spares() {
    var spares = new ArrayDeque<Integer>();
    for (int i = 0; i < spec.servers(); i++) {
      int server = i;
      if (spec.jobs().stream().noneMatch(job -> job.has(server))
          && faults.stream().noneMatch(fault -> fault.server() == server)) {
        spares.add(server);
      }
    }
    return spares;
  }

  private static List<StepTimes> usual(ClusterSpec spec) {
    return spec.jobs().stream().map(job -> StepTimes.usual(spec, job, Pauses.DEFAULT)).toList();
  }

  /// What is really broken, in the order it was ordered.
  public List<Injected> faults() {
    return faults;
  }

  /// Seconds simulated so far.
  public long second() {
    return second;
  }

  /// How far it has come, Unix nanoseconds.
  public long nowNanos() {
    return originNanos + second * Nanos.SECOND;
  }

  /// Simulates whole seconds up to this time.
  ///
  /// @param out as in [#advance]
  public void advanceTo(Instant time, Consumer<Parcel> out) {
    while (nowNanos() + Nanos.SECOND <= Nanos.of(time)) {
      advance(out);
    }
  }

  /// The next second: every server's round, what happened, and the steps that ended.
  ///
  /// @param out takes each request of this second, in the order of time
  public void advance(Consumer<Parcel> out) {
    long from = second * Nanos.SECOND;
    long to = from + Nanos.SECOND;
    List<Parcel> now = new ArrayList<>();
    var ended = new ArrayList<Training.Ended>();
    jobs.forEach(job -> ended.addAll(job.advance(from, to)));
    servers.forEach(server -> round(server, from, now));
    ended.forEach(one -> tell(one.job(), one.step(), now));
    second++;
    send(now, originNanos + to, out);
  }

  private void round(ServerModel server, long from, List<Parcel> now) {
    long nanos = from + server.index() * Nanos.SECOND / spec.servers();
    AgentVoice agent = agents.get(server.index());
    Training training = training(server.index());
    Job job = training == null ? null : training.job();
    List<Activity> activities =
        job == null
            ? Collections.nCopies(ClusterSpec.PER_SERVER, Activity.NONE)
            : job.activities(server.index(), nanos);
    ServerModel.Round round = server.tick(nanos, originNanos, activities);
    if (server.ailments().silent(nanos)) {
      agent.fallSilent();
      return;
    }
    var events = new ArrayList<Occurrence>();
    if (!agent.running()) {
      events.add(agent.start(nanos));
    }
    if (training != null && job != null && training.starts()) {
      events.addAll(job.each("training.started", server.index(), originNanos + nanos));
    }
    events.addAll(round.events());
    if (!events.isEmpty()) {
      now.add(agent.events(nanos, events));
    }
    now.add(agent.metrics(nanos, round.samples()));
  }

  private @Nullable Training training(int server) {
    return jobs.stream().filter(one -> one.has(server)).findFirst().orElse(null);
  }

  private void tell(Job job, JobStep step, List<Parcel> now) {
    List<Integer> seats = job.seats();
    for (int i = 0; i < seats.size(); i++) {
      int server = seats.get(i);
      long nanos = step.endNanos() + (i + 1) * TOLD_NANOS / seats.size();
      AgentVoice agent = agents.get(server);
      if (i == 0 && step.plan.checkpoint() > 0) {
        now.add(agent.events(nanos, List.of(saved(step))));
      }
      now.add(agent.steps(nanos, job.told(step, server, originNanos)));
    }
  }

  private Occurrence saved(JobStep step) {
    return new Occurrence(
        "training.checkpoint.saved",
        originNanos + step.endNanos(),
        "The job saved a checkpoint at iteration " + step.iteration,
        Map.of(
            "training.iteration",
            Long.toString(step.iteration),
            "training.checkpoint.duration",
            "%.3f".formatted(step.plan.checkpoint())));
  }

  /// What is sent before this time now, in the order of time; the rest with the next second.
  private void send(List<Parcel> now, long until, Consumer<Parcel> out) {
    now.addAll(later);
    later.clear();
    now.sort(Comparator.comparingLong(Parcel::timeNanos).thenComparingInt(Parcel::server));
    for (Parcel parcel : now) {
      if (parcel.timeNanos() < until) {
        out.accept(parcel);
      } else {
        later.add(parcel);
      }
    }
  }

  /// Ends it in good order: the steps that ended are told, and agents and ranks say goodbye, so
  /// that nobody takes them for silent.
  ///
  /// @param out takes each request
  public void stop(Consumer<Parcel> out) {
    later.forEach(out);
    later.clear();
    long nanos = second * Nanos.SECOND;
    for (int server = 0; server < agents.size(); server++) {
      AgentVoice agent = agents.get(server);
      Training training = training(server);
      Job job = training == null ? null : training.job();
      if (agent.running()) {
        var events = new ArrayList<Occurrence>();
        if (job != null) {
          events.addAll(job.each("training.ended", server, originNanos + nanos));
        }
        events.add(stopped(nanos));
        out.accept(agent.events(nanos, events));
      }
    }
  }

  private Occurrence stopped(long nanos) {
    return new Occurrence(
        "lockstep.agent.stopped", originNanos + nanos, "The agent was asked to stop", Map.of());
  }
}
