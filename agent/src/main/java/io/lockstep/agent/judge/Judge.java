package io.lockstep.agent.judge;

import io.lockstep.agent.batch.Encoder;
import io.lockstep.agent.batch.Outlet;
import io.lockstep.agent.judge.Verdict.Answer;
import io.lockstep.agent.judge.Verdict.State;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.Occurrence;
import io.lockstep.telemetry.otlp.Sample;
import io.lockstep.telemetry.rules.Rule.Severity;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Judges this server by the rules that the collector has, over what is on its way there, each
/// tick: so it is known at any moment whether a job may start here. While no collector hears the
/// agent, what begins and ends is told in events, which wait in the spool: they open no incident,
/// they are marks of what was known when.
///
/// What is missing is no health: where a source can't be read, or something known is not heard any
/// more, it cannot tell. Any thread.
public final class Judge implements Outlet {
  private static final Logger LOG = LoggerFactory.getLogger(Judge.class);

  /// How the agent judges.
  ///
  /// @param file where the verdict is kept for `lockstep agent check`; its folder must be there
  /// @param alone from when on no collector hears the agent, and it tells of its verdicts itself
  /// @param harmless rules, by their ids, for which no job is kept away
  public record Config(Path file, Duration alone, List<String> harmless) {
    public static final Config DEFAULT =
        new Config(Path.of("/run/lockstep/verdict"), Duration.ofSeconds(30), List.of());

    public Config {
      harmless = List.copyOf(harmless);
      if (alone.compareTo(Duration.ofSeconds(5)) < 0) {
        throw new IllegalArgumentException(
            "alone must be at least 5s, is " + alone.toMillis() + "ms");
      }
      for (String rule : harmless) {
        Bench.checkRule(rule);
      }
    }
  }

  /// Until then no verdict of health: rules wait for some values, counters for two.
  private static final long WARM_UP_NANOS = Duration.ofSeconds(10).toNanos();

  private static final int WHY_MAX = 300;

  private final Config config;
  private final Outlet next;
  private final Bench bench;
  private final Supplier<Duration> unheard;
  private final Consumer<Verdict> published;
  private final Former former;
  private long first;
  private volatile Verdict verdict = Verdict.unknown("the agent has just started");

  /// @param host this server's name
  /// @param next gets everything, first
  /// @param unheard for how long no collector has heard the agent; zero while one does
  /// @param published gets each tick's verdict
  /// @param former faults of the run before this one, and what the next one is to know
  public Judge(
      Config config,
      String host,
      Outlet next,
      Supplier<Duration> unheard,
      Consumer<Verdict> published,
      Former former) {
    this.config = config;
    this.next = next;
    this.unheard = unheard;
    this.published = published;
    this.former = former;
    Former.Stood stood = former.stood();
    this.bench = new Bench(host, stood.now(), stood.ofOtherBoot());
  }

  /// The verdict as it is now.
  public Verdict verdict() {
    return verdict;
  }

  /// The verdict as samples, for who scrapes.
  public List<Sample> samples() {
    return verdict.samples();
  }

  @Override
  public void metrics(Instant time, List<Sample> samples) {
    next.metrics(time, samples);
    List<Occurrence> marks;
    Verdict now;
    synchronized (bench) {
      long nanos = Encoder.nanos(time);
      first = first == 0 ? nanos : first;
      bench.round(samples, nanos);
      now = verdict(nanos);
      marks = marks(nanos);
    }
    verdict = now;
    published.accept(now);
    former.keep(now.faults(), System.nanoTime());
    if (!marks.isEmpty()) {
      next.events(marks);
    }
  }

  @Override
  public void events(List<Occurrence> events) {
    next.events(events);
    synchronized (bench) {
      events.forEach(bench::happened);
    }
  }

  private Verdict verdict(long nanos) {
    List<Fault> faults = bench.faults();
    String unknown =
        nanos - first < WARM_UP_NANOS ? "the agent has just started" : bench.whatIsNotKnown();
    return new Verdict(
        answer(faults, fault -> fault.severity().compareTo(Severity.WARNING) >= 0, unknown),
        answer(
            faults,
            fault -> fault.forbidsJobs() && !config.harmless().contains(fault.rule()),
            unknown),
        faults);
  }

  private static Answer answer(List<Fault> faults, Predicate<Fault> counts, String unknown) {
    List<Fault> counted = faults.stream().filter(counts).toList();
    if (!counted.isEmpty()) {
      String more = counted.size() == 1 ? "" : " (and " + (counted.size() - 1) + " more)";
      return new Answer(State.UNHEALTHY, cut(counted.getFirst().words()) + more);
    }
    return unknown.isEmpty()
        ? new Answer(State.HEALTHY, faults.isEmpty() ? "no fault is found" : "no fault that counts")
        : new Answer(State.CANNOT_TELL, cut(unknown));
  }

  private static String cut(String words) {
    String line = words.replaceAll("\\p{Cntrl}", " ");
    return line.length() <= WHY_MAX ? line : line.substring(0, WHY_MAX) + "…";
  }

  /// What is told of faults that began, or are over, while nobody hears.
  private List<Occurrence> marks(long nanos) {
    Duration silence = unheard.get();
    boolean alone = silence.compareTo(config.alone()) >= 0;
    var marks = new ArrayList<Occurrence>();
    if (alone) {
      for (Fault fault : bench.tell(nanos - silence.toNanos())) {
        marks.add(mark("began", fault, nanos));
      }
    }
    for (Fault fault : bench.takeOver()) {
      marks.add(mark("over", fault, nanos));
    }
    for (Fault fault : bench.takeDropped()) {
      LOG.info(
          "fault dropped, nothing is read or expected of its part any more rule={} subject={}",
          fault.rule(),
          fault.subject());
      marks.add(mark("dropped", fault, nanos));
    }
    return marks;
  }

  private static Occurrence mark(String what, Fault fault, long nanos) {
    var attributes =
        fault.subject().equals(Table.HOST_SUBJECT)
            ? Map.of("lockstep.rule", fault.rule())
            : Map.of("lockstep.rule", fault.rule(), "hw.id", fault.subject());
    String words =
        switch (what) {
          case "over" -> "Over: " + fault.words();
          case "dropped" -> "Not there and not expected any more: " + fault.words();
          default -> fault.words();
        };
    return new Occurrence("lockstep.agent.verdict." + what, nanos, words, attributes);
  }
}
