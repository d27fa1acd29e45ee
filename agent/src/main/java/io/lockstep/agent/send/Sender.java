package io.lockstep.agent.send;

import io.lockstep.agent.batch.Encoder;
import io.lockstep.agent.spool.Spool;
import io.lockstep.agent.spool.Spooled;
import io.lockstep.telemetry.otlp.Gzip;
import io.lockstep.telemetry.otlp.Signal;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The way out: a request is compressed, spooled, and sent at once on the live lane; what the
/// collector does not acknowledge waits for the spool lane. Any thread.
public final class Sender implements Encoder.Requests, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Sender.class);

  private final AtomicLong sent = new AtomicLong();
  private final AtomicLong rejected = new AtomicLong();
  private final Gzip gzip = new Gzip(3);
  private final Spool spool;
  private final Collector collector;
  private final Link link;
  private final LiveLane live;
  private final SpoolLane backFill;
  private final Homecoming homecoming;
  private final List<Forwarder> forwarders;
  private volatile String lastMessage = "";
  private volatile Supplier<byte[]> farewell = () -> new byte[0];

  /// Joins spool and collector.
  ///
  /// @param random for the jitter of waiting times
  public Sender(Spool spool, Collector collector, RandomGenerator random) {
    this(spool, collector, random, List.of());
  }

  /// @param forwarders get each batch as well, once it is in the spool
  public Sender(
      Spool spool, Collector collector, RandomGenerator random, List<Forwarder> forwarders) {
    this(spool, collector, random, SpoolLane.Pace.DEFAULT, forwarders, Duration.ofSeconds(10));
  }

  Sender(Spool spool, Collector collector, RandomGenerator random, SpoolLane.Pace pace) {
    this(spool, collector, random, pace, List.of(), Duration.ofSeconds(10));
  }

  /// @param home how often the first collector is asked, while another is sent to
  Sender(
      Spool spool,
      Collector collector,
      RandomGenerator random,
      SpoolLane.Pace pace,
      List<Forwarder> forwarders,
      Duration home) {
    this.forwarders = List.copyOf(forwarders);
    this.homecoming = new Homecoming(collector, home, () -> gzip.compress(farewell.get()));
    this.spool = spool;
    this.collector = collector;
    this.link = new Link(collector, () -> spool.state().batches(), random);
    this.live = new LiveLane(link, this::attempt, spool::release);
    this.backFill = new SpoolLane(link, spool, pace, this::attempt);
  }

  /// Begins to send what former runs left.
  ///
  /// @param farewell makes a request of [Signal#LOGS] for a collector that is left for the first
  ///   one
  public void start(Supplier<byte[]> farewell) {
    this.farewell = farewell;
    start();
  }

  void start() {
    backFill.start();
    forwarders.forEach(Forwarder::start);
    if (collector.hasOthers()) {
      homecoming.start();
    }
  }

  /// Keeps a request in the spool and sends it; returns when it is in the spool.
  @Override
  public void take(Signal signal, long timeNanos, byte[] protobuf) {
    Spooled spooled = spool.append(signal, timeNanos, gzip.compress(protobuf));
    live.offer(spooled);
    for (Forwarder one : forwarders) {
      one.offer(signal, spooled.batch().gzip());
    }
  }

  private Answer attempt(Spooled spooled) {
    Answer answer = collector.post(spooled.batch());
    switch (answer) {
      case Answer.Acknowledged acknowledged -> acknowledged(spooled, acknowledged);
      case Answer.Refused refused -> spool.refuse(spooled, refused.reason());
      case Answer.TryLater _, Answer.Away _, Answer.Misconfigured _ -> spool.release(spooled);
    }
    link.report(answer);
    return answer;
  }

  private void acknowledged(Spooled spooled, Answer.Acknowledged answer) {
    spool.acknowledge(spooled);
    sent.incrementAndGet();
    rejected.addAndGet(answer.rejected());
    if (!answer.message().isEmpty() && !answer.message().equals(lastMessage)) {
      lastMessage = answer.message();
      LOG.warn(
          "collector took a batch in part batch={} signal={} rejected={} reason={}",
          spooled.batch().id().header(),
          spooled.batch().signal(),
          answer.rejected(),
          answer.message());
    }
  }

  /// Batches that the collector acknowledged.
  public long sent() {
    return sent.get();
  }

  /// Points, records and spans that the collector refused out of batches that it took.
  public long rejected() {
    return rejected.get();
  }

  /// Whether the collector answered last time.
  public boolean answers() {
    return link.answers();
  }

  /// How the further destinations stand, in the configuration's order.
  public List<Forwarder.State> forwards() {
    return forwarders.stream().map(Forwarder::state).toList();
  }

  /// For how long no collector has heard this agent; zero while one does.
  public Duration unheard() {
    return link.unheard();
  }

  /// Waits until everything is sent, so long at most, and not for a collector that is away.
  public void drain(Duration time) throws InterruptedException {
    long end = System.nanoTime() + time.toNanos();
    live.awaitIdle(time);
    while (link.answers() && spool.state().batches() > 0 && System.nanoTime() - end < 0) {
      Thread.sleep(20);
    }
  }

  /// Stops the spool lane.
  @Override
  public void close() {
    homecoming.close();
    forwarders.forEach(Forwarder::close);
    backFill.close();
    collector.close();
    gzip.close();
  }
}
