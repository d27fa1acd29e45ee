package io.lockstep.launcher;

import io.lockstep.simulator.ClusterSpec;
import io.lockstep.simulator.Fleet;
import io.lockstep.simulator.JobSpec;
import io.lockstep.simulator.Simulation;
import io.lockstep.simulator.StepTimes;
import io.lockstep.telemetry.config.Durations;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// One run of `lockstep bench chaos`: load, faults, quiet, and the reckoning. One thread.
final class ChaosRun implements AutoCloseable {
  static final int AGENTS = 3;

  private static final Duration READY = Duration.ofMinutes(5);
  private static final Duration QUIET = Duration.ofMinutes(3);
  private static final int WAITING_MAX = 100_000;

  /// An agent whose disk is full keeps what is new in memory.
  private static final String SMALL_DISK = "agent-1";

  /// What is ordered.
  ///
  /// @param servers agents and simulated ones together
  /// @param warmUp until what processes take is measured for comparison: code is compiled, the
  ///   first rows are in
  /// @param faults that can be injected here
  /// @param skipped faults that can't, with the reason
  /// @param outage how long a fault lasts at most
  record Order(
      int servers,
      Duration warmUp,
      Duration length,
      Duration outage,
      List<ChaosFault> faults,
      Map<String, String> skipped,
      long seed) {}

  private final Order order;
  private final Path folder;
  private final PrintStream out;
  private final ChaosLedger ledger = new ChaosLedger();
  private final ChaosAlerts alerts = new ChaosAlerts();
  private final ChaosPlan plan;
  private final ChaosSite site;
  private final Map<String, Integer> injected = new TreeMap<>();
  private final List<String> troubles = new ArrayList<>();
  private final long begun = System.nanoTime();
  private @Nullable Fleet fleet;
  private @Nullable Thread load;
  private @Nullable ChaosClock clock;
  private @Nullable ChaosGarbage garbage;

  /// @param out is told what happens
  ChaosRun(Order order, Path folder, PrintStream out) throws IOException {
    this.order = order;
    this.folder = folder;
    this.out = out;
    this.plan = ChaosPlan.of(order.faults(), order.length(), order.outage(), order.seed());
    int parts = Math.clamp(plan.rounds().size(), 2, 32);
    this.site = new ChaosSite(folder, parts, ledger, alerts, order.seed());
  }

  /// Runs it.
  ChaosReport run() throws IOException, InterruptedException {
    int agents = Math.min(AGENTS, order.servers());
    site.start(agents, order.faults());
    startLoad(order.servers() - agents);
    Thread.sleep(order.warmUp());
    ChaosFootprint before = ChaosFootprint.of(site.processes(), folder);
    carryOut();
    heal();
    endLoad();
    ChaosFootprint after = ChaosFootprint.of(site.processes(), folder);
    troubles.addAll(after.grownSince(before));
    awaitAlerts();
    site.endAgents();
    awaitAcknowledged(Duration.ofSeconds(1)); // their goodbyes
    troubles.addAll(site.endedByThemselves());
    return reckon(after.lines(before));
  }

  private void startLoad(int simulated) throws IOException {
    if (simulated > 0) {
      var spec =
          new ClusterSpec("chaos", simulated, order.seed(), List.of(JobSpec.over(simulated, 1.0)));
      long origin = Instant.now().getEpochSecond() * 1_000_000_000L;
      var simulation = new Simulation(spec, List.of(), StepTimes.usual(spec), origin);
      var config = new Fleet.Config(site.collectorAsSeen(), null, true, WAITING_MAX);
      Fleet made = new Fleet(spec, simulation, config);
      fleet = made;
      load = Thread.ofPlatform().daemon().name("load").start(() -> run(made));
    }
    if (order.faults().contains(ChaosFault.CLOCK)) {
      clock = new ChaosClock(site.collectorAsSeen(), order.seed());
    }
    if (order.faults().contains(ChaosFault.HOSTILE)) {
      garbage = new ChaosGarbage(site.otlp(), order.seed());
    }
  }

  private static void run(Fleet fleet) {
    try {
      fleet.run(null);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt(); // the run is over
    }
  }

  /// Something that is to happen.
  ///
  /// @param at nanoseconds after the plan's begin
  /// @param begins else it ends
  private record Moment(long at, boolean begins, ChaosPlan.Blow blow) {}

  private void carryOut() throws IOException, InterruptedException {
    long begin = System.nanoTime();
    for (int number = 0; number < plan.rounds().size(); number++) {
      ChaosPlan.Round round = plan.rounds().get(number);
      until(begin + round.begin().toNanos());
      tell(round);
      site.breakSomething(number);
      for (Moment moment : moments(round)) {
        until(begin + round.begin().toNanos() + moment.at());
        happen(moment);
      }
    }
    until(begin + order.length().toNanos());
  }

