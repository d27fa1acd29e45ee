package io.lockstep.agent.sample.isolated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lockstep.agent.sample.GpuLedger;
import io.lockstep.agent.sample.Reading;
import io.lockstep.agent.sample.jobs.GpuUse;
import io.lockstep.agent.sample.nvml.NvmlConfig;
import io.lockstep.simulator.NvmlStandIn;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.Occurrence;
import io.lockstep.telemetry.otlp.Sample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// GPUs read by a process of their own, through the real ABI; and what becomes of it.
class IsolatedGpusTest {
  private static final int ROUNDS_MAX = 120;

  @TempDir Path folder;

  private final List<Occurrence> reported = new CopyOnWriteArrayList<>();
  private final List<Occurrence> told = new ArrayList<>();
  private final List<GpuUse> uses = new ArrayList<>();
  private NvmlStandIn nvml;
  private IsolatedGpus gpus;
  private long second = 1_800_000_000;

  @BeforeEach
  void build() throws Exception {
    assumeTrue(NvmlStandIn.possible(), "gcc is not installed");
    nvml = new NvmlStandIn(folder);
    nvml.gpus(2);
    gpus = gpus(folder);
  }

  private IsolatedGpus gpus(Path kept) {
    return new IsolatedGpus(
        NvmlConfig.DEFAULT.withLibrary(nvml.library().toString()),
        Duration.ofSeconds(1),
        kept,
        new GpuLedger(),
        (now, _) -> uses.addAll(now),
        reported::addAll);
  }

  @AfterEach
  void close() {
    if (gpus != null) {
      gpus.close();
    }
  }

  private Reading round() {
    Reading reading = gpus.sample(Instant.ofEpochSecond(second++));
    told.addAll(reading.events());
    return reading;
  }

  private Reading until(String what, Predicate<Reading> there) throws InterruptedException {
    for (int i = 0; i < ROUNDS_MAX; i++) {
      Reading reading = round();
      if (there.test(reading)) {
        return reading;
      }
      Thread.sleep(100);
    }
    throw new AssertionError("no " + what + "; told: " + told);
  }

  private static boolean hasBoth(Reading reading) {
    return power(reading).size() == 2;
  }

  private static List<Double> power(Reading reading) {
    return reading.samples().stream()
        .filter(one -> one.isOf(Contract.column(Table.GPU, "power")))
        .map(Sample::value)
        .toList();
  }

  private long count(String event) {
    return told.stream().filter(one -> one.name().equals(event)).count();
  }

  private long childPid() throws IOException {
    try (var processes = ProcessHandle.current().children()) {
      return processes
          .filter(one -> command(one).contains(GpuChild.class.getName()))
          .findFirst()
          .orElseThrow()
          .pid();
    }
  }

  private static String command(ProcessHandle process) {
    try {
      return Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"));
    } catch (IOException _) {
      return "";
    }
  }

  @Test
  void everyValueIsTheOneThatTheLibrarySays() throws Exception {
    nvml.process(0, 4711, 5_000_000_000L);
    nvml.write();
    Reading reading = until("values", IsolatedGpusTest::hasBoth);
    assertThat(power(reading)).containsExactly(300.0, 300.001);
    assertThat(count("lockstep.gpu.found")).isEqualTo(2);
    assertThat(uses)
        .filteredOn(use -> use.uuid().equals(NvmlStandIn.uuid(0)))
        .first()
        .satisfies(use -> {
          assertThat(use.memoryUsed()).isEqualTo(6_000_000_000L);
          assertThat(use.processes().getFirst().pid()).isEqualTo(4711);
          assertThat(use.processes().getFirst().memory()).isEqualTo(5_000_000_000L);
        });
    nvml.event(1, 1, 8, 79);
    nvml.write();
    until("XID", _ -> !reported.isEmpty());
    assertThat(reported.getFirst().attributes()).containsEntry("lockstep.gpu.xid", "79");
  }

  @Test
  void aLibraryThatCrashesCostsValuesForAWhileAndIsToldOnce() throws Exception {
    until("values", IsolatedGpusTest::hasBoth);
    nvml.set("segfault", 1);
    nvml.write();
    until("failure", _ -> count("lockstep.agent.reader.failed") > 0);
    for (int i = 0; i < 5; i++) {
      assertThat(round().samples()).isEmpty();
    }
    nvml.set("segfault", 0);
    nvml.write();
    until("values again", IsolatedGpusTest::hasBoth);
    assertThat(count("lockstep.agent.reader.failed")).isEqualTo(1);
    assertThat(count("lockstep.agent.reader.recovered")).isEqualTo(1);
    assertThat(count("lockstep.gpu.found")).isEqualTo(2);
    assertThat(told)
        .filteredOn(one -> one.name().equals("lockstep.agent.reader.failed"))
        .first()
        .satisfies(one -> assertThat(one.body()).contains("crashed", "gpu-crash.log"));
    assertThat(folder.resolve("gpu-crash.log")).isNotEmptyFile();
  }

