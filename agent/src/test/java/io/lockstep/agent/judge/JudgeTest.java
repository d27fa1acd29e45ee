package io.lockstep.agent.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.lockstep.agent.batch.Encoder;
import io.lockstep.agent.batch.Outlet;
import io.lockstep.agent.judge.Verdict.State;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Metric;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.Occurrence;
import io.lockstep.telemetry.otlp.Sample;
import io.lockstep.telemetry.rules.Rule;
import io.lockstep.telemetry.rules.RuleTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JudgeTest {
  private static final Instant T0 = Instant.parse("2026-11-23T10:00:00Z");
  private static final String GPU = "GPU-8f6f2a52-0000-0000-0000-000000000003";
  private static final String PORT = "mlx5_0/1";

  private static final class Recorder implements Outlet {
    final List<Occurrence> events = new ArrayList<>();
    int ticks;

    @Override
    public void metrics(Instant time, List<Sample> samples) {
      ticks++;
    }

    @Override
    public void events(List<Occurrence> more) {
      events.addAll(more);
    }

    List<String> marks() {
      return events.stream()
          .filter(one -> one.name().startsWith("lockstep.agent.verdict."))
          .map(one -> one.name().substring("lockstep.agent.verdict.".length()) + " " + one.body())
          .toList();
    }
  }

  @TempDir Path folder;
  private final List<Former> formers = new ArrayList<>();
  private final Recorder out = new Recorder();
  private Duration unheard = Duration.ZERO;
  private Duration second = Duration.ZERO;

  private Judge judge(String... harmless) {
    return judge(new Former(folder.resolve("faults")), harmless);
  }

  private Judge judge(Former former, String... harmless) {
    formers.add(former);
    var config =
        new Judge.Config(folder.resolve("verdict"), Duration.ofSeconds(30), List.of(harmless));
    var judge = new Judge(config, "node-7", out, () -> unheard, _ -> {}, former);
    judge.events(
        List.of(event("lockstep.gpu.found", Map.of("hw.id", GPU, "lockstep.gpu.index", "3"))));
    return judge;
  }

  @AfterEach
  void close() {
    formers.forEach(Former::close);
  }

  private Instant now() {
    return T0.plus(second);
  }

  /// Ticks with a sound GPU and port, but for what is said otherwise.
  private void ticks(Judge judge, int seconds, Sample... others) {
    for (int i = 0; i < seconds; i++) {
      var samples = new ArrayList<Sample>(List.of(others));
      for (var sound : List.of(gpu("state", 0), gpu("recovery_action", 0), gpu("nvlink_lost", 0))) {
        boolean said = samples.stream().anyMatch(one -> one.metric().equals(sound.metric()));
        samples.addAll(said ? List.of() : List.of(sound));
      }
      if (samples.stream().noneMatch(one -> one.isOf(Contract.column(Table.PORT, "up")))) {
        samples.add(port(1));
      }
      tick(judge, samples);
    }
  }

  private void tick(Judge judge, List<Sample> samples) {
    second = second.plusSeconds(1);
    judge.metrics(now(), samples);
  }

  private static Sample gpu(String column, long value) {
    return Sample.of(Contract.column(Table.GPU, column), GPU, value);
  }

  private static Sample port(long up) {
    return Sample.of(Contract.column(Table.PORT, "up"), PORT, up);
  }

  private static Sample reads(String sampler, long success) {
    return Sample.of(Contract.column(Table.PART, "sampler_success"), sampler, success);
  }

  private Occurrence event(String name, Map<String, String> attributes) {
    return new Occurrence(name, Encoder.nanos(now()), name, attributes);
  }

  @Test
  void aSoundServerIsHealthyOnceItWasWatchedForAWhile() {
    Judge judge = judge();
    assertThat(judge.verdict().all().state()).isEqualTo(State.CANNOT_TELL);
    ticks(judge, 5);
    assertThat(judge.verdict().jobs().state()).isEqualTo(State.CANNOT_TELL);
    assertThat(judge.verdict().jobs().why()).isEqualTo("the agent has just started");
    ticks(judge, 10);
    assertThat(judge.verdict().all())
        .isEqualTo(new Verdict.Answer(State.HEALTHY, "no fault is found"));
    assertThat(out.ticks).isEqualTo(15);
    assertThat(out.marks()).isEmpty();
  }

  @Test
  void aLostGpuForbidsJobsAtOnceAndIsNamedByItsNumber() {
    Judge judge = judge();
    ticks(judge, 15);
    ticks(judge, 1, gpu("state", 2));
    assertThat(judge.verdict().jobs().state()).isEqualTo(State.UNHEALTHY);
    assertThat(judge.verdict().jobs().why()).startsWith("GPU 3 of node-7 is lost");
    assertThat(judge.verdict().json())
        .contains("\"state\":\"unhealthy\"", "\"rule\":\"gpu-lost\"", "\"forbids_jobs\":true");
    ticks(judge, 9);
    assertThat(judge.verdict().jobs().state()).as("keep of 10 s").isEqualTo(State.UNHEALTHY);
    ticks(judge, 3);
    assertThat(judge.verdict().all().state()).isEqualTo(State.HEALTHY);
  }

  @Test
  void whatMustLastForAWhileDoesNotCountBefore() {
    Judge judge = judge();
    ticks(judge, 15);
    ticks(judge, 9, gpu("nvlink_lost", 2));
    assertThat(judge.verdict().all().state()).isEqualTo(State.HEALTHY);
    ticks(judge, 3, gpu("nvlink_lost", 2));
    assertThat(judge.verdict().jobs().why()).contains("has lost 2 of its NVLinks");
  }

  @Test
  void aWarningIsNoReasonToKeepAJobAway() {
    Judge judge = judge();
    ticks(judge, 15);
    ticks(judge, 60, gpu("clock_event_reasons", 0x40));
    assertThat(judge.verdict().all().state()).isEqualTo(State.UNHEALTHY);
    assertThat(judge.verdict().all().why()).contains("is held back by heat");
    assertThat(judge.verdict().jobs().state()).isEqualTo(State.HEALTHY);
  }

  @Test
  void aPortThatIsDownIsForTheOperatorToCallHarmless() {
    Judge judge = judge();
    Judge other = judge("port-down");
    Duration start = second;
    for (Judge one : List.of(judge, other)) {
      second = start;
      ticks(one, 15);
      ticks(one, 5, port(0));
    }
    assertThat(judge.verdict().jobs().why()).startsWith("Port mlx5_0/1 of node-7 is down");
    assertThat(other.verdict().all().state()).isEqualTo(State.UNHEALTHY);
    assertThat(other.verdict().jobs().state()).isEqualTo(State.HEALTHY);
    assertThatThrownBy(() -> judge("port-dow"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\"port-dow\" is none");
  }

  @Test
  void aPortThatNeverWorkedIsNoLoss() {
    Judge judge = judge();
    ticks(judge, 60, port(0));
    assertThat(judge.verdict().all().state()).isEqualTo(State.HEALTHY);
  }

  @Test
  void newErrorsCountAndThoseFromBeforeTheStartDoNot() {
    Judge judge = judge();
    ticks(judge, 15, gpu("ecc_uncorrected", 4));
    assertThat(judge.verdict().all().state()).isEqualTo(State.HEALTHY);
    ticks(judge, 2, gpu("ecc_uncorrected", 6));
    assertThat(judge.verdict().jobs().why()).contains("uncorrectable memory errors");
  }

  @Test
  void anEventSpeaksAtOnceAndIsOverAfterItsTime() {
    Judge judge = judge();
    ticks(judge, 15);
    var xid = Map.of("hw.id", GPU, "lockstep.gpu.xid", "79");
    judge.events(List.of(event("lockstep.gpu.xid", xid)));
    ticks(judge, 1);
    assertThat(judge.verdict().jobs().why())
        .isEqualTo("GPU 3 of node-7 has fallen off the bus (XID 79).");
    ticks(judge, 598);
    assertThat(judge.verdict().jobs().state()).isEqualTo(State.UNHEALTHY);
    ticks(judge, 2);
    assertThat(judge.verdict().jobs().state()).isEqualTo(State.HEALTHY);
    judge.events(
        List.of(
            new Occurrence(
                "lockstep.gpu.xid", Encoder.nanos(now().minusSeconds(7200)), "late", xid)));
    ticks(judge, 1);
    assertThat(judge.verdict().jobs().state()).as("told two hours late").isEqualTo(State.HEALTHY);
  }

  @Test
  void whoIsNotHeardIsNotWell() {
    Judge judge = judge();
    ticks(judge, 15);
    for (int i = 0; i < 8; i++) {
      tick(judge, List.of(port(1)));
    }
    assertThat(judge.verdict().jobs().state()).isEqualTo(State.CANNOT_TELL);
    assertThat(judge.verdict().jobs().why()).contains(GPU).contains("nothing was heard");
    for (int i = 0; i < 700; i++) {
      tick(judge, List.of(port(1)));
    }
    assertThat(judge.verdict().jobs().state()).as("it was taken out").isEqualTo(State.HEALTHY);
  }

  @Test
  void aSamplerThatIsBlindMakesItImpossibleToTell() {
    Judge judge = judge();
    ticks(judge, 15, reads("gpu", 1));
    judge.events(
        List.of(
            event(
                "lockstep.agent.reader.failed",
                Map.of(
                    "lockstep.agent.sampler", "gpu", "error.message", "driver/library mismatch"))));
    ticks(judge, 1, reads("gpu", 0), reads("disks", 0));
    assertThat(judge.verdict().jobs().why())
        .isEqualTo("the sampler gpu does not read: driver/library mismatch");
    ticks(judge, 1, reads("gpu", 1), reads("disks", 0));
    assertThat(judge.verdict().jobs().state()).isEqualTo(State.HEALTHY);
  }

  @Test
  void gpusThatTheLibraryDoesNotReadAreNotWell() {
    Judge judge = judge();
    var source = Map.of("lockstep.agent.sampler", "gpu", "lockstep.agent.source", "gpu: library");
    var failed = new HashMap<>(source);
    failed.put("error.message", "driver and library differ");
    judge.events(List.of(event("lockstep.agent.reader.failed", failed)));
    for (int i = 0; i < 20; i++) {
      tick(judge, List.of(port(1), reads("gpu", 1)));
    }
    assertThat(judge.verdict().jobs().why())
        .isEqualTo("the sampler gpu does not read: driver and library differ");
    judge.events(List.of(event("lockstep.agent.reader.recovered", source)));
    ticks(judge, 15);
    assertThat(judge.verdict().jobs().state()).isEqualTo(State.HEALTHY);
  }

  @Test
  void aFaultOutlivesARestartButNoReboot() throws Exception {
    Judge judge = judge();
    ticks(judge, 15);
    judge.events(
        List.of(event("lockstep.gpu.xid", Map.of("hw.id", GPU, "lockstep.gpu.xid", "79"))));
    ticks(judge, 1);
    Path file = folder.resolve("faults");
    while (!Files.exists(file)) {
      Thread.sleep(5);
    }
    Judge next = judge();
    ticks(next, 1);
    assertThat(next.verdict().jobs().state()).isEqualTo(State.UNHEALTHY);
    String text = Files.readString(file);
    Path old = folder.resolve("faults-of-another-boot");
    Files.writeString(old, "another-boot" + text.substring(text.indexOf('\n')));
    Judge rebooted = judge(new Former(old));
    ticks(rebooted, 15);
    assertThat(rebooted.verdict().jobs().state()).isEqualTo(State.HEALTHY);
    Path damaged = Files.writeString(folder.resolve("damaged"), text + "gibberish\n");
    assertThat(new Former(damaged).stood().now()).isEmpty();
  }

  private void stood(String boot, String rule, String subject) throws IOException {
    Files.writeString(
        folder.resolve("faults"),
        boot
            + "\n"
            + String.join("\t", rule, subject, "CRITICAL", "EVACUATE", "1", "2", "it is bad")
            + "\n");
  }

  @ParameterizedTest
  @CsvSource({
    "gpu-missing, missing/9, 62",
    "port-down, mlx5_9/1, 62",
    "site-check, check/disk, 602",
    "inventory-differs, inventory/gpu.count, 602",
  })
  void aFaultWhosePartIsNotKnownAnyMoreIsDroppedAfterARestartAndTold(
      String rule, String subject, int seconds) throws Exception {
    stood(BootId.now(), rule, subject);
    Judge judge = judge();
    ticks(judge, seconds - 10);
    assertThat(judge.verdict().all().state()).isEqualTo(State.UNHEALTHY);
    ticks(judge, 10);
    assertThat(judge.verdict().all().state()).isEqualTo(State.HEALTHY);
    assertThat(out.events)
        .filteredOn(event -> event.name().equals("lockstep.agent.verdict.dropped"))
        .singleElement()
        .satisfies(event ->
            assertThat(event.attributes())
                .isEqualTo(Map.of("lockstep.rule", rule, "hw.id", subject)));
  }

  @Test
  void aFaultOfAnotherBootWhosePartIsNotKnownIsToldToBeDroppedThoughItStandsNoMore()
      throws Exception {
    stood("another-boot", "gpu-missing", "missing/9");
    Judge judge = judge();
    ticks(judge, 15);
    assertThat(judge.verdict().all().state()).isEqualTo(State.HEALTHY);
    ticks(judge, 60);
    assertThat(out.marks()).singleElement().asString().startsWith("dropped ");
  }

  @Test
  void aFaultStandsAfterARestartWhileItsPartIsHeardOrASamplerIsBlind() throws Exception {
    stood(BootId.now(), "gpu-row-remap-failed", GPU);
    Judge lost = judge();
    ticks(lost, 700, gpu("state", 2));
    assertThat(lost.verdict().faults()).anyMatch(one -> one.rule().equals("gpu-row-remap-failed"));
    stood(BootId.now(), "gpu-lost", "GPU-other");
    Judge blind = judge();
    ticks(blind, 700, reads("gpu", 0));
    assertThat(blind.verdict().faults()).anyMatch(one -> one.subject().equals("GPU-other"));
    ticks(blind, 62, reads("gpu", 1));
    assertThat(blind.verdict().faults()).noneMatch(one -> one.subject().equals("GPU-other"));
    assertThat(out.marks()).hasSize(1);
  }

  @Test
  void marksAreMadeOnlyWhileNobodyHearsAndOnlyOfWhatBeganThen() {
    Judge judge = judge();
    ticks(judge, 15);
    ticks(judge, 1, gpu("recovery_action", 2));
    ticks(judge, 20);
    unheard = Duration.ofSeconds(29);
    ticks(judge, 20);
    assertThat(out.marks()).isEmpty();
    unheard = Duration.ofSeconds(31);
    ticks(judge, 2);
    ticks(judge, 5, gpu("state", 2));
    assertThat(out.marks())
        .containsExactly("began GPU 3 of node-7 is lost: it has fallen off the bus.");
    unheard = Duration.ZERO;
    ticks(judge, 30);
    assertThat(out.marks()).hasSize(2).last().asString().startsWith("over Over: GPU 3 of node-7");
  }

  @Test
  void theMetricsNameWhatIsFound() {
    Judge judge = judge();
    ticks(judge, 15, gpu("state", 2));
    assertThat(judge.samples())
        .anySatisfy(sample -> {
          assertThat(sample.metric().name()).isEqualTo("lockstep.agent.fault");
          assertThat(sample.attributes().asMap().values()).contains("gpu-lost", GPU, "critical");
        });
  }

  /// A rule can judge only over a window that is kept.
  @Test
  void everyRuleAboutALimitFindsItsFaultAgain() {
    for (Rule rule : RuleTable.ALL) {
      if (rule.test() == Rule.Test.CYCLES || rule.onceGood()) {
        continue;
      }
      double bad = rule.test() == Rule.Test.BELOW ? rule.limit() - 1 : rule.limit() + 1;
      double value =
          rule.test() == Rule.Test.EQUALS || rule.test() == Rule.Test.BITS ? rule.limit() : bad;
      var judge = judge(new Former(folder.resolve("faults of " + rule.id())));
      long grows = 0;
      for (long i = 0; i < 20 + rule.window().plus(rule.patience()).toSeconds(); i++) {
        grows += Math.round(value);
        boolean counter =
            Objects.requireNonNull(Contract.metric(rule.column().metric())).kind()
                == Metric.Kind.COUNTER;
        tick(judge, List.of(Sample.of(rule.column(), GPU, counter ? grows : value)));
      }
      assertThat(judge.verdict().faults()).extracting(Fault::rule).contains(rule.id());
    }
  }

  @Test
  void randomSamplesAndEventsNeverMakeItFail() {
    Judge judge = judge();
    var random = new Random(11);
    for (int i = 0; i < 2_000; i++) {
      long jump = random.nextInt(50) == 0 ? random.nextInt(4_000) - 1_000 : 1;
      second = second.plusSeconds(jump);
      var samples = new ArrayList<Sample>();
      for (var column : Contract.columns(random.nextBoolean() ? Table.GPU : Table.PORT)) {
        if (random.nextBoolean()) {
          samples.add(Sample.of(column, "x" + random.nextInt(600), random.nextDouble() * 9));
        }
      }
      judge.metrics(now(), samples);
      var attributes =
          Map.of("hw.id", "x" + random.nextInt(600), "lockstep.gpu.xid", "" + random.nextInt(200));
      judge.events(List.of(event("lockstep.gpu.xid", attributes)));
      assertThat(judge.verdict().faults()).hasSizeLessThanOrEqualTo(Verdict.FAULTS_MAX);
    }
  }

  @Test
  void aGpuOfWhichAnEventCameFirstIsCalledByItsNumberOnceThatIsKnown() {
    var judge = judge();
    String early = "GPU-8f6f2a52-0000-0000-0000-000000000005";
    for (String gpu : List.of(early, "0000:3b:00")) {
      judge.events(
          List.of(event("lockstep.gpu.xid", Map.of("hw.id", gpu, "lockstep.gpu.xid", "79"))));
    }
    ticks(judge, 1);
    List<Fault> before = judge.verdict().faults();
    assertThat(before)
        .extracting(Fault::words)
        .satisfiesExactlyInAnyOrder(
            one -> assertThat(one).startsWith("GPU " + early + " of node-7"),
            one -> assertThat(one).startsWith("GPU 0000:3b:00 of node-7"));
    judge.events(
        List.of(
            event(
                "lockstep.gpu.found",
                Map.of(
                    "hw.id",
                    early,
                    "lockstep.gpu.index",
                    "5",
                    "lockstep.gpu.pci.address",
                    "00000000:3B:00.0"))));
    ticks(judge, 1);
    assertThat(judge.verdict().faults())
        .allSatisfy(one -> assertThat(one.words()).startsWith("GPU 5 of node-7"))
        .extracting(Fault::rule, Fault::subject, Fault::sinceNanos)
        .containsExactlyElementsOf(
            before.stream()
                .map(one -> tuple(one.rule(), one.subject(), one.sinceNanos()))
                .toList());
    assertThat(judge.verdict().all().why()).contains("GPU 5 of node-7");
  }
}
