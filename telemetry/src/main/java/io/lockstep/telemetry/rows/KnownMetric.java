package io.lockstep.telemetry.rows;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Metric;
import io.lockstep.telemetry.contract.Metric.Kind;
import io.lockstep.telemetry.otlp.Slice;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A metric of the contract with its names and attribute values as they stand on the wire, so that
/// a point finds its column without a text being made.
final class KnownMetric {
  /// Several times as many as the contract has metrics.
  private static final int SLOTS = 1024;

  private static final KnownMetric[] BY_NAME = new KnownMetric[SLOTS];
  private static final byte[][] DESCRIPTIVE =
      Contract.descriptive().stream().map(KnownMetric::utf8).toArray(byte[][]::new);

  private final Metric metric;
  private final byte[] name;

  /// Names of the attributes that choose the column, as [Metric#distinguishing()] has them.
  private final byte[][] keys;

  /// Name of the attribute that names the subject; empty when there is none.
  private final byte[] subjectKey;

  /// Of each column, in the metric's order, the value of each of `keys`; null where the attribute
  /// must be absent.
  private final byte[][] @Nullable [] values;

  static {
    for (Metric metric : Contract.metrics()) {
      if (metric.kind() != Kind.SPAN_ATTRIBUTE) {
        var known = new KnownMetric(metric);
        int slot = Slice.hash(known.name) & (SLOTS - 1);
        while (BY_NAME[slot] != null) {
          slot = (slot + 1) & (SLOTS - 1);
        }
        BY_NAME[slot] = known;
      }
    }
  }

  /// The contract's metric of that name; null when it knows none, or only as a span's attribute.
  static @Nullable KnownMetric find(Slice name) {
    int slot = name.hash() & (SLOTS - 1);
    while (BY_NAME[slot] != null) {
      if (name.is(BY_NAME[slot].name)) {
        return BY_NAME[slot];
      }
      slot = (slot + 1) & (SLOTS - 1);
    }
    return null;
  }

  private KnownMetric(Metric metric) {
    List<String> attributes = metric.distinguishing();
    List<Column> columns = metric.columns();
    this.metric = metric;
    this.name = utf8(metric.name());
    this.subjectKey = utf8(metric.subject().attribute());
    this.keys = attributes.stream().map(KnownMetric::utf8).toArray(byte[][]::new);
    this.values = new byte[columns.size()][keys.length][];
    for (int column = 0; column < values.length; column++) {
      for (int key = 0; key < keys.length; key++) {
        String value = columns.get(column).attributes().get(attributes.get(key));
        values[column][key] = value == null ? null : utf8(value);
      }
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  Metric metric() {
    return metric;
  }

  /// Whether a point must name its subject.
  boolean hasSubject() {
    return subjectKey.length > 0;
  }

  boolean isSubject(Slice key) {
    return hasSubject() && key.is(subjectKey);
  }

  /// How many attributes choose the column.
  int keys() {
    return keys.length;
  }

  /// Which of them it is, in the order of [#column]; −1 when none.
  int keyOf(Slice name) {
    for (int i = 0; i < keys.length; i++) {
      if (name.is(keys[i])) {
        return i;
      }
    }
    return -1;
  }

  /// Whether an attribute is one of [Contract#descriptive()].
  static boolean isDescriptive(Slice name) {
    for (byte[] one : DESCRIPTIVE) {
      if (name.is(one)) {
        return true;
      }
    }
    return false;
  }

  /// The column for these values of the attributes that choose it, empty where they are absent;
  /// null when there is none.
  @Nullable Column column(Slice[] sent) {
    for (int column = 0; column < values.length; column++) {
      if (fits(values[column], sent)) {
        return metric.columns().get(column);
      }
    }
    return null;
  }

  private static boolean fits(byte[] @Nullable [] wanted, Slice[] sent) {
    for (int key = 0; key < wanted.length; key++) {
      byte[] value = wanted[key];
      if (value == null ? sent[key].length() > 0 : !sent[key].is(value)) {
        return false;
      }
    }
    return true;
  }
}
