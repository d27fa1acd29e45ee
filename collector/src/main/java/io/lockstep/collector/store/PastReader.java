package io.lockstep.collector.store;

import io.lockstep.collector.window.ClosedSpan;
import io.lockstep.collector.window.Host;
import io.lockstep.collector.window.JobWindow;
import io.lockstep.collector.window.Past;
import io.lockstep.collector.window.Recalled;
import io.lockstep.collector.window.Span;
import io.lockstep.collector.window.TableRecall;
import io.lockstep.collector.window.Window;
import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.rows.Row;
import io.lockstep.telemetry.rows.Step;
import io.lockstep.telemetry.rules.LinkHistory;
import io.lockstep.telemetry.rules.Links;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Reads back from the default store what one cluster's window knew before the collector was
/// started: its last day from [PastTable], its last minutes from the rows as they came. For one
/// thread beside the window's; what it reads the window takes as a whole.
public final class PastReader {
  private static final long SECOND = 1_000_000_000L;
  private static final long MICROS = 1_000_000L;

  /// Where the live columns begin in an answer, behind time, host and subject.
  private static final int LIVE = 3;

  /// Rows this much before the first slot say from where counters go on.
  private static final int BASELINE_SECONDS = 30;

  /// A span that was not over when the collector died is put together again from its rows, unless
  /// it began longer ago.
  private static final int OPEN_SPAN_SECONDS = 40 * 60;

  /// Slots after the start that rows may belong to: those are asked for only until now.
  private static final int AHEAD_SECONDS = 60;

  /// Such a gap and no longer may there be in what is known of a port, as within the day's spans.
  private static final int UNWATCHED_SECONDS = Past.SPAN_SECONDS;

  private static final Column UP = Contract.column(Table.PORT, "up");
  private static final List<Column> RANK = PastTable.live(Table.RANK);

  /// Gives a subject its index in the window; on the window's own thread.
  public interface Registry {
    /// The index of a subject, given now when it is new; −1 when there is no room for it.
    int index(Table table, String host, String subject) throws IOException;
  }

  /// A subject of an answer.
  ///
  /// @param index in the window; −1 when it is not known there
  private record Subject(int index, @Nullable Host host) {
    long offsetNanos() {
      return host == null ? 0 : host.clockOffsetNanos();
    }
  }

  private final QuestDbServer server;
  private final Window window;
  private final Registry registry;
  private final Recalled recalled = new Recalled();
  private final Links links = new Links();

  /// Where each port's newest run of spans without a gap begins, in a state that is known.
  private final Map<Integer, Span> ups = new HashMap<>();

  /// Of ports, the newest span, and the newest row before the start.
  private long newestSpan = Long.MIN_VALUE;

  private long newestNanos;

  private final long now;
  private final long ringFrom;
  private long rows;

  /// @param nowSecond the collector's clock, Unix seconds
  public PastReader(QuestDbServer server, Window window, Registry registry, long nowSecond) {
    this.server = server;
    this.window = window;
    this.registry = registry;
    this.now = nowSecond;
    this.ringFrom = nowSecond - Window.SECONDS;
  }

  /// Reads all of it.
  ///
  /// @throws IOException when the store answers no more
  public Recalled read() throws IOException {
    long from = from();
    for (Table table : PastTable.TABLES) {
      register(table);
      day(table);
    }
    upsAndDowns(from);
    for (Table table : PastTable.TABLES) {
      minutes(table, from);
    }
    jobs();
    recallLinks();
    return recalled;
  }

  /// Ports that nobody watched for long before the start may have gone down and up meanwhile.
  private void recallLinks() {
    if (newestNanos < (now - UNWATCHED_SECONDS) * SECOND) {
      return;
    }
    for (int port : links.ports()) {
      LinkHistory history = links.get(port);
      if (history != null) {
        recalled.add(port, history);
      }
    }
  }

