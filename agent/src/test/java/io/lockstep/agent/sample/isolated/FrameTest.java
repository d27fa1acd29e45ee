package io.lockstep.agent.sample.isolated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.agent.sample.isolated.Frame.Kind;
import io.lockstep.agent.sample.jobs.GpuProcess;
import io.lockstep.agent.sample.jobs.GpuUse;
import io.lockstep.agent.sample.nvml.Gpm;
import io.lockstep.agent.sample.nvml.NvmlConfig;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.Occurrence;
import io.lockstep.telemetry.otlp.Sample;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FrameTest {
  private static final Answer ANSWER =
      new Answer(
          1_800_000_000_000L,
          List.of(
              Sample.of(Contract.column(Table.GPU, "power"), "GPU-1", 300.5),
              Sample.of(Contract.column(Table.GPU, "ecc_corrected"), "GPU-1", Long.MAX_VALUE)),
          List.of(new Occurrence("lockstep.gpu.found", 7, "GPU 0", Map.of("hw.id", "GPU-1"))),
          List.of(
              new GpuUse("GPU-1", 0, null, List.of(new GpuProcess(7, null, ""))),
              new GpuUse("GPU-2", 1, 5L, List.of(new GpuProcess(8, 9L, "MIG-1")))));

  @Test
  void whatIsWrittenIsRead() throws IOException {
    var child = new Words();
    var agent = new Words();
    for (int i = 0; i < 3; i++) {
      byte[] body = child.answer(ANSWER);
      assertThat(agent.answer(new Frame(Kind.READING, body))).isEqualTo(ANSWER);
    }
    assertThat(child.answer(ANSWER).length).isLessThan(new Words().answer(ANSWER).length);
    var setup =
        new Words.Setup(
            NvmlConfig.DEFAULT.withLibrary("x.so").withGpm(Gpm.OFF),
            Duration.ofSeconds(2),
            Path.of("/a/b"),
            null);
    assertThat(Words.setup(new Frame(Kind.CONFIG, Words.setup(setup)))).isEqualTo(setup);
    var round = new Words.Asked(1_800_000_000_000L, 1L << 63 | 5, true);
    assertThat(Words.asked(new Frame(Kind.ROUND, Words.asked(round)))).isEqualTo(round);
  }

  @Test
  void garbageIsRefusedAndNeverMore() throws IOException {
    var random = new SplittableRandom(4);
    byte[] good = new Words().answer(ANSWER);
    for (int i = 0; i < 3000; i++) {
      byte[] bytes = good.clone();
      for (int flips = random.nextInt(1, 6); flips > 0; flips--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      try {
        new Words().answer(new Frame(Kind.READING, bytes));
      } catch (IOException _) {
        // as it should be
      }
    }
    byte[] huge = {'v', 127, 127, 127, 127};
    assertThatThrownBy(() -> Frame.readFrom(new DataInputStream(new ByteArrayInputStream(huge))))
        .isInstanceOf(IOException.class);
  }
}
