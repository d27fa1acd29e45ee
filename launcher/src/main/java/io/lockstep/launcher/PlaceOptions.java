package io.lockstep.launcher;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options that `up` and `demo` share: where things go.
final class PlaceOptions {
  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "Folder for configuration, logs, spool and store (default: lockstep-data/COMMAND).")
  @Nullable Path data;

  @Option(
      names = "--http",
      paramLabel = "PORT",
      defaultValue = "8470",
      description = "Port of the page and the REST interface (default: ${DEFAULT-VALUE}).")
  int http;

  @Option(
      names = "--otlp",
      paramLabel = "PORT",
      defaultValue = "4318",
      description = "Port for agents and OpenTelemetry senders (default: ${DEFAULT-VALUE}).")
  int otlp;

  @Option(
      names = "--training",
      paramLabel = "PORT",
      defaultValue = "4319",
      description = "The agent's port for training processes (default: ${DEFAULT-VALUE}).")
  int training;

  Site.Place place(String command) {
    Path folder = data != null ? data : Path.of("lockstep-data", command);
    return new Site.Place(folder.toAbsolutePath().normalize(), command, http, otlp, training);
  }
}
