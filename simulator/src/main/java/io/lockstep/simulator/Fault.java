package io.lockstep.simulator;

import io.lockstep.telemetry.config.Durations;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// An order to break something: `kind[@place][,start=30s][,for=5m][,depth=0.25][,heat=false]`.
///
/// | kind | place | what happens |
/// |---|---|---|
/// | `gpu-slow` | `node-0007/3` | the GPU overheats: clock and power fall, the thermal bits are set, its own work takes 1 + depth times as long; with `heat=false` only the work |
/// | `gpu-lost` | `node-0007/3` | the driver reports XID 79, the GPU is lost, and the job on the server dies; it starts again on a spare server half a minute later |
/// | `port-flapping` | `node-0007/mlx5_2/1` | the port is down for seconds, up for seconds, and so on |
/// | `port-down` | `node-0007/mlx5_2/1` | the port is down |
/// | `host-silent` | `node-0007` | the agent sends nothing; it comes back as a new run |
///
/// A server's name alone, or no place, leaves the rest to the seed.
///
/// @param kind what breaks
/// @param place `node-0007`, `node-0007/3` (a GPU's index) or `node-0007/mlx5_2/1`; null when the
///   seed is to choose
/// @param start after the simulation's start
/// @param length how long; null for ever
/// @param depth of a slow GPU: its work takes 1 + depth times as long, above 0, at most 10. An H800
///   that throttled ran 20 % slower ([Wu et al., ATC 2025](https://arxiv.org/abs/2410.12588)),
///   which is the default 0.25
/// @param heat of a slow GPU: whether heat is the cause
public record Fault(
    Kind kind,
    @Nullable String place,
    Duration start,
    @Nullable Duration length,
    double depth,
    boolean heat) {
  /// What can be broken to order.
  public enum Kind {
    /// A GPU does its own work more slowly; by heat unless ordered without.
    GPU_SLOW("node-0007/3"),
    /// A GPU falls off the bus, and the job that has it dies.
    GPU_LOST("node-0007/3"),
    /// A port goes down and comes back, again and again.
    PORT_FLAPPING("node-0007/mlx5_2/1"),
    /// A port goes down and stays down.
    PORT_DOWN("node-0007/mlx5_2/1"),
    /// A server's agent falls silent while its ranks go on.
    HOST_SILENT("node-0007");

    private final String example;

    Kind(String example) {
      this.example = example;
    }

    /// The kind in lower case with dashes, as orders and the collector's incidents write it.
    public String label() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// What a subject of this kind looks like.
    String example() {
      return example;
    }

    static Kind parse(String label) {
      for (Kind kind : values()) {
        if (kind.label().equals(label)) {
          return kind;
        }
      }
      String all = Arrays.stream(values()).map(Kind::label).collect(Collectors.joining(", "));
      throw new IllegalArgumentException("a kind is one of " + all + ", is \"" + label + "\"");
    }
  }

  static final double DEPTH = 0.25;

  /// What is broken unless ordered otherwise, each on a server of its own: a port that flaps after
  /// 15 s, a GPU slow by heat after 25 s, an agent that falls silent after 35 s, and, where another
  /// job goes on without it, a GPU lost after 45 s.
  public static final List<Fault> DEFAULTS =
      List.of(
          parse("port-flapping,start=15s"),
          parse("gpu-slow,start=25s"),
          parse("host-silent,start=35s"),
          parse("gpu-lost,start=45s"));

  public Fault {
    if (!(depth > 0 && depth <= 10)) {
      throw new IllegalArgumentException("depth must be above 0 and at most 10, is " + depth);
    }
    if (start.isNegative() || (length != null && !length.isPositive())) {
      throw new IllegalArgumentException("start must be 0s or more, for above 0s");
    }
  }

  /// Reads one order; one that says no start begins with the simulation.
  ///
  /// @throws IllegalArgumentException naming what is wrong and what is allowed
  public static Fault parse(String order) {
    return parse(order, Duration.ZERO);
  }

  private static Fault parse(String order, Duration start) {
    try {
      return read(order, start);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("fault \"" + order + "\": " + e.getMessage(), e);
    }
  }

  /// Reads all orders of a command line.
  ///
  /// @param orders [#parse] says how; `none` alone for a healthy cluster
  /// @param start of those that say none
  /// @param spec the cluster
  /// @return [#DEFAULTS] when there are no orders
  /// @throws IllegalArgumentException naming what is wrong and what is allowed
  public static List<Fault> parseAll(List<String> orders, Duration start, ClusterSpec spec) {
    if (orders.isEmpty()) {
      boolean another = spec.jobs().size() > 1;
      return DEFAULTS.stream().filter(one -> another || one.kind != Kind.GPU_LOST).toList();
    }
    if (orders.stream().map(String::strip).anyMatch("none"::equals)) {
      if (orders.size() > 1) {
        throw new IllegalArgumentException("fault \"none\" can't stand beside others");
      }
      return List.of();
    }
    return orders.stream().map(order -> parse(order, start)).toList();
  }

  private static Fault read(String order, Duration start) {
    String[] parts = order.strip().split(",", -1);
    int at = parts[0].indexOf('@');
    Kind kind = Kind.parse(at < 0 ? parts[0] : parts[0].substring(0, at));
    String place = at < 0 ? null : parts[0].substring(at + 1);
    if (place != null && place.isEmpty()) {
      throw new IllegalArgumentException("a place follows @, like @" + kind.example());
    }
    var fault = new Fault(kind, place, start, null, DEPTH, true);
    for (int i = 1; i < parts.length; i++) {
      fault = fault.with(parts[i].strip());
    }
    return fault;
  }

  private Fault with(String setting) {
    int equals = setting.indexOf('=');
    String key = equals < 0 ? setting : setting.substring(0, equals);
    String value = equals < 0 ? "" : setting.substring(equals + 1);
    return switch (key) {
      case "start" -> new Fault(kind, place, duration(key, value), length, depth, heat);
      case "for" -> new Fault(kind, place, start, duration(key, value), depth, heat);
      case "depth" -> new Fault(kind, place, start, length, depth(value), heat);
      case "heat" -> new Fault(kind, place, start, length, depth, heat(value));
      default ->
          throw new IllegalArgumentException(
              "a setting is one of start=, for=, depth=, heat=, is \"" + setting + "\"");
    };
  }

  private static Duration duration(String key, String value) {
    try {
      return Durations.parse(value);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(key + ": " + e.getMessage(), e);
    }
  }

  private double depth(String value) {
    onlyOfSlowGpu("depth");
    try {
      return Double.parseDouble(value);
    } catch (NumberFormatException _) {
      throw new IllegalArgumentException("depth must be a number like 0.25, is \"" + value + "\"");
    }
  }

  private boolean heat(String value) {
    onlyOfSlowGpu("heat");
    return switch (value) {
      case "true" -> true;
      case "false" -> false;
      default ->
          throw new IllegalArgumentException("heat must be true or false, is \"" + value + "\"");
    };
  }

  private void onlyOfSlowGpu(String key) {
    if (kind != Kind.GPU_SLOW) {
      throw new IllegalArgumentException(key + " is for gpu-slow only, not for " + kind.label());
    }
  }
}
