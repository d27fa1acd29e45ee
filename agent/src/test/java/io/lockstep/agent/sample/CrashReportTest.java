package io.lockstep.agent.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CrashReportTest {
  /// The begin of what Temurin 25.0.3 wrote when the stand-in of NVML ended it.
  private static final String REPORT =
      """
      #
      # A fatal error has been detected by the Java Runtime Environment:
      #
      #  SIGSEGV (0xb) at pc=0x00007f6f3c0023b1, pid=4711, tid=4730
      #
      # Problematic frame:
      # C  [libnvidia-ml.so.1+0x23b1]  nvmlDeviceGetPowerUsage+0x2a
      #
      ---------------  T H R E A D  ---------------

      Current thread (0x00007f6f8c1b2c30):  JavaThread "gpu-GPU-1" daemon [_thread_in_native, id=4730]
      """;

  @TempDir Path folder;

  @Test
  void saysWhatCrashedOnWhichThread() throws Exception {
    Path file = Files.writeString(folder.resolve("gpu-crash.log"), REPORT);
    CrashReport report = Objects.requireNonNull(CrashReport.of(file));
    assertThat(report.frame())
        .isEqualTo("C [libnvidia-ml.so.1+0x23b1] nvmlDeviceGetPowerUsage+0x2a");
    assertThat(report.thread()).isEqualTo("gpu-GPU-1");
    assertThat(report.words()).isEqualTo("it crashed in " + report.frame() + "; see " + file);
  }

  @Test
  void aFileThatSaysNothingOfThatIsOneAllTheSame() throws Exception {
    Path file = folder.resolve("gpu-crash.log");
    assertThat(CrashReport.of(file)).isNull();
    Files.write(file, new byte[] {0, (byte) 0xff, '\n', '#', ' ', 'P'});
    CrashReport report = Objects.requireNonNull(CrashReport.of(file));
    assertThat(report.words()).isEqualTo("it crashed; see " + file);
    Files.writeString(file, "# Problematic frame:\n# " + "x".repeat(100_000));
    assertThat(Objects.requireNonNull(CrashReport.of(file)).frame()).hasSize(160);
    assertThat(CrashReport.of(folder)).as("a folder").isNull();
  }

  @Test
  void whatIsPutAsideTakesThePlaceOfTheOneBefore() throws Exception {
    for (int i = 0; i < 3; i++) {
      Path file = Files.writeString(folder.resolve("agent-crash.log"), REPORT);
      assertThat(Objects.requireNonNull(CrashReport.of(file)).putAside().file())
          .isEqualTo(folder.resolve("agent-crash.log.told"))
          .exists();
    }
    try (var all = Files.list(folder)) {
      assertThat(all).hasSize(1);
    }
  }
}
