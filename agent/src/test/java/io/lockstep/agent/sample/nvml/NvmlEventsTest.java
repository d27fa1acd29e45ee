package io.lockstep.agent.sample.nvml;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.agent.sample.Reading;
import io.lockstep.simulator.NvmlStandIn;
import io.lockstep.telemetry.otlp.Occurrence;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What GPUs report by themselves, through the real ABI.
class NvmlEventsTest {
  private static final int WAIT_MILLIS = 20_000;
  private static final int XID = 8;
  private static final int MIG = 0x100;

  @TempDir Path folder;

  private List<Occurrence> reported;
  private GpuServer server;
  private NvmlStandIn nvml;

  @BeforeEach
  void build() throws Exception {
    server = new GpuServer(folder);
    reported = server.reported;
    nvml = server.nvml;
    nvml.gpus(2);
    server.start(server.config(), Duration.ofSeconds(5), null);
  }

  @AfterEach
  void close() throws Exception {
    if (server != null) {
      server.close();
    }
  }

  private Reading round() {
    return server.round();
  }

  private void until(String what, Predicate<List<Occurrence>> there) throws InterruptedException {
    long end = System.nanoTime() + WAIT_MILLIS * 1_000_000L;
    while (!there.test(reported)) {
      assertThat(System.nanoTime()).as("no %s but %s", what, reported).isLessThan(end);
      Thread.sleep(20);
    }
  }

  /// What was reported before somebody listened is lost.
  ///
  /// @return the last event's number
  private int untilTheyAreAskedFor() throws Exception {
    round();
    int number = 0;
    while (reported.isEmpty()) {
      nvml.event(++number, 1, XID, 45);
      nvml.write();
      Thread.sleep(100);
      assertThat(number).as("events are asked for").isLessThan(50);
    }
    reported.clear();
    return number;
  }

  @Test
  void anXidThatComesOverAndOverIsToldAtOnceAndThenCounted() throws Exception {
    int number = untilTheyAreAskedFor();
    for (int i = 1; i <= 200; i++) {
      nvml.event(number + i, 0, XID, 13);
    }
    nvml.event(number + 201, 1, XID, 13);
    nvml.event(number + 202, 0, XID, 79);
    nvml.write();
    until("fold", _ -> ofGpu0().size() == 3);
    assertThat(ofGpu0().subList(0, 2))
        .as("each first one at once")
        .noneMatch(one -> one.attributes().containsKey("lockstep.event.count"))
        .extracting(one -> one.attributes().get("lockstep.gpu.xid"))
        .containsExactly("13", "79");
    assertThat(reported)
        .filteredOn(one -> "13".equals(one.attributes().get("lockstep.gpu.xid")))
        .as("and that of the other GPU")
        .hasSize(3);
    assertThat(ofGpu0().getLast().attributes())
        .containsEntry("lockstep.gpu.xid", "13")
        .containsEntry("lockstep.event.count", "199");
  }

  @Test
  void aGpuThatSaysThatItIsSplitAnewIsListedAnewInTheNextRound() throws Exception {
    nvml.set(0, "mig", 1);
    nvml.write();
    int number = untilTheyAreAskedFor();
    nvml.mig(0, 0, "uuid", "MIG-a");
    nvml.mig(0, 0, "name", "NVIDIA_H100_80GB_HBM3_MIG_1g.10gb");
    nvml.event(number + 1, 0, MIG, 0);
    nvml.write();
    until("event", _ -> !ofGpu0().isEmpty());
    assertThat(ofGpu0().getFirst().name()).isEqualTo("lockstep.gpu.mig.changed");
    assertThat(ofGpu0().getFirst().attributes()).doesNotContainKey("error.type");
    Reading next = round();
    assertThat(next.events())
        .filteredOn(one -> one.name().equals("lockstep.gpu.mig.added"))
        .singleElement()
        .satisfies(
            one -> assertThat(one.attributes()).containsEntry("lockstep.gpu.mig.uuid", "MIG-a"));
    assertThat(round().events()).as("no other change").isEmpty();
  }

  /// Of the one with which it was found out whether somebody listens there may be a fold.
  private List<Occurrence> ofGpu0() {
    return reported.stream()
        .filter(one -> NvmlStandIn.uuid(0).equals(one.attributes().get("hw.id")))
        .toList();
  }
}
