package io.lockstep.launcher;

import io.lockstep.telemetry.config.Durations;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/// How a bench reads how long something is to take.
final class TimeOption {
  private TimeOption() {}

  /// @param command that the option belongs to
  /// @param least how long it must be
  /// @throws ParameterException when it is no time, or shorter
  static Duration read(@Nullable CommandSpec command, String option, String text, Duration least) {
    try {
      Duration time = Durations.parse(text);
      if (time.compareTo(least) >= 0) {
        return time;
      }
    } catch (IllegalArgumentException _) {
      // said below
    }
    String wrong =
        "%s must be at least %s, as 10m or 90s, is %s"
            .formatted(option, Durations.text(least), text);
    if (command == null) {
      throw new IllegalStateException(wrong);
    }
    throw new ParameterException(command.commandLine(), wrong);
  }
}
