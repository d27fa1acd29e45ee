package io.lockstep.simulator;

import io.lockstep.telemetry.config.Durations;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A fault to order, as `kind[@subject][,start=30s][,for=5m][,depth=0.25]`.
///
/// @param kind what goes wrong
/// @param place `node-0007`, `node-0007/3` (a GPU's index) or `node-0007/mlx5_2/1`; null for a
///   place chosen by the seed
/// @param start when it begins, from the start of the simulation
/// @param length how long it lasts; null for ever
/// @param depth for `gpu-slow`: the share of its speed that the GPU loses, 0 to 1
public record Fault(
    Kind kind, @Nullable String place, Duration start, @Nullable Duration length, double depth) {

  /// What can go wrong.
  public enum Kind {
    /// A GPU runs hot: its clock falls, its temperature rises, it names the reason, and its own
    /// work takes longer, all together. Depth by default 25 %; Greyhound (ATC'25) saw 20 %.
    GPU_SLOW,
    /// A port goes down for seconds and comes back, again and again.
    PORT_FLAPPING,
    /// A port goes down and stays down.
    PORT_DOWN,
    /// A server's agent falls silent while its ranks go on training.
    HOST_SILENT;

    /// The kind as it is ordered and as the collector writes it: lower case with dashes.
    public String label() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /// The faults of a demo that orders none: a hot GPU, a flapping port, a silent agent.
  public static final List<Fault> DEFAULTS =
      List.of(
          parse("port-flapping,start=15s"),
          parse("gpu-slow,start=25s"),
          parse("host-silent,start=35s"));

  public Fault {
    if (!(depth > 0 && depth < 1)) {
      throw new IllegalArgumentException("depth must be between 0 and 1, is " + depth);
    }
    if (length != null && length.isZero()) {
      throw new IllegalArgumentException("for must be above 0");
    }
  }

  /// Reads an order.
  ///
  /// @throws IllegalArgumentException when it has another form; the message says what is allowed
  public static Fault parse(String order) {
    String[] parts = order.split(",", -1);
    String[] head = parts[0].split("@", 2);
    Duration start = Duration.ZERO;
    Duration length = null;
    double depth = 0.25;
    for (int i = 1; i < parts.length; i++) {
      String[] pair = parts[i].split("=", 2);
      String value = pair.length == 2 ? pair[1] : "";
      switch (pair[0]) {
        case "start" -> start = Durations.parse(value);
        case "for" -> length = Durations.parse(value);
        case "depth" -> depth = number(value);
        default ->
            throw new IllegalArgumentException(
                "fault " + order + ": " + pair[0] + " is none of start, for, depth");
      }
    }
    return new Fault(kind(head[0]), head.length == 2 ? head[1] : null, start, length, depth);
  }

  private static Kind kind(String text) {
    for (Kind kind : Kind.values()) {
      if (kind.label().equals(text)) {
        return kind;
      }
    }
    String all = Arrays.stream(Kind.values()).map(Kind::label).collect(Collectors.joining(", "));
    throw new IllegalArgumentException("fault kind " + text + " is none of " + all);
  }

  private static double number(String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException _) {
      throw new IllegalArgumentException("depth must be a number, is \"" + text + "\"");
    }
  }
}
