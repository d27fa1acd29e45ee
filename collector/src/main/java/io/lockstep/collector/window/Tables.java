package io.lockstep.collector.window;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Table;
import java.lang.invoke.VarHandle;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The tables that are kept second by second, and how far they are sealed.
///
/// One thread advances and puts; any thread reads sealed slots. The edge is written last and read
/// first, so that who sees it sees the slots below it.
final class Tables {
  private static final long SECOND = 1_000_000_000L;

  /// Slots that can be written: those that are not over, and some for clocks that are ahead.
  private static final int OPEN = Window.LAG_SECONDS + 1 + Window.AHEAD_SECONDS;

  /// The tables of which a day is kept, too.
  static final List<Table> PAST = List.of(Table.GPU, Table.PORT, Table.HOST);

  private final Map<Table, TableWindow> tables = new EnumMap<>(Table.class);
  private volatile long startSlot = Long.MAX_VALUE;
  private volatile long sinceSlot = Long.MAX_VALUE;
  private volatile long nowNanos;
  private volatile long sealedEdge = Long.MIN_VALUE;

  Tables(Window.Config config) {
    tables.put(Table.GPU, new TableWindow(Table.GPU, config.gpus()));
    tables.put(Table.PORT, new TableWindow(Table.PORT, config.ports()));
    tables.put(Table.HOST, new TableWindow(Table.HOST, config.hosts()));
    tables.put(Table.PART, new TableWindow(Table.PART, config.parts()));
  }

  /// The first slot after the start.
  long startSlot() {
    return startSlot;
  }

  /// The first slot of the last day of which something may be known.
  long pastSinceSlot() {
    long since = sinceSlot;
    long now = Past.span(sealedEdge);
    for (long index = now - Past.SPANS; index < now; index++) {
      for (Table table : PAST) {
        if (kept(table).past().get(index) != null) {
          return Math.min(since, index * Past.SPAN_SECONDS);
        }
      }
    }
    return since;
  }

  /// Spans that were closed since the last call, by table, oldest first.
  Map<Table, List<ClosedSpan>> takeClosedSpans() {
    var closed = new EnumMap<Table, List<ClosedSpan>>(Table.class);
    for (Table table : PAST) {
      List<ClosedSpan> fresh = kept(table).past().takeFresh();
      if (!fresh.isEmpty()) {
        closed.put(table, fresh);
      }
    }
    return closed;
  }

  long sinceSlot() {
    return sinceSlot;
  }

  long nowNanos() {
    return nowNanos;
  }

  long sealedEdge() {
    return sealedEdge;
  }

  /// The window of a table; null when it is not kept.
  @Nullable TableWindow get(Table table) {
    return tables.get(table);
  }

  /// The window of a table.
  ///
  /// @throws IllegalArgumentException when it is not kept
  TableWindow kept(Table table) {
    TableWindow window = tables.get(table);
    if (window == null) {
      throw new IllegalArgumentException(
          "the window keeps " + tables.keySet() + " second by second, not " + table);
    }
    return window;
  }

  /// Whether a slot can be written: −1 when it is sealed already, 1 when it is too far ahead, else
  /// 0.
  int compareToOpen(long slot) {
    if (slot <= sealedEdge) {
      return -1;
    }
    return slot > sealedEdge + OPEN ? 1 : 0;
  }

  /// Seals what is due and opens as many slots ahead.
  ///
  /// @param now the collector's clock, Unix nanoseconds; going backwards has no effect
  void advance(long now) {
    if (now <= nowNanos) {
      return;
    }
    long target = Math.floorDiv(now, SECOND) - Window.LAG_SECONDS - 1;
    long edge = sealedEdge;
    boolean first = edge == Long.MIN_VALUE;
    if (target > edge) {
      if (!first) {
        fold(edge + 1, target);
      }
      open(first ? target + 1 : edge + OPEN + 1, target + OPEN);
      startSlot = first ? target + 1 : startSlot;
      sinceSlot = first ? target + 1 : sinceSlot;
      sealedEdge = target;
    }
    nowNanos = now;
  }

  /// Adds what is sealed to the tables' past. Parts have none: there are many, they say nothing in
  /// most seconds, and when they changed they said so.
  private void fold(long from, long to) {
    // Slots further ahead were never opened.
    for (long slot = from; slot <= Math.min(to, from + OPEN - 1); slot++) {
      for (Table table : PAST) {
        kept(table).sealed(slot);
      }
    }
    closeSpans(to);
  }

  private void closeSpans(long slot) {
    PAST.forEach(table -> kept(table).past().closeBefore(slot));
  }

  private void open(long from, long to) {
    for (long slot = Math.max(from, to - Ring.LENGTH + 1); slot <= to; slot++) {
      for (TableWindow table : tables.values()) {
        table.open(slot);
      }
    }
  }

  /// The value in a slot; NaN when it is absent, not sealed or out of the window.
  double at(Column column, int subject, long slot) {
    TableWindow table = kept(column.table());
    int place = table.place(column);
    if (!readable(slot)) {
      return Double.NaN;
    }
    double value = table.get(place, subject, slot);
    // Again, because a reader that was held up meanwhile may have read a slot in its next use.
    VarHandle.loadLoadFence();
    return readable(slot) ? value : Double.NaN;
  }

  /// A closed span of ten minutes; null when there is none, or it had no value.
  @Nullable Span span(Column column, int subject, long index) {
    TableWindow table = kept(column.table());
    ClosedSpan span = table.past().get(index);
    return span == null ? null : span.of(table.place(column), subject);
  }

  /// What the tables take now, second by second, bytes.
  long ringBytes() {
    return tables.values().stream().mapToLong(TableWindow::ringBytes).sum();
  }

  /// What their past takes now, bytes.
  long pastBytes() {
    return tables.values().stream().mapToLong(table -> table.past().bytes()).sum();
  }

  /// Keeps spans open from now on, or no longer.
  void hold(boolean now) {
    PAST.forEach(table -> kept(table).past().hold(now));
    closeSpans(sealedEdge);
  }

  /// Takes what came back from the store of the time before the start; readers see all of it from
  /// then on.
  void recall(Recalled recalled) {
    for (Recalled.Minutes one : recalled.minutes()) {
      kept(one.recall().table()).recall(one.recall(), one.spans(), sinceSlot, sealedEdge);
    }
    recalled.spans().forEach((table, spans) -> spans.forEach(kept(table).past()::recall));
    hold(false);
    long first =
        recalled.minutes().stream()
            .mapToLong(one -> one.recall().first())
            .min()
            .orElse(Long.MAX_VALUE);
    sinceSlot = Math.min(sinceSlot, Math.max(first, sealedEdge - Window.SECONDS + 1));
  }

  private boolean readable(long slot) {
    long edge = sealedEdge;
    return slot >= sinceSlot
        && edge != Long.MIN_VALUE
        && slot <= edge
        && slot > edge - Window.SECONDS;
  }
}
