package io.lockstep.agent.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lockstep.agent.batch.Outlet;
import io.lockstep.agent.judge.Verdict.State;
import io.lockstep.agent.sample.GpuLedger;
import io.lockstep.agent.sample.Reading;
import io.lockstep.agent.sample.nvml.NvmlConfig;
import io.lockstep.agent.sample.nvml.NvmlSampler;
import io.lockstep.simulator.NvmlStandIn;
import io.lockstep.telemetry.otlp.Occurrence;
import io.lockstep.telemetry.otlp.Sample;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a GPU says is wrong with itself, played through from NVML's answer to the agent's verdict,
/// second by second: each rule finds its fault and nothing else, on that GPU and no other, and not
/// any more when it is mended.
class GpuFaultsTest {
  private static final int GPU = 1;

  /// What is read seldom comes once a minute.
  private static final int FOUND_SECONDS = 120;

  private static final int OVER_SECONDS = 900;

  @TempDir Path folder;

  private NvmlStandIn nvml;
  private NvmlSampler sampler;
  private Former former;
  private Judge judge;
  private long second;

  @BeforeEach
  void start() throws Exception {
    assumeTrue(NvmlStandIn.possible(), "gcc is not installed");
    nvml = new NvmlStandIn(folder);
    nvml.gpus(2);
    sampler =
        new NvmlSampler(
            NvmlConfig.DEFAULT.withLibrary(nvml.library().toString()),
            Duration.ofSeconds(5),
            null,
            new GpuLedger(),
            InstantSource.system(),
            (_, _) -> {},
            _ -> {});
    former = new Former(folder.resolve("faults"));
    var config = new Judge.Config(folder.resolve("verdict"), Duration.ofSeconds(30), List.of());
    judge = new Judge(config, "node-7", new Nobody(), () -> Duration.ZERO, _ -> {}, former);
  }

  private record Nobody() implements Outlet {
    @Override
    public void metrics(Instant time, List<Sample> samples) {}

    @Override
    public void events(List<Occurrence> events) {}
  }

  @AfterEach
  void close() {
    if (sampler != null) {
      sampler.close();
      former.close();
    }
  }

  private void seconds(int count) {
    for (int i = 0; i < count; i++) {
      Instant now = Instant.ofEpochSecond(1_800_000_000 + second++);
      Reading reading = sampler.sample(now);
      judge.events(reading.events());
      judge.metrics(now, reading.samples());
    }
  }

  /// @return seconds until there are so many
  private int untilFaults(int count, int most) {
    int passed = 0;
    while (judge.verdict().faults().size() != count && passed < most) {
      seconds(1);
      passed++;
    }
    assertThat(judge.verdict().faults()).as("after %s s", passed).hasSize(count);
    return passed;
  }

  @ParameterizedTest
  @CsvSource({
    "gpu-sram-worn, sram_threshold_exceeded, 1, 0, must be replaced",
    "gpu-rows-used-up, banks_none, 1, 0, without a spare row",
    "gpu-pages-pending, retired_pages_pending, 1, 0, must be reset",
    "gpu-fabric-unhealthy, fabric_health, 0x11a9, 0x11aa, is broken or narrow (health 32)",
    "gpu-fabric-unhealthy, fabric_health, 0x119a, 0x11aa, is broken or narrow (health 16)",
    "gpu-fabric-unhealthy, fabric_status, 999, 0, is broken or narrow (health 128)",
    "gpu-nvlink-recovery-failed, field 214/3, 1007, 1007, 1 tries failed"
  })
  void aFaultThatComesIsFoundOnItsGpuAndOverWhenItIsMended(
      String rule, String key, String bad, String good, String words) throws Exception {
    for (int link = 0; link < 18; link++) {
      nvml.set(GPU, "field 214" + (link == 0 ? "" : "/" + link), 1006);
    }
    nvml.write();
    seconds(70);
    assertThat(judge.verdict().all().state()).isEqualTo(State.HEALTHY);
    nvml.set(GPU, key, bad);
    nvml.write();
    untilFaults(1, FOUND_SECONDS);
    assertIs(rule, words);
    nvml.set(GPU, key, good);
    nvml.write();
    untilFaults(0, OVER_SECONDS);
    assertThat(judge.verdict().all().state()).isEqualTo(State.HEALTHY);
  }

  /// The InfoROM is flash: it is read once an hour, and when the agent starts.
  @ParameterizedTest
  @CsvSource("gpu-inforom-corrupted, inforom_valid, 0, is corrupted")
  void aFaultThatIsThereAtTheStartIsFoundAtOnce(String rule, String key, String bad, String words)
      throws Exception {
    nvml.set(GPU, key, bad);
    nvml.write();
    seconds(15);
    assertThat(judge.verdict().faults()).hasSize(1);
    assertIs(rule, words);
    seconds(120);
    assertIs(rule, words);
  }

  private void assertIs(String rule, String words) {
    assertThat(judge.verdict().faults())
        .singleElement()
        .satisfies(fault -> {
          assertThat(fault.rule()).isEqualTo(rule);
          assertThat(fault.subject()).isEqualTo(NvmlStandIn.uuid(GPU));
        });
    assertThat(judge.verdict().all().why()).contains("GPU 1 of node-7").contains(words);
  }
}
