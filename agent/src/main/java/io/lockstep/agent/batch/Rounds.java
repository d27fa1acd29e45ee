package io.lockstep.agent.batch;

import io.lockstep.agent.batch.Round.Outcome;
import io.lockstep.agent.sample.Crew;
import io.lockstep.agent.sample.Sampler;
import io.lockstep.telemetry.otlp.Occurrence;
import io.lockstep.telemetry.otlp.Sample;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The agent's beat: at each tick a round of every sampler that is due, and one batch of all that
/// they read, with one time. A sampler that fails or hangs costs the others nothing; its silence is
/// a sample and, once, an event.
public final class Rounds implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Rounds.class);

  private static final Duration CLOSE = Duration.ofSeconds(3);

  private final Crew crew = new Crew("samplers");
  private final Map<Reader, Health> readers = new LinkedHashMap<>();
  private final Duration interval;
  private final Duration deadline;
  private final Outcome late;
  private final Outlet outlet;
  private final Burden burden;
  private boolean first = true;
  private volatile long lastTick = System.nanoTime();

  /// @param interval time between ticks
  public Rounds(List<? extends Sampler> samplers, Duration interval, Outlet outlet) {
    this(samplers, interval, outlet, new Burden());
  }

  /// @param burden is told how long rounds take, and tells which are left out
  public Rounds(List<? extends Sampler> samplers, Duration interval, Outlet outlet, Burden burden) {
    this.interval = interval;
    deadline = interval.multipliedBy(4).dividedBy(5);
    late = new Outcome(null, null, "no answer within " + deadline.toMillis() + " ms");
    this.burden = burden;
    this.outlet = outlet;
    for (Sampler sampler : samplers) {
      readers.put(new Reader(sampler, outlet, crew), new Health(sampler.name()));
    }
  }

  /// Ticks on the wall clock's whole intervals until stopped. A tick that was missed (the process
  /// stood still) is not made up for.
  public void run(InstantSource clock, CountDownLatch stop) throws InterruptedException {
    long every = interval.toMillis();
    long last = Long.MIN_VALUE;
    String trouble = "";
    while (true) {
      long now = clock.millis();
      long next = next(now, last, every);
      if (stop.await(next - now, TimeUnit.MILLISECONDS)) {
        return;
      }
      last = next;
      try {
        tick(Instant.ofEpochMilli(next));
        trouble = "";
      } catch (RuntimeException e) {
        if (!trouble.equals(e.toString())) {
          trouble = e.toString();
          LOG.error("a tick's batch was lost", e);
        }
      }
      lastTick = System.nanoTime();
    }
  }

  /// The next tick. A clock that is set back a little does not give the same tick twice; one that
  /// is set back far begins anew.
  static long next(long nowMillis, long lastMillis, long everyMillis) {
    long next = (Math.floorDiv(nowMillis, everyMillis) + 1) * everyMillis;
    boolean again = next <= lastMillis && lastMillis - next < 10 * everyMillis;
    return again ? lastMillis + everyMillis : next;
  }

  /// Runs one tick to its end, within four fifths of the interval.
  void tick(Instant time) throws InterruptedException {
    List<Reader> due = due(time);
    var round = new Round(time, crew);
    due.forEach(reader -> reader.begin(round));
    Map<String, Outcome> outcomes = round.close(deadline.toNanos());
    var samples = new ArrayList<Sample>();
    var events = new ArrayList<Occurrence>();
    for (Reader reader : due) {
      Outcome outcome = outcomes.getOrDefault(reader.name(), late);
      Health health = Objects.requireNonNull(readers.get(reader));
      samples.addAll(health.samples(outcome, System.nanoTime()));
      if (outcome.seconds() != null) {
        burden.took(reader.name(), outcome.seconds());
      }
      if (outcome.reading() != null) {
        samples.addAll(outcome.reading().samples());
      }
      Occurrence change = health.change(outcome.error(), reader.late(), time);
      if (change != null) {
        events.add(change);
      }
    }
    if (!events.isEmpty()) {
      outlet.events(events);
    }
    if (!samples.isEmpty()) {
      outlet.metrics(time, samples);
    }
  }

  /// At the first tick all are due, so that what is read slowly is not missing for a minute.
  private List<Reader> due(Instant time) {
    long now = time.toEpochMilli();
    var due = new ArrayList<Reader>();
    for (Reader reader : readers.keySet()) {
      long every = Math.max(1, reader.sampler().interval().toMillis());
      boolean runs = !burden.isShed(reader.name());
      if (runs
          && (first
              || Math.floorDiv(now, every) != Math.floorDiv(now - interval.toMillis(), every))) {
        due.add(reader);
      }
    }
    first = false;
    return due;
  }

  /// Time since a tick last ended; far above the interval when the agent stands still.
  public Duration sinceTick() {
    return Duration.ofNanos(System.nanoTime() - lastTick);
  }

  /// Lets the samplers go, within three seconds.
  @Override
  public void close() {
    long end = System.nanoTime() + CLOSE.toNanos();
    readers.keySet().forEach(Reader::close);
    try {
      boolean closed = false;
      while (!closed && System.nanoTime() < end) {
        closed = areClosed();
      }
      if (!closed) {
        crew.interrupt();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    crew.close();
  }

  private boolean areClosed() throws InterruptedException {
    boolean all = true;
    for (Reader reader : readers.keySet()) {
      if (!reader.awaitClosed(Crew.PATIENCE_NANOS)) {
        all = false;
        crew.help();
      }
    }
    return all;
  }
}
