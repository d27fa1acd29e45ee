package io.lockstep.agent;

import io.lockstep.agent.batch.Burden;
import io.lockstep.agent.budget.Budget;
import io.lockstep.agent.budget.Cost;
import io.lockstep.agent.budget.Shedder;
import io.lockstep.agent.budget.WholeCost;
import io.lockstep.agent.sample.Importance;
import io.lockstep.agent.sample.Reading;
import io.lockstep.agent.sample.Sampler;
import io.lockstep.agent.send.Forwarder;
import io.lockstep.agent.send.Sender;
import io.lockstep.agent.spool.Spool;
import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.Occurrence;
import io.lockstep.telemetry.otlp.Sample;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/// What the agent itself costs and how its spool stands. Its columns stand in the table `host_slow`
/// beside those of a sampler with the same interval: both run in one tick, so one batch writes the
/// row.
final class OwnCost implements Sampler {
  private static final Column CPU = column("agent_cpu_time");
  private static final Column MEMORY = column("agent_memory");
  private static final Column PROPORTIONAL = column("agent_memory_proportional");
  private static final Column THREADS = column("agent_threads");
  private static final Column HANDLES = column("agent_handles");
  private static final Column WRITTEN = column("agent_written");
  private static final Column RELOADED = column("agent_config_reloaded");
  private static final Column RELOAD_TIME = column("agent_config_time");
  private static final Column SHED = Contract.column(Table.PART, "sampler_shed");
  private static final Column FORWARDED = Contract.column(Table.PART, "forward_sent");
  private static final Column FORWARD_DROPPED = Contract.column(Table.PART, "forward_dropped");
  private static final Column FORWARD_REFUSED = Contract.column(Table.PART, "forward_refused");
  private static final Column FORWARD_WAITING = Contract.column(Table.PART, "forward_waiting");
  private static final Column SPOOL = column("agent_spool");
  private static final Column BATCHES = column("agent_spool_batches");
  private static final Column DROPPED = column("agent_dropped");
  private static final Column SENT = column("agent_sent");
  private static final Column REFUSED = column("agent_training_refused");

  private final WholeCost process;
  private final List<Sampler> samplers;
  private final Burden burden;
  private final Shedder shedder;
  private final Reloads reloads;
  private final Spool spool;
  private final Sender sender;
  private final LongAdder refused;

  /// @param refused requests that the listener answered with an error
  /// @param samplers all others
  OwnCost(
      Spool spool,
      Sender sender,
      LongAdder refused,
      Reloads reloads,
      Budget budget,
      List<Sampler> samplers,
      Burden burden) {
    this.refused = refused;
    this.spool = spool;
    this.sender = sender;
    this.reloads = reloads;
    this.samplers = List.copyOf(samplers);
    this.process = new WholeCost(() -> this.samplers.stream().mapToLong(Sampler::pid).sum());
    this.burden = burden;
    this.shedder = new Shedder(budget, samplers, burden);
  }

  private static Column column(String name) {
    return Contract.column(Table.HOST_SLOW, name);
  }

  @Override
  public String name() {
    return "agent";
  }

  @Override
  public Duration interval() {
    return Duration.ofSeconds(10);
  }

  @Override
  public Importance importance() {
    return Importance.VITAL;
  }

  @Override
  public Reading sample(Instant now) {
    long nanoTime = System.nanoTime();
    Cost cost = process.read(nanoTime);
    List<Occurrence> events = shedder.judge(cost, now, nanoTime);
    return new Reading(samples(cost), events);
  }

  /// The values as they are now.
  List<Sample> samples() {
    return samples(process.read(System.nanoTime()));
  }

  private List<Sample> samples(Cost cost) {
    var samples = new ArrayList<Sample>();
    if (cost.cpuNanos() >= 0) {
      samples.add(Sample.of(CPU, "", cost.cpuNanos() / 1e9));
    }
    add(samples, MEMORY, cost.residentBytes());
    add(samples, PROPORTIONAL, cost.proportionalBytes());
    add(samples, THREADS, cost.threads());
    add(samples, HANDLES, cost.handles());
    add(samples, WRITTEN, cost.writtenBytes());
    samples.add(Sample.of(RELOADED, "", reloads.lastSucceeded() ? 1L : 0L));
    samples.add(Sample.of(RELOAD_TIME, "", reloads.lastSuccessMillis() / 1e3));
    for (Sampler sampler : samplers) {
      samples.add(Sample.of(SHED, sampler.name(), burden.isShed(sampler.name()) ? 1L : 0L));
    }
    for (Forwarder.State one : sender.forwards()) {
      samples.add(Sample.of(FORWARDED, one.name(), one.sent()));
      samples.add(Sample.of(FORWARD_DROPPED, one.name(), one.dropped()));
      samples.add(Sample.of(FORWARD_REFUSED, one.name(), one.refused()));
      samples.add(Sample.of(FORWARD_WAITING, one.name(), one.waitingBytes()));
    }
    Spool.State state = spool.state();
    samples.add(Sample.of(SPOOL, "", state.bytes()));
    samples.add(Sample.of(BATCHES, "", state.batches()));
    samples.add(Sample.of(DROPPED, "", state.dropped()));
    samples.add(Sample.of(SENT, "", sender.sent()));
    samples.add(Sample.of(REFUSED, "", refused.sum()));
    return samples;
  }

  private static void add(List<Sample> samples, Column column, long value) {
    if (value >= 0) {
      samples.add(Sample.of(column, "", value));
    }
  }
}
