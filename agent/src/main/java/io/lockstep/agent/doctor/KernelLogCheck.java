package io.lockstep.agent.doctor;

import io.lockstep.agent.sample.kernel.KernelLogSampler;
import io.lockstep.telemetry.config.FileProblem;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// The kernel's log, for XIDs and what else it tells of broken parts.
final class KernelLogCheck {
  private static final String SOURCE = "kernel log";
  private static final String NAMED =
      "--kernel-log, or samplers.kernel_log.file, names a file that syslog writes; without them it"
          + " is /dev/kmsg";

  private KernelLogCheck() {}

  /// @param file `/dev/kmsg`, or a file in its place
  static Diagnosis of(Path file) {
    if (Files.isDirectory(file)) {
      return Diagnosis.bad(SOURCE, file + " is a folder", NAMED);
    }
    try (FileChannel _ = FileChannel.open(file, StandardOpenOption.READ)) {
      return Diagnosis.good(SOURCE, file + " can be read");
    } catch (NoSuchFileException _) {
      return Diagnosis.bad(
          SOURCE,
          file + " is not there",
          file.equals(KernelLogSampler.Config.DEFAULT.file())
              ? "in a container, pass the device: --device /dev/kmsg"
              : NAMED);
    } catch (AccessDeniedException _) {
      return denied(file);
    } catch (FileSystemException e) {
      return String.valueOf(e.getReason()).contains("not permitted")
          ? denied(file)
          : Diagnosis.bad(SOURCE, FileProblem.words(file, e), "dmesg says whether anybody can");
    } catch (IOException e) {
      return Diagnosis.bad(SOURCE, FileProblem.words(file, e), "dmesg says whether anybody can");
    }
  }

  private static Diagnosis denied(Path file) {
    boolean restricted = "1".equals(setting(Path.of("/proc/sys/kernel/dmesg_restrict")));
    return Diagnosis.bad(
        SOURCE,
        file + ": permission denied" + (restricted ? ", kernel.dmesg_restrict is 1" : ""),
        "the agent needs CAP_SYSLOG (in a unit: AmbientCapabilities=CAP_SYSLOG) and to read the"
            + " file (group adm or root)");
  }

  private static String setting(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException _) {
      return "";
    }
  }
}
