package io.lockstep.collector.detect;

import io.lockstep.collector.window.Watched;
import io.lockstep.collector.window.Window;
import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Metric;
import io.lockstep.telemetry.rules.Sentence;
import java.util.Locale;
import java.util.Map;

/// How numbers stand in a sentence for people.
public final class Words {
  /// As in `GPU-8f6f2a52`.
  private static final int UUID_BEGIN = 12;

  /// The contract's units, as the end of a name.
  private static final Map<String, String> UNITS =
      Map.of(
          "s", "_seconds",
          "By", "_bytes",
          "By/s", "_bytes_per_second",
          "Cel", "_celsius",
          "Hz", "_hertz",
          "W", "_watts",
          "J", "_joules",
          "V", "_volts");

  private Words() {}

  /// A whole number with thousands parted: `1,230`.
  static String whole(double value) {
    return String.format(Locale.ROOT, "%,.0f", value);
  }

  /// A share as a whole per cent: `24 %`.
  static String percent(double share) {
    return Math.round(share * 100) + " %";
  }

  /// `1 rank`, `8 ranks`.
  static String count(int count, String what) {
    return String.format(Locale.ROOT, "%,d %s%s", count, what, count == 1 ? "" : "s");
  }

  /// What people call a GPU, at the begin of a sentence: `GPU 3 of node-0007`; with the begin of
  /// its UUID where the driver has given the number to another GPU, too.
  static String gpu(Window window, Watched gpu) {
    String subject = gpu.subject();
    String index =
        subject.startsWith("gpu/") ? subject.substring(4) : window.gpuIndex(gpu.host(), subject);
    String which = index == null ? subject : index + uuidWhereMoved(window, gpu.host(), subject);
    return Sentence.gpu(subject, which, gpu.host());
  }

  /// What a rule's sentence says of a subject.
  static Sentence sentence(Window window, Watched watched) {
    return new Sentence(gpu(window, watched), watched.host(), watched.subject());
  }

  /// What goes behind a GPU's number: ` (GPU-8f6f2a52)` where the driver has given the number to
  /// another GPU, too; else nothing.
  public static String uuidWhereMoved(Window window, String host, String uuid) {
    return window.gpuMoved(host, uuid)
        ? " (" + uuid.substring(0, Math.min(UUID_BEGIN, uuid.length())) + ")"
        : "";
  }

  /// A column's name with its unit last: `rate_bytes_per_second`; as it is where it has none. What
  /// many tables have says whose it is: `port_state`.
  static String named(Column column) {
    if (column.name().equals("state")) {
      return column.table().tableName() + "_state";
    }
    Metric metric = Contract.metric(column.metric());
    return column.name() + (metric == null ? "" : UNITS.getOrDefault(metric.unit(), ""));
  }
}
