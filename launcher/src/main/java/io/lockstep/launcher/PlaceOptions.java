package io.lockstep.launcher;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// The options that `up` and `demo` share: where things go.
final class PlaceOptions {
  private static final int PORT_MAX = 65_535;

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
      description =
          "Port for agents and OpenTelemetry senders, OTLP over HTTP; the one before it takes gRPC"
              + " (default: ${DEFAULT-VALUE}).")
  int otlp;

  @Option(
      names = "--training",
      paramLabel = "PORT",
      defaultValue = "4319",
      description = "The agent's port for training processes (default: ${DEFAULT-VALUE}).")
  int training;

  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec user;

  /// @throws ParameterException when a port can't be one, or stands twice
  Site.Place place(String command) {
    var ports = new HashMap<Integer, String>();
    check(ports, "--http", http);
    check(ports, "--otlp", otlp);
    ports.put(otlp - 1, "--otlp's gRPC");
    check(ports, "--training", training);
    Path folder = data != null ? data : Path.of("lockstep-data", command);
    return new Site.Place(folder.toAbsolutePath().normalize(), command, http, otlp, training);
  }

  private void check(Map<Integer, String> ports, String option, int port) {
    if (port < 1 || port > PORT_MAX) {
      throw wrong(option + " must be 1 to " + PORT_MAX + ", is " + port);
    }
    String other = ports.putIfAbsent(port, option);
    if (other != null) {
      throw wrong(other + " and " + option + " are the same port " + port + ": each needs its own");
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(Objects.requireNonNull(user).commandLine(), message);
  }
}