  private static List<Moment> moments(ChaosPlan.Round round) {
    var moments = new ArrayList<Moment>();
    for (ChaosPlan.Blow blow : round.blows()) {
      moments.add(new Moment(blow.after().toNanos(), true, blow));
      if (blow.fault().lasts) {
        moments.add(new Moment(blow.after().plus(blow.length()).toNanos(), false, blow));
      }
    }
    moments.sort(Comparator.comparingLong(Moment::at));
    return moments;
  }

  private void until(long nanos) throws IOException, InterruptedException {
    for (long left = nanos - System.nanoTime(); left > 0; left = nanos - System.nanoTime()) {
      site.keepFull();
      Thread.sleep(Duration.ofNanos(Math.min(left, 250_000_000L)));
    }
  }

  private void happen(Moment moment) throws IOException, InterruptedException {
    ChaosFault fault = moment.blow().fault();
    if (!moment.begins()) {
      site.end(fault);
    } else if (site.begin(moment.blow())) {
      injected.merge(fault.label(), 1, Integer::sum);
    }
  }

  private void tell(ChaosPlan.Round round) {
    out.printf(
        "%s  %s; not acknowledged now: %d%n",
        Durations.text(Duration.ofSeconds(round.begin().toSeconds())),
        round.blows().stream()
            .map(blow ->
                blow.fault().label()
                    + (blow.fault().lasts
                        ? " " + Durations.text(Duration.ofMillis(blow.length().toMillis()))
                        : ""))
            .collect(Collectors.joining(", ")),
        ledger.open(ChaosSite::isAgent).values().stream().mapToInt(Integer::intValue).sum());
  }

  private void heal() throws IOException, InterruptedException {
    out.println("quiet: waiting until everything is acknowledged");
    for (ChaosFault fault : order.faults()) {
      site.end(fault);
    }
    site.awaitReady(READY);
  }

  private void endLoad() throws IOException, InterruptedException {
    if (garbage != null) {
      injected.put(ChaosFault.HOSTILE.label(), (int) garbage.sent());
      garbage.close();
    }
    if (clock != null) {
      injected.put(ChaosFault.CLOCK.label(), clock.steps());
      clock.end();
    }
    if (load != null) {
      load.interrupt();
    }
    awaitAcknowledged(QUIET.plus(order.length().dividedBy(2)));
  }

  /// All that was seen, and all that must have been made before it.
  private void awaitAcknowledged(Duration limit) throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    while (System.nanoTime() < end && !settled()) {
      Thread.sleep(100);
    }
  }

  private boolean settled() {
    return open().isEmpty() && (fleet == null || fleet.waiting() == 0);
  }

  /// But for what an agent had in memory when it was killed.
  private Map<String, Integer> open() {
    Map<String, Integer> open = new HashMap<>(ledger.open(ChaosSite::isAgent));
    if (mayGiveUp()) {
      open.remove(SMALL_DISK);
    }
    return open;
  }

  private boolean mayGiveUp() {
    return injected.containsKey(ChaosFault.SPOOL_FULL.label())
        && injected.containsKey(ChaosFault.KILL_AGENT.label());
  }

  private void awaitAlerts() throws InterruptedException {
    long end = System.nanoTime() + QUIET.toNanos();
    while (System.nanoTime() < end && !alerts.result().missing().isEmpty()) {
      Thread.sleep(100);
    }
  }

  private ChaosReport reckon(List<String> footprint) throws IOException, InterruptedException {
    site.settle();
    var audit = new ChaosAudit(site.sql());
    for (String host : ledger.hosts()) {
      audit.check(host, ledger.rows(host));
    }
    var examples = new ArrayList<>(audit.examples());
    if (ledger.refused() > 0) {
      examples.add("refused: " + ledger.firstRefusal());
    }
    return new ChaosReport(
        order.seed(),
        injected,
        order.skipped(),
        ledger.batches(),
        ledger.points(),
        audit.rows(),
        audit.lost(),
        audit.doubled(),
        ledger.refused(),
        mayGiveUp() ? ledger.open(ChaosSite::isAgent).getOrDefault(SMALL_DISK, 0) : 0,
        new TreeMap<>(open()),
        alerts.result(),
        repeatsAllowed(),
        troubles,
        footprint,
        examples,
        (System.nanoTime() - begun) / 1_000_000_000L);
  }

  /// One for each time that the collector was killed, or its word with the on-call tool cut.
  private int repeatsAllowed() {
    return injected.getOrDefault(ChaosFault.KILL_COLLECTOR.label(), 0)
        + injected.getOrDefault(ChaosFault.PAGER_CUT.label(), 0);
  }

  @Override
  public void close() {
    if (garbage != null) {
      garbage.close();
    }
    if (clock != null) {
      clock.close();
    }
    if (load != null) {
      load.interrupt();
    }
    if (fleet != null) {
      fleet.close();
    }
    site.close();
  }
}