  /// From when on rows are read as they came: for the window's ten minutes, and for the spans that
  /// were not over, or not written, when the collector died.
  private long from() throws IOException {
    long from = Past.span(ringFrom) * Past.SPAN_SECONDS;
    String sql = "SELECT max(ts) FROM " + PastTable.name(Table.HOST) + " WHERE ts IS NOT NULL";
    try (QuestDbRows row = server.rows(sql + ofCluster())) {
      if (row.next() && row.has(0)) {
        from = Math.min(from, row.micros(0) / MICROS + Past.SPAN_SECONDS);
      }
    }
    return Math.max(from, now - OPEN_SPAN_SECONDS);
  }

  /// Gives those an index that were heard in the last minutes before the start. Others that had a
  /// part in the last day, and are gone, stay forgotten.
  private void register(Table table) throws IOException {
    String sql =
        "SELECT DISTINCT host, subject FROM %s WHERE ts >= %d%s"
            .formatted(table.tableName(), ringFrom * MICROS, ofCluster());
    try (QuestDbRows row = server.rows(sql)) {
      while (row.next()) {
        if (window.subject(table, row.symbol(0), row.symbol(1)) < 0) {
          registry.index(table, row.symbol(0), row.symbol(1));
        }
      }
    }
  }

  /// Rows that were read.
  public long rows() {
    return rows;
  }

  private String ofCluster() {
    return " AND cluster = '" + window.cluster().replace("'", "''") + "'";
  }

  /// The last day of a table.
  private void day(Table table) throws IOException {
    long from = (Past.span(now) - Past.SPANS) * Past.SPAN_SECONDS;
    int columns = PastTable.live(table).size();
    int likely = window.subjects(table).size();
    var spans = new TreeMap<Long, ClosedSpan.Filling>();
    var subjects = new Subjects(table, 2);
    try (QuestDbRows row = server.rows(PastTable.select(table, from) + ofCluster())) {
      while (row.next()) {
        rows++;
        int subject = subjects.of(row).index();
        if (subject >= 0) {
          long span = Past.span(row.micros(0) / MICROS);
          PastTable.read(
              row,
              columns,
              subject,
              spans.computeIfAbsent(span, index -> new ClosedSpan.Filling(index, columns, likely)));
        }
      }
    }
    spans.values().forEach(span -> recalled.add(table, closed(table, span)));
  }

  /// The span; of ports it also tells since when they have been watched without a gap.
  private ClosedSpan closed(Table table, ClosedSpan.Filling filling) {
    ClosedSpan span = filling.close();
    if (table == Table.PORT) {
      watched(span);
    }
    return span;
  }

  /// Notes where each port's newest run of spans without a gap begins, in a state that is known.
  /// Spans come oldest first.
  private void watched(ClosedSpan span) {
    if (span.index() != newestSpan + 1) {
      ups.clear();
    }
    newestSpan = span.index();
    int column = PastTable.live(Table.PORT).indexOf(UP);
    for (int port = 0; port < span.subjects(); port++) {
      Span up = span.of(column, port);
      Span since = ups.get(port);
      if (up == null) {
        ups.remove(port);
      } else if (since == null && up.least() == up.most()) {
        ups.put(port, up);
      }
    }
  }

  /// Ports' ups and downs by their events, each since its port has been watched.
  private void upsAndDowns(long from) throws IOException {
    if (newestSpan + 1 < Past.span(from)) {
      ups.clear();
    }
    ups.forEach((port, up) -> links.is(port, up.firstSlot() * SECOND, up.least() > 0.5));
    String sql =
        "SELECT ts, host, subject, name FROM event WHERE ts > "
            + (now * MICROS - LinkHistory.KEPT_NANOS / 1000)
            + " AND name IN ('lockstep.network.link.down', 'lockstep.network.link.up')"
            + ofCluster();
    var subjects = new Subjects(Table.PORT, 1);
    try (QuestDbRows row = server.rows(sql)) {
      while (row.next()) {
        rows++;
        Subject port = subjects.of(row);
        if (port.index() >= 0) {
          long time = row.micros(0) * 1000 + port.offsetNanos();
          links.became(port.index(), time, row.symbol(3).endsWith(".up"));
        }
      }
    }
  }

