package io.lockstep.collector.state;

import io.lockstep.collector.alert.Incident;
import io.lockstep.collector.alert.Transition;
import io.lockstep.collector.alert.Waiting;
import io.lockstep.collector.detect.SubjectKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/// Incidents, their alerts and the messages about them in one SQLite file, so that a restart
/// neither forgets nor repeats anything. One thread owns it and is its only writer.
///
/// All transitions of a round and the messages that tell them are one transaction, written through
/// to the disk (`synchronous=FULL`: there are few, and each matters). The schema carries a version
/// in `user_version`; a file that a newer version wrote is refused, never touched. A damaged file
/// is set aside and begun anew, because a monitor that does not start is worse than one that has
/// forgotten.
public final class State implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(State.class);
  private static final int RESOLVED_LOADED = 1_000;
  private static final int RESOLVED_KEPT = 10_000;
  private static final int UNSAVED_MAX = 10_000;

  /// SQLite refuses to let the file grow beyond this: 4 KiB pages, so 1 GiB. Ten thousand resolved
  /// incidents take some 10 MiB.
  private static final long PAGES_MAX = 262_144;

  private final Connection connection;
  private final IncidentRows incidents;
  private final OutboxRows messages;
  private final WaitingRows waitingRows;
  private final List<Incident> earlier;
  private final List<Waiting> earlierWaiting;
  private List<SubjectKey> waitingWritten;
  private Outbox outbox;
  private final Unwritten unwritten = new Unwritten();
  private boolean failing;

  private State(Connection connection) throws SQLException, UnreadableRowException {
    this.connection = connection;
    this.incidents = new IncidentRows(connection);
    this.messages = new OutboxRows(connection);
    this.waitingRows = new WaitingRows(connection);
    this.earlier = incidents.read(RESOLVED_LOADED);
    this.earlierWaiting = waitingRows.read();
    this.waitingWritten = subjects(earlierWaiting);
    this.outbox = messages.read(RESOLVED_LOADED);
  }

  /// Opens the file, or makes it.
  ///
  /// @throws IOException when a newer version wrote it, or it can't be written; the message says
  ///   what to do
  public static State open(Path file) throws IOException {
    return open(file, PAGES_MAX);
  }

  /// @param pagesMax how far the file may grow, in pages of 4 KiB
  static State open(Path file, long pagesMax) throws IOException {
    try {
      return connect(file, pagesMax);
    } catch (SQLException e) {
      if (!isDamage(e)) {
        throw new IOException("can't open " + file + ": " + e.getMessage(), e);
      }
      setAside(file, e);
    } catch (UnreadableRowException e) {
      setAside(file, e);
    }
    try {
      return connect(file, pagesMax);
    } catch (SQLException | UnreadableRowException e) {
      throw new IOException("can't make " + file + ": " + e.getMessage(), e);
    }
  }

  private static boolean isDamage(SQLException e) {
    if (!(e instanceof SQLiteException sqlite)) {
      return false;
    }
    // The lowest byte is the kind, the others tell more of it.
    int kind = sqlite.getResultCode().code & 0xff;
    return kind == SQLiteErrorCode.SQLITE_CORRUPT.code
        || kind == SQLiteErrorCode.SQLITE_NOTADB.code;
  }

  private static void setAside(Path file, Exception cause) throws IOException {
    for (String suffix : List.of("", "-wal", "-shm")) {
      Path part = file.resolveSibling(file.getFileName() + suffix);
      if (Files.exists(part)) {
        Path aside = file.resolveSibling(file.getFileName() + ".damaged" + suffix);
        Files.move(part, aside, StandardCopyOption.REPLACE_EXISTING);
      }
    }
    log.error(
        "state damaged, begun anew; earlier incidents are in file={}.damaged cause=\"{}\"",
        file,
        cause.getMessage());
  }

  private static State connect(Path file, long pagesMax)
      throws SQLException, IOException, UnreadableRowException {
    Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
    try {
      prepare(connection, file, pagesMax);
      return new State(connection);
    } catch (SQLException | IOException | UnreadableRowException e) {
      connection.close();
      throw e;
    }
  }

  private static void prepare(Connection connection, Path file, long pagesMax)
      throws SQLException, IOException {
    try (Statement statement = connection.createStatement()) {
      int version = Schema.version(statement, file);
      statement.execute("PRAGMA journal_mode=WAL");
      statement.execute("PRAGMA synchronous=FULL");
      statement.execute("PRAGMA busy_timeout=2000");
      statement.execute("PRAGMA max_page_count=" + pagesMax);
      Schema.update(statement, version);
      String check = statement.executeQuery("PRAGMA quick_check").getString(1);
      if (!"ok".equals(check)) {
        String first = check.lines().limit(2).collect(Collectors.joining(" "));
        throw new SQLiteException(first, SQLiteErrorCode.SQLITE_CORRUPT);
      }
    }
  }

  /// The incidents of before this start, oldest first: every open one, and the newest thousand of
  /// the others.
  public List<Incident> load() {
    return earlier;
  }

  /// The alerts of before this start that an event had begun and that had not fired.
  public List<Waiting> waiting() {
    return earlierWaiting;
  }

  private static List<SubjectKey> subjects(List<Waiting> waiting) {
    return waiting.stream().map(Waiting::subject).toList();
  }

  /// Writes which alerts wait, where others do than before. When the disk refuses, the next call
  /// tries again.
  public void keepWaiting(List<Waiting> waiting) {
    if (subjects(waiting).equals(waitingWritten)) {
      return;
    }
    try (Statement statement = connection.createStatement()) {
      statement.execute("BEGIN IMMEDIATE");
      waitingRows.write(waiting);
      statement.execute("COMMIT");
      waitingWritten = subjects(waiting);
    } catch (SQLException e) {
      giveUp(e);
    }
  }

  /// The messages of before this start. Asked once: they are not held on to.
  public Outbox outbox() {
    Outbox all = outbox;
    outbox = new Outbox(List.of(), Map.of());
    return all;
  }

  /// Writes a round's transitions in one transaction. When the disk refuses, they are kept in
  /// memory and written with a later round; that is said once.
  public void save(List<Transition> transitions) {
    save(transitions, List.of(), List.of());
  }

  /// Writes a round's transitions, and the messages that tell them to people, in one transaction,
  /// as [#save(List)] does.
  public void save(
      List<Transition> transitions, List<Message> told, Collection<Delivery> deliveries) {
    transitions.forEach(transition -> unwritten.add(transition.incident()));
    told.forEach(unwritten::add);
    deliveries.forEach(unwritten::add);
    flush();
  }

  /// Writes incidents whose numbers have moved without a transition, so that a restart finds the
  /// newest; as [#save] does.
  public void keep(Collection<Incident> moved) {
    moved.forEach(unwritten::add);
    flush();
  }

  private void flush() {
    if (unwritten.isEmpty()) {
      return;
    }
    try {
      write();
      unwritten.clear();
      if (failing) {
        failing = false;
        log.info("state written again");
      }
    } catch (SQLException e) {
      giveUp(e);
    }
  }

  /// The transaction is begun and ended by hand: after a full disk SQLite has rolled back by
  /// itself, and the driver's own bookkeeping would then write each row on its own.
  private void write() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("BEGIN IMMEDIATE");
      boolean resolved = unwritten.write(incidents, messages);
      if (resolved && incidents.prune(RESOLVED_KEPT)) {
        messages.prune();
      }
      statement.execute("COMMIT");
    }
  }

  private void giveUp(SQLException cause) {
    try (Statement statement = connection.createStatement()) {
      statement.execute("ROLLBACK");
    } catch (SQLException e) {
      // It says so when SQLite has rolled back already, or when nothing was begun.
      cause.addSuppressed(e);
    }
    unwritten.bound(UNSAVED_MAX);
    if (!failing) {
      failing = true;
      log.error(
          "state not written, kept in memory until it can be incidents={} deliveries={} cause=\"{}\"",
          unwritten.incidents(),
          unwritten.deliveries(),
          cause.getMessage());
    }
  }

  /// Whether the last attempt to write failed; then incidents are in memory only.
  public boolean failing() {
    return failing;
  }

  @Override
  public void close() throws IOException {
    save(List.of());
    try {
      connection.close();
    } catch (SQLException e) {
      throw new IOException("can't close the state: " + e.getMessage(), e);
    }
  }
}
