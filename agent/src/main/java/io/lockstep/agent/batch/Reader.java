package io.lockstep.agent.batch;

import io.lockstep.agent.batch.Round.Outcome;
import io.lockstep.agent.sample.Crew;
import io.lockstep.agent.sample.Reading;
import io.lockstep.agent.sample.Sampler;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One sampler: reads a round at a time, on a thread of the crew.
final class Reader implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Reader.class);

  private final AtomicBoolean busy = new AtomicBoolean();
  private final AtomicLong late = new AtomicLong();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Sampler sampler;
  private final Outlet outlet;
  private final Crew crew;
  private volatile boolean closing;

  /// @param crew threads that all samplers share
  Reader(Sampler sampler, Outlet outlet, Crew crew) {
    this.sampler = sampler;
    this.outlet = outlet;
    this.crew = crew;
  }

  String name() {
    return sampler.name();
  }

  Sampler sampler() {
    return sampler;
  }

  /// Rounds that ended after their tick had closed; their samples were dropped.
  long late() {
    return late.get();
  }

  /// Begins a round, unless the last one still hangs.
  void begin(Round round) {
    round.expect();
    if (busy.compareAndSet(false, true)) {
      crew.execute(() -> read(round));
    }
  }

  private void read(Round round) {
    Outcome outcome;
    try {
      outcome = outcome(round);
    } finally {
      busy.set(false);
    }
    closeIfDue();
    if (!round.take(name(), outcome)) {
      late.incrementAndGet();
    }
  }

  private Outcome outcome(Round round) {
    long begin = System.nanoTime();
    try {
      Reading reading = sampler.sample(round.time());
      if (!reading.events().isEmpty()) {
        outlet.events(reading.events());
      }
      return new Outcome(reading, seconds(begin), "");
    } catch (IOException e) {
      return new Outcome(null, seconds(begin), message(e));
    } catch (RuntimeException | LinkageError e) {
      LOG.debug("sampler failed sampler={}", name(), e);
      return new Outcome(null, seconds(begin), e + " at " + place(e));
    }
  }

  private static double seconds(long begin) {
    return (System.nanoTime() - begin) / 1e9;
  }

  private static String message(IOException e) {
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }

  private static String place(Throwable e) {
    return e.getStackTrace().length == 0 ? "an unknown place" : e.getStackTrace()[0].toString();
  }

  /// Begins to close the sampler, once its last round has ended: some hold a library, files,
  /// threads.
  @Override
  public void close() {
    closing = true;
    crew.execute(this::closeIfDue);
  }

  private void closeIfDue() {
    if (closing && busy.compareAndSet(false, true)) {
      try {
        if (sampler instanceof AutoCloseable open) {
          open.close();
        }
      } catch (Exception e) {
        LOG.warn("sampler can't be closed sampler={} error={}", name(), e.toString());
      }
      closed.countDown();
    }
  }

  /// Waits until it is closed. One that hangs in its source is left to itself.
  ///
  /// @return whether it is
  boolean awaitClosed(long nanos) throws InterruptedException {
    return closed.await(nanos, TimeUnit.NANOSECONDS);
  }
}