  @Test
  void aGpuThatCrashesTheLibraryIsLeftOutAndTheOthersGoOn() throws Exception {
    nvml.gpus(4);
    until("all", reading -> power(reading).size() == 4);
    nvml.set(2, "segfault", 1);
    nvml.write();
    Reading without = until("the others", reading -> power(reading).size() == 3);
    assertThat(states(without)).containsExactlyInAnyOrder(1.0, 1.0, 1.0, 4.0);
    assertThat(failures()).singleElement().asString().contains("crash", "GPU 2 for 10 rounds");
    assertThat(told)
        .filteredOn(one -> one.name().equals("lockstep.gpu.state.changed"))
        .singleElement()
        .satisfies(one -> {
          assertThat(one.attributes())
              .containsEntry("hw.id", NvmlStandIn.uuid(2))
              .containsEntry("lockstep.gpu.state", "unresponsive");
          assertThat(one.body()).contains("reading it ended the process");
        });
    until("the next time", _ -> failures().size() == 2);
    assertThat(failures().getLast()).contains("GPU 2 for 20 rounds");
    until("the others again", reading -> power(reading).size() == 3);
    nvml.set(2, "segfault", 0);
    nvml.write();
    Reading all = until("all again", reading -> power(reading).size() == 4);
    assertThat(states(all)).containsOnly(1.0);
    assertThat(failures()).hasSize(2);
    assertThat(count("lockstep.gpu.found")).isEqualTo(4);
  }

  @Test
  void soAreTwoThatCrashItBeforeItHasEverAnswered() throws Exception {
    nvml.gpus(5);
    nvml.set(1, "segfault", 1);
    nvml.set(3, "segfault", 1);
    nvml.write();
    Reading without = until("the others", reading -> power(reading).size() == 3);
    assertThat(states(without)).containsExactlyInAnyOrder(1.0, 1.0, 1.0, 4.0, 4.0);
    nvml.set(1, "segfault", 0);
    nvml.set(3, "segfault", 0);
    nvml.write();
    Reading all = until("all", reading -> power(reading).size() == 5);
    assertThat(states(all)).containsOnly(1.0);
  }

  @Test
  void soIsOneOfWhichNoReportIsLeft() throws Exception {
    nvml.gpus(4);
    until("all", reading -> power(reading).size() == 4);
    nvml.set(1, "kill", 1);
    nvml.set("slow", 1); // so that the others are asked at the same time
    nvml.write();
    until("the others", reading -> power(reading).size() == 3);
    assertThat(failures().getFirst()).contains("killed");
    assertThat(failures()).noneMatch(words -> words.matches(".* GPU [023] for .*"));
    nvml.set(1, "kill", 0);
    nvml.write();
    until("all again", reading -> power(reading).size() == 4);
  }

  private static List<Double> states(Reading reading) {
    return reading.samples().stream()
        .filter(one -> one.isOf(Contract.column(Table.GPU, "state")))
        .map(Sample::value)
        .toList();
  }

  private List<String> failures() {
    return told.stream()
        .filter(one -> one.name().equals("lockstep.agent.reader.failed"))
        .map(Occurrence::body)
        .toList();
  }

  @Test
  void oneThatIsKilledIsStartedAgain() throws Exception {
    until("values", IsolatedGpusTest::hasBoth);
    long first = childPid();
    ProcessHandle.of(first).ifPresent(ProcessHandle::destroyForcibly);
    until("failure", _ -> count("lockstep.agent.reader.failed") > 0);
    until("values again", IsolatedGpusTest::hasBoth);
    assertThat(childPid()).isNotEqualTo(first);
  }

  @Test
  void aGpuThatHangsIsOneThatDoesNotAnswerAndTheOthersGoOn() throws Exception {
    until("values", IsolatedGpusTest::hasBoth);
    nvml.set(1, "hang power", 1);
    nvml.write();
    until("state", _ -> count("lockstep.gpu.state.changed") > 0);
    assertThat(power(round())).containsExactly(300.0);
    assertThat(count("lockstep.agent.reader.failed")).isZero();
    nvml.set("segfault", 1);
    nvml.write();
    until("failure", _ -> count("lockstep.agent.reader.failed") > 0);
    nvml.set("segfault", 0);
    nvml.unset(1, "hang power");
    nvml.write();
    until("values again", IsolatedGpusTest::hasBoth);
  }

  @Test
  void whereNothingCanBeKeptGpusAreReadAllTheSame() throws Exception {
    gpus = gpus(folder.resolve("nowhere"));
    until("values", IsolatedGpusTest::hasBoth);
    ProcessHandle.of(childPid()).orElseThrow().destroyForcibly();
    until("failure", _ -> count("lockstep.agent.reader.failed") > 0);
    until("values again", IsolatedGpusTest::hasBoth);
    assertThat(count("lockstep.agent.reader.failed")).isEqualTo(1);
  }

  @Test
  void theChildEndsWithItsParentsWords() throws Exception {
    until("values", IsolatedGpusTest::hasBoth);
    ProcessHandle child = ProcessHandle.of(childPid()).orElseThrow();
    gpus.close();
    child.onExit().get(20, java.util.concurrent.TimeUnit.SECONDS);
    assertThat(child.isAlive()).isFalse();
  }
}
