package io.lockstep.agent.sample.check;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One check as it is to be run.
///
/// @param name unique; what it is called everywhere
/// @param command the program and its arguments
/// @param interval from one run's begin to the next
/// @param timeout after which it is killed
/// @param user who it runs as; null for the agent's own
/// @param folder where it runs: its file's, or `/`
record SiteCheck(
    String name,
    List<String> command,
    Duration interval,
    Duration timeout,
    @Nullable String user,
    Path folder) {
  SiteCheck {
    command = List.copyOf(command);
  }
}
