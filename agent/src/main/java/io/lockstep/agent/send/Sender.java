package io.lockstep.agent.send;

import io.lockstep.agent.batch.Encoder;
import io.lockstep.agent.batch.Gzip;
import io.lockstep.agent.spool.Spool;
import io.lockstep.agent.spool.Spooled;
import io.lockstep.telemetry.otlp.Signal;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The way out: a request is compressed, spooled, and sent at once on the live lane; what the
/// collector does not acknowledge waits for the spool lane, which sends the oldest first, one at a
/// time and not too fast. Any thread.
public final class Sender implements Encoder.Requests, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Sender.class);

  /// How fast the spool lane goes at most: about ten times what an agent makes in the same time.
  ///
  /// @param bytes per second, compressed
  /// @param batches per second
  public record Pace(long bytes, int batches) {
    public static final Pace DEFAULT = new Pace(512 << 10, 20);
  }

  private final AtomicLong sent = new AtomicLong();
  private final AtomicLong rejected = new AtomicLong();
  private final Gzip gzip = new Gzip(6);
  private final Spool spool;
  private final Collector collector;
  private final Pace pace;
  private final Link link;
  private final LiveLane live;
  private @Nullable Thread spoolLane;
  private volatile String lastMessage = "";

  public Sender(Spool spool, Collector collector, Pace pace, RandomGenerator random) {
    this.spool = spool;
    this.collector = collector;
    this.pace = pace;
    this.link = new Link(collector, () -> spool.state().batches(), random);
    this.live = new LiveLane(link, this::attempt, spool::release);
  }

  /// Begins to send what former runs left.
  public void start() {
    spoolLane = Thread.ofVirtual().name("spool-lane").start(this::backFill);
  }

  /// Keeps a request in the spool and sends it; returns when it is in the spool.
  @Override
  public void take(Signal signal, long timeNanos, byte[] protobuf) {
    live.offer(spool.append(signal, timeNanos, gzip.compress(protobuf)));
  }

  private void attempt(Spooled spooled) {
    Answer answer = collector.post(spooled.batch());
    switch (answer) {
      case Answer.Acknowledged acknowledged -> acknowledged(spooled, acknowledged);
      case Answer.Refused refused -> spool.refuse(spooled, refused.reason());
      case Answer.TryLater _, Answer.Away _, Answer.Misconfigured _ -> spool.release(spooled);
    }
    link.report(answer);
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

  private void backFill() {
    try {
      while (true) {
        link.awaitSpoolTurn();
        Spooled next = spool.take(Duration.ofMinutes(1));
        if (next != null) {
          long begin = System.nanoTime();
          attempt(next);
          rest(next.batch().gzip().length, System.nanoTime() - begin);
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt(); // stopped: what is left waits for the next run
    }
  }

  private void rest(long bytes, long tookNanos) throws InterruptedException {
    long share = Math.max(1_000_000_000L / pace.batches(), bytes * 1_000_000_000L / pace.bytes());
    Thread.sleep(Duration.ofNanos(Math.max(0, share - tookNanos)));
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
    if (spoolLane != null) {
      spoolLane.interrupt();
    }
    gzip.close();
  }
}
