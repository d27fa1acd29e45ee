package io.lockstep.agent.doctor;

import io.lockstep.agent.sample.CrashReport;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/// Crashes of the agent's own processes, of which a report lies there.
final class CrashCheck {
  private static final Duration OF_INTEREST = Duration.ofDays(30);

  private CrashCheck() {}

  /// Looks for them; empty when there was none of late.
  ///
  /// @param folder the spool's
  static List<Diagnosis> of(Path folder, Instant now) {
    var all = new ArrayList<Diagnosis>();
    for (Path place : CrashReport.places(folder, System.getenv("STATE_DIRECTORY"))) {
      CrashReport report = CrashReport.of(place);
      if (report != null && report.time().isAfter(now.minus(OF_INTEREST))) {
        boolean gpus = place.endsWith(CrashReport.GPUS);
        all.add(
            Diagnosis.warning(
                "crash",
                (gpus ? "the process that reads GPUs: " : "the agent: ")
                    + report.words()
                    + ", of "
                    + report.time().truncatedTo(ChronoUnit.SECONDS),
                gpus
                    ? "where the driver's library crashes, update the driver; delete the file when"
                        + " done"
                    : "samplers.gpu.isolation: process keeps a crash in the driver's library out of"
                        + " the agent; delete the file when done"));
      }
    }
    return all;
  }
}