  /// The last minutes of a table.
  private void minutes(Table table, long from) throws IOException {
    String columns =
        PastTable.live(table).stream().map(Column::name).reduce("", (a, b) -> a + ", " + b);
    String sql =
        "SELECT ts, host, subject"
            + columns
            + " FROM "
            + table.tableName()
            + " WHERE ts >= "
            + (from - BASELINE_SECONDS) * MICROS
            + ofCluster();
    long start = window.memory().startSlot() * SECOND;
    int slots = (int) (now - from) + AHEAD_SECONDS;
    var recall = new TableRecall(table, from, slots, window.subjects(table).size(), links);
    var subjects = new Subjects(table, 1);
    try (QuestDbRows row = server.rows(sql)) {
      var values = new StoredMinutes(row, LIVE);
      while (row.next()) {
        rows++;
        Subject subject = subjects.of(row);
        long nanos = row.micros(0) * 1000;
        if (subject.index() >= 0) {
          recall.add(subject.index(), nanos, subject.offsetNanos(), values);
        }
        newestNanos = table == Table.PORT && nanos < start ? nanos : newestNanos;
      }
    }
    recalled.add(recall, window.sinceSlot());
  }

  /// The subjects of one answer, by the numbers of their symbols in it.
  private final class Subjects {
    private final Table table;
    private final int host;
    private final Map<Long, Subject> known = new HashMap<>();

    /// @param host the place of the host's column; the subject's is the next
    Subjects(Table table, int host) {
      this.table = table;
      this.host = host;
    }

    Subject of(QuestDbRows row) {
      long key = (long) row.key(host) << 32 | row.key(host + 1);
      Subject subject = known.get(key);
      if (subject == null) {
        String name = row.symbol(host);
        String part = row.symbol(host + 1);
        subject = new Subject(window.subject(table, name, part), window.host(name));
        known.put(key, subject);
      }
      return subject;
    }
  }

  /// The last iterations of jobs.
  private void jobs() throws IOException {
    var sql = new StringBuilder("SELECT ts, host, subject, job, attempt, gpu, iteration");
    sql.append(", world_size, pipeline_stage, expert_group");
    RANK.forEach(column -> sql.append(", ").append(column.name()));
    sql.append(" FROM rank WHERE ts >= ").append(ringFrom * MICROS).append(ofCluster());
    Map<List<String>, JobWindow> jobs = new HashMap<>();
    try (QuestDbRows row = server.rows(sql.toString())) {
      while (row.next()) {
        rows++;
        Step step = step(row);
        Host host = window.host(step.row().host());
        long offset = host == null ? 0 : host.clockOffsetNanos();
        jobs.computeIfAbsent(
                List.of(step.job(), step.attempt()),
                key -> JobWindow.recalled(key.get(0), key.get(1)))
            .recall(step, step.row().timeNanos() + offset);
      }
    }
    jobs.values().forEach(recalled::add);
  }

  private static Step step(QuestDbRows row) {
    String subject = row.symbol(2);
    var values = new Row(Table.RANK, row.symbol(1), subject, row.micros(0) * 1000);
    for (int i = 0; i < RANK.size(); i++) {
      if (row.has(10 + i)) {
        values.set(RANK.get(i), row.number(10 + i));
      }
    }
    return new Step(
        row.symbol(3),
        row.symbol(4),
        whole(row, 6, -1),
        (int) rank(subject),
        (int) whole(row, 7, 0),
        (int) whole(row, 8, -1),
        (int) whole(row, 9, -1),
        row.symbol(5),
        values.timeNanos(),
        values);
  }

  private static long rank(String subject) {
    String number = subject.substring(subject.indexOf('/') + 1);
    return number.matches("[0-9]{1,6}") ? Long.parseLong(number) : -1;
  }

  private static long whole(QuestDbRows row, int column, long otherwise) {
    return row.has(column) ? row.whole(column) : otherwise;
  }
}
