package io.lockstep.agent.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.agent.sample.Reading;
import io.lockstep.agent.sample.Sampler;
import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.Occurrence;
import io.lockstep.telemetry.otlp.Sample;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class RoundsTest {
  private static final Instant T0 = Instant.parse("2026-11-23T10:00:00Z");
  private static final Column LOAD = Contract.column(Table.HOST, "load_1m");
  private static final Column CPUS = Contract.column(Table.HOST_SLOW, "cpus");

  /// A source that does as it is told.
  private record Source(String name, Duration interval, Work work) implements Sampler {
    interface Work {
      Reading read(Instant now) throws IOException;
    }

    @Override
    public Reading sample(Instant now) throws IOException {
      return work.read(now);
    }
  }

  private record Tick(Instant time, List<Sample> samples) {
    /// Subjects that have a value in a column, with the value.
    double value(String column, String sampler) {
      return samples.stream()
          .filter(one -> one.metric().name().equals("lockstep.agent.sampler." + column))
          .filter(one -> one.attributes().asMap().containsValue(sampler))
          .mapToDouble(Sample::value)
          .findFirst()
          .orElse(Double.NaN);
    }

    boolean has(Column column) {
      return samples.stream().anyMatch(one -> one.metric().name().equals(column.metric()));
    }
  }

  private static final class Recorder implements Outlet {
    final List<Tick> ticks = new CopyOnWriteArrayList<>();
    final List<Occurrence> events = new CopyOnWriteArrayList<>();

    @Override
    public void metrics(Instant time, List<Sample> samples) {
      ticks.add(new Tick(time, samples));
    }

    @Override
    public void events(List<Occurrence> more) {
      events.addAll(more);
    }
  }

  private final Recorder out = new Recorder();

  @Test
  void oneBatchATickWithWhatAllDueSamplersRead() throws Exception {
    var every = new Source("host", Duration.ofSeconds(1), _ -> reading(LOAD, 1.5));
    var slow = new Source("host-slow", Duration.ofSeconds(10), _ -> reading(CPUS, 96));
    try (var rounds = new Rounds(List.of(every, slow), Duration.ofSeconds(1), out)) {
      for (int second = 3; second < 23; second++) {
        rounds.tick(T0.plusSeconds(second));
      }
    }
    assertThat(out.ticks).extracting(Tick::time).hasSize(20).doesNotHaveDuplicates();
    assertThat(out.ticks).allMatch(tick -> tick.has(LOAD));
    assertThat(out.ticks.stream().filter(tick -> tick.has(CPUS)).map(Tick::time))
        .as("the first tick, and then the whole ten seconds")
        .containsExactly(T0.plusSeconds(3), T0.plusSeconds(10), T0.plusSeconds(20));
    assertThat(out.ticks).allMatch(tick -> tick.value("success", "host") == 1);
    assertThat(out.ticks).allMatch(tick -> tick.value("duration", "host") >= 0);
    assertThat(out.events).isEmpty();
  }

  @Test
  void aHangingSamplerHoldsUpNobodyAndItsSilenceIsASampleAndOneEvent() throws Exception {
    var turn = new Semaphore(1);
    var second = Duration.ofSeconds(1);
    var hangs =
        new Source(
            "infiniband",
            second,
            now -> {
              turn.acquireUninterruptibly();
              return new Reading(
                  List.of(Sample.of(CPUS, "", now.getEpochSecond())), List.of(event("read", now)));
            });
    var works = new Source("host", second, _ -> reading(LOAD, 1));
    try (var rounds = new Rounds(List.of(hangs, works), second, out)) {
      for (int i = 0; i < 4; i++) {
        rounds.tick(T0.plusSeconds(i));
      }
      assertThat(out.ticks).hasSize(4).allMatch(tick -> tick.has(LOAD));
      assertThat(out.ticks.getFirst().value("success", "infiniband")).isEqualTo(1);
      List<Tick> silent = out.ticks.subList(1, 4);
      assertThat(silent).allMatch(tick -> tick.value("success", "infiniband") == 0);
      assertThat(silent).noneMatch(tick -> tick.has(CPUS));
      assertThat(silent).allMatch(tick -> Double.isNaN(tick.value("duration", "infiniband")));
      double first = silent.getFirst().value("age", "infiniband");
      assertThat(silent.getLast().value("age", "infiniband")).isGreaterThan(first);
      assertThat(named("lockstep.agent.reader.failed")).hasSize(1);
      assertThat(attributes("lockstep.agent.reader.failed"))
          .containsEntry("lockstep.agent.sampler", "infiniband")
          .containsEntry("error.message", "no answer within 800 ms");

      turn.release(1000);
      int next = 4;
      while (out.ticks.getLast().value("success", "infiniband") == 0) {
        assertThat(next).isLessThan(30);
        rounds.tick(T0.plusSeconds(next++));
      }
      assertThat(out.ticks.stream().filter(tick -> tick.has(CPUS)).map(Tick::time))
          .as("the round that ended late is in no batch, yet what it saw happen was sent")
          .containsExactly(T0, T0.plusSeconds(next - 1));
      assertThat(named("read")).hasSize(3);
      assertThat(named("lockstep.agent.reader.recovered")).hasSize(1);
    }
  }

  @Test
  void aFailingSamplerIsReportedOnceAndAgainWhenItRecovers() throws Exception {
    var broken = new ArrayList<Exception>();
    var source =
        new Source(
            "host",
            Duration.ofSeconds(1),
            _ -> {
              if (!broken.isEmpty()) {
                switch (broken.getFirst()) {
                  case IOException e -> throw e;
                  case RuntimeException e -> throw e;
                  default -> throw new AssertionError();
                }
              }
              return reading(LOAD, 1);
            });
    try (var rounds = new Rounds(List.of(source), Duration.ofSeconds(1), out)) {
      rounds.tick(T0);
      broken.add(new IOException("/proc/stat: No such file or directory"));
      rounds.tick(T0.plusSeconds(1));
      rounds.tick(T0.plusSeconds(2));
      broken.set(0, new IllegalStateException("a bug"));
      rounds.tick(T0.plusSeconds(3));
      assertThat(named("lockstep.agent.reader.failed")).hasSize(1);
      assertThat(attributes("lockstep.agent.reader.failed"))
          .containsEntry("error.message", "/proc/stat: No such file or directory");
      broken.clear();
      rounds.tick(T0.plusSeconds(4));
      rounds.tick(T0.plusSeconds(5));
    }
    assertThat(out.ticks)
        .extracting(tick -> tick.value("success", "host"))
        .containsExactly(1.0, 0.0, 0.0, 0.0, 1.0, 1.0);
    assertThat(out.events)
        .extracting(Occurrence::name)
        .containsExactly("lockstep.agent.reader.failed", "lockstep.agent.reader.recovered");
  }

  @Test
  void eventsAreSentBeforeTheTickEnds() throws Exception {
    var eventSeen = new CountDownLatch(1);
    Outlet outlet =
        new Outlet() {
          @Override
          public void metrics(Instant time, List<Sample> samples) {
            out.metrics(time, samples);
          }

          @Override
          public void events(List<Occurrence> events) {
            out.events(events);
            eventSeen.countDown();
          }
        };
    var reports =
        new Source(
            "infiniband",
            Duration.ofSeconds(1),
            now -> new Reading(List.of(), List.of(event("lockstep.network.link.down", now))));
    var waits =
        new Source(
            "host",
            Duration.ofSeconds(1),
            _ -> {
              try {
                assertThat(eventSeen.await(10, TimeUnit.SECONDS)).isTrue();
              } catch (InterruptedException e) {
                throw new IOException(e);
              }
              return reading(LOAD, 1);
            });
    try (var rounds = new Rounds(List.of(reports, waits), Duration.ofSeconds(20), outlet)) {
      rounds.tick(T0);
    }
    assertThat(out.ticks.getFirst().has(LOAD)).isTrue();
  }

  @Test
  void ticksOnWholeIntervalsUntilStopped() throws Exception {
    var stop = new CountDownLatch(1);
    var source =
        new Source(
            "host",
            Duration.ofMillis(50),
            _ -> {
              if (out.ticks.size() >= 5) {
                stop.countDown();
              }
              return reading(LOAD, 1);
            });
    try (var rounds = new Rounds(List.of(source), Duration.ofMillis(50), out)) {
      rounds.run(InstantSource.system(), stop);
    }
    assertThat(out.ticks).hasSizeGreaterThanOrEqualTo(5);
    assertThat(out.ticks).allMatch(tick -> tick.time().toEpochMilli() % 50 == 0);
    assertThat(Set.copyOf(out.ticks.stream().map(Tick::time).toList())).hasSameSizeAs(out.ticks);
  }

  @Test
  void aClockSetBackGivesNoTickTwice() {
    assertThat(Rounds.next(10_300, 10_000, 1000)).isEqualTo(11_000);
    assertThat(Rounds.next(9_700, 10_000, 1000)).isEqualTo(11_000);
    assertThat(Rounds.next(10_000, 9_000, 1000)).isEqualTo(11_000);
    assertThat(Rounds.next(5_000, Long.MIN_VALUE, 1000)).isEqualTo(6_000);
    assertThat(Rounds.next(5_000_000, 90_000_000, 1000)).as("set back far").isEqualTo(5_001_000);
  }

  private static Reading reading(Column column, double value) {
    return new Reading(List.of(Sample.of(column, "", value)), List.of());
  }

  private static Occurrence event(String name, Instant time) {
    return new Occurrence(name, Encoder.nanos(time), name, Map.of());
  }

  private List<Occurrence> named(String name) {
    Predicate<Occurrence> wanted = event -> event.name().equals(name);
    return out.events.stream().filter(wanted).toList();
  }

  private Map<String, String> attributes(String event) {
    return Objects.requireNonNull(named(event).getFirst()).attributes();
  }
}
