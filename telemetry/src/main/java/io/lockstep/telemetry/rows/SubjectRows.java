package io.lockstep.telemetry.rows;

import io.lockstep.telemetry.contract.Printable;
import io.lockstep.telemetry.contract.Subject;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.Slice;
import java.util.EnumMap;
import org.jspecify.annotations.Nullable;

/// Finds the row of a subject by the bytes that name it. Holds the subjects last met; others are
/// looked up in [BatchRows] by their text.
final class SubjectRows {
  /// Above twice the GPUs, ports, disks and interfaces of a server.
  private static final int SLOTS = 128;

  private static final class Met {
    private final Subject kind;
    private final String host;
    private final byte[] value;
    private final String text;
    private final EnumMap<Table, Row> rows = new EnumMap<>(Table.class);

    Met(Subject kind, String host, Slice value) {
      this.kind = kind;
      this.host = host;
      this.value = value.copy();
      this.text = kind.prefix() + Printable.line(value.text(), Names.MAX);
    }

    boolean is(Subject kind, String host, Slice value) {
      return this.kind.equals(kind) && this.host.equals(host) && value.is(this.value);
    }
  }

  private final BatchRows rows;
  private final @Nullable Met[] met = new Met[SLOTS];

  SubjectRows(BatchRows rows) {
    this.rows = rows;
  }

  /// The row of that subject and time; null when it was refused, because the request is too big.
  ///
  /// @param value what names the subject; empty for the host itself
  @Nullable Row row(Table table, String host, Subject kind, Slice value, long timeNanos) {
    int slot = (value.hash() + 31 * kind.prefix().length()) & (SLOTS - 1);
    Met subject = met[slot];
    if (subject == null || !subject.is(kind, host, value)) {
      subject = new Met(kind, host, value);
      met[slot] = subject;
    }
    Row row = subject.rows.get(table);
    if (row == null || row.timeNanos() != timeNanos) {
      row = rows.row(table, host, subject.text, timeNanos);
      if (row != null) {
        subject.rows.put(table, row);
      }
    }
    return row;
  }
}
