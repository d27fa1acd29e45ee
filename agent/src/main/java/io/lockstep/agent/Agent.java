package io.lockstep.agent;

import io.lockstep.agent.batch.Burden;
import io.lockstep.agent.batch.Encoder;
import io.lockstep.agent.batch.Rounds;
import io.lockstep.agent.expose.Newest;
import io.lockstep.agent.judge.Former;
import io.lockstep.agent.judge.Judge;
import io.lockstep.agent.judge.VerdictFile;
import io.lockstep.agent.listen.Listener;
import io.lockstep.agent.sample.KeptFile;
import io.lockstep.agent.sample.Sampler;
import io.lockstep.agent.sample.Samplers;
import io.lockstep.agent.sample.textfile.TextfileSampler;
import io.lockstep.agent.send.Collector;
import io.lockstep.agent.send.Forward;
import io.lockstep.agent.send.Forwarder;
import io.lockstep.agent.send.Sender;
import io.lockstep.agent.spool.Spool;
import io.lockstep.telemetry.config.ConfigException;
import io.lockstep.telemetry.config.Durations;
import io.lockstep.telemetry.otlp.Occurrence;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The whole agent: sample ─▶ batch ─▶ spool ─▶ send, and listen ─▶ spool beside it.
public final class Agent {
  private static final Logger LOG = LoggerFactory.getLogger(Agent.class);
  private static final Duration DRAIN_MAX = Duration.ofSeconds(3);

  private final CountDownLatch stop = new CountDownLatch(1);
  private final InstantSource clock;
  private final String version;
  private final Spool spool;
  private final Sender sender;
  private final Encoder encoder;
  private final Newest newest;
  private final Former former;
  private final VerdictFile verdict;
  private final Rounds rounds;
  private final Listener listener;
  private final OwnState state;

  /// An agent whose configuration is never reloaded, see below.
  public Agent(Config config, String host, String version, InstantSource clock)
      throws IOException, ConfigException {
    this(config, host, version, clock, new Reloads(clock));
  }

  /// Puts the parts together; listens from here on, samples from [#run] on.
  ///
  /// @param host this server's name
  /// @param version this agent's
  /// @param reloads how the configuration's reading went
  /// @throws IOException when a file or the address of the configuration can't be used
  /// @throws ConfigException when a file of the configuration says something wrong
  Agent(Config config, String host, String version, InstantSource clock, Reloads reloads)
      throws IOException, ConfigException {
    this.clock = clock;
    this.version = version;
    Instant start = clock.instant();
    long run = start.toEpochMilli();
    var collector = new Collector(config.collectors(), config.send(), version);
    var forwarders = new ArrayList<Forwarder>();
    for (Forward one : config.forward()) {
      forwarders.add(new Forwarder(one, version));
    }
    spool = new Spool(config.spool(), host, run);
    KeptFile.removeLeftOver(config.spool().folder());
    var random = new SplittableRandom(run ^ host.hashCode());
    sender = new Sender(spool, collector, random, forwarders);
    encoder = new Encoder(host, version, Boot.nanos(), clock, sender);
    verdict = new VerdictFile(config.judge().file());
    former = new Former(config.spool().folder().resolve("faults.tsv"));
    var judge = new Judge(config.judge(), host, encoder, sender::unheard, verdict, former);
    newest = new Newest(judge);
    var refused = new LongAdder();
    var around =
        new Samplers.Surroundings(
            config.spool().folder(),
            config.interval().multipliedBy(3).dividedBy(5),
            clock,
            newest::events);
    var samplers = new ArrayList<>(Samplers.all(config.samplers(), config.root(), around));
    var burden = new Burden();
    var own =
        new OwnCost(
            spool, sender, refused, reloads, config.budget(), List.copyOf(samplers), burden);
    samplers.add(own);
    rounds = new Rounds(samplers, config.interval(), newest, burden);
    state = new OwnState(rounds, own, judge, newest, host, TextfileSampler.among(samplers));
    try {
      listener = new Listener(config.listen(), sender, state.asSelf(), clock, refused);
    } catch (IOException | ConfigException | RuntimeException e) {
      encoder.close();
      spool.close();
      throw e;
    }
    LOG.info(
        "agent starts version={} host={} run={} interval={} collectors={} spool={} listen={}"
            + " samplers={}",
        version,
        host,
        run,
        Durations.text(config.interval()),
        config.collectors(),
        config.spool().folder(),
        config.listen().host() + ":" + listener.port(),
        samplers.stream().map(Sampler::name).toList());
  }

  /// Runs until stopped, then hands over what it can.
  public void run() throws InterruptedException, IOException {
    sender.start(this::farewell);
    say("lockstep.agent.started", "The agent started", Map.of("service.version", version));
    rounds.run(clock, stop);
    rounds.close();
    verdict.close();
    former.close();
    listener.close();
    say("lockstep.agent.stopped", "The agent was stopped", Map.of());
    sender.drain(DRAIN_MAX);
    sender.close();
    encoder.close();
    LOG.info("agent stopped sent={} left_in_spool={}", sender.sent(), spool.state().batches());
    spool.close();
  }

  /// Whether it does its work.
  boolean ticks() {
    return state.ticks();
  }

  private void say(String name, String body, Map<String, String> attributes) {
    encoder.events(List.of(occurrence(name, body, attributes)));
  }

  private Occurrence occurrence(String name, String body, Map<String, String> attributes) {
    return new Occurrence(name, Encoder.nanos(clock.instant()), body, attributes);
  }

  /// Its time is after every round's that is on its way to the collector that is left.
  private byte[] farewell() {
    return encoder.request(
        List.of(
            occurrence(
                "lockstep.agent.moved",
                "The agent is back at the first of its collectors, and silent here",
                Map.of())));
  }

  /// Makes [#run] end.
  public void stop() {
    stop.countDown();
  }
}
