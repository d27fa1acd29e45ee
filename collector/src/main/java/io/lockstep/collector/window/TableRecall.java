package io.lockstep.collector.window;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.rules.Counters;
import io.lockstep.telemetry.rules.Links;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/// The last minutes of one table as they come back from the store after a restart, until the window
/// takes them ([Window#recall]). Filled by one thread beside the window's, row by row in the order
/// of time; counters become increases here as they do there.
public final class TableRecall {
  private static final long SECOND = 1_000_000_000L;
  private static final Column UP = Contract.column(Table.PORT, "up");
  private static final Column SATURATED = Contract.column(Table.PORT, "saturated_counters");

  private final Table table;
  private final LiveColumns columns;
  private final long from;
  private final float[][] slots;
  private final Counters counters;
  private final Links links;
  private int subjects;
  private long rows;

  /// @param from the first slot that is wanted; rows before it say from where counters go on
  /// @param slots how many slots are wanted at most
  /// @param subjects how many there are likely to be
  /// @param links to which ports' ups and downs are added
  public TableRecall(Table table, long from, int slots, int subjects, Links links) {
    this.table = table;
    this.columns = LiveColumns.of(table);
    this.from = from;
    this.slots = new float[slots][];
    this.counters = new Counters(columns.counterCount());
    this.subjects = subjects;
    this.links = links;
  }

  public Table table() {
    return table;
  }

  /// Rows that were taken.
  public long rows() {
    return rows;
  }

  /// Takes a row.
  ///
  /// @param subject its index in the window
  /// @param timeNanos its own time, Unix nanoseconds
  /// @param offsetNanos what to add to it to get the collector's
  public void add(int subject, long timeNanos, long offsetNanos, StoredRow row) {
    long nanos = timeNanos + offsetNanos;
    long place = Math.floorDiv(nanos, SECOND) - from;
    if (place >= slots.length) {
      return; // a clock that is ahead
    }
    rows++;
    float[] slot = place < 0 ? null : slot((int) place, subject);
    boolean stuck = isStuck(row);
    List<Column> live = columns.columns();
    for (int i = 0; i < live.size(); i++) {
      if (!row.has(i)) {
        continue;
      }
      Column column = live.get(i);
      int counter = columns.counter(column);
      float value =
          counter < 0
              ? (float) row.number(i)
              : (float) increase(subject, counter, column, i, row, timeNanos);
      if (slot != null && !Float.isNaN(value) && !(stuck && counter >= 0)) {
        int cell = subject * live.size() + i;
        boolean more = counter >= 0 && !Float.isNaN(slot[cell]);
        slot[cell] = more ? slot[cell] + value : value;
      }
    }
    if (table == Table.PORT && row.has(columns.place(UP))) {
      links.is(subject, nanos, row.whole(columns.place(UP)) != 0);
    }
  }

  /// Whether a counter of a port stands at its ceiling: then none of them says that nothing
  /// happened, as the row does not tell which one it is.
  private boolean isStuck(StoredRow row) {
    int place = columns.place(SATURATED);
    return table == Table.PORT && row.has(place) && row.whole(place) > 0;
  }

  private double increase(
      int subject, int counter, Column column, int place, StoredRow row, long timeNanos) {
    return column.type().integral()
        ? counters.add(subject, counter, row.whole(place), timeNanos)
        : counters.add(subject, counter, row.number(place), timeNanos);
  }

  private float[] slot(int place, int subject) {
    float[] slot = slots[place];
    int wanted = (subject + 1) * columns.count();
    if (slot != null && slot.length >= wanted) {
      return slot;
    }
    if (subject >= subjects) {
      subjects = subject + 1 + subject / 2;
    }
    var larger = new float[subjects * columns.count()];
    int known = slot == null ? 0 : slot.length;
    if (slot != null) {
      System.arraycopy(slot, 0, larger, 0, known);
    }
    Arrays.fill(larger, known, larger.length, Float.NaN);
    slots[place] = larger;
    return larger;
  }

  long from() {
    return from;
  }

  /// The first slot for which something came back; [Long#MAX_VALUE] when nothing did.
  long first() {
    for (int place = 0; place < slots.length; place++) {
      if (slots[place] != null) {
        return from + place;
      }
    }
    return Long.MAX_VALUE;
  }

  /// The slot after the last.
  long to() {
    return from + slots.length;
  }

  /// What came back for a slot; empty when nothing did.
  float[] values(long slot) {
    float[] values = slots[(int) (slot - from)];
    return values == null ? new float[0] : values;
  }

  /// The spans of ten minutes that the slots before this one make.
  List<OpenSpan> spans(long before) {
    var spans = new TreeMap<Long, OpenSpan>();
    for (long slot = from; slot < Math.min(before, to()); slot++) {
      float[] values = values(slot);
      if (values.length > 0) {
        spans
            .computeIfAbsent(Past.span(slot), index -> new OpenSpan(index, columns.count()))
            .fold(values);
      }
    }
    return new ArrayList<>(spans.values());
  }
}
