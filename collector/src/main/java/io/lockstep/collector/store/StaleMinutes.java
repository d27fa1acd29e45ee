package io.lockstep.collector.store;

import io.lockstep.telemetry.contract.Table;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The minutes of each table that got rows since their roll-up was made. A minute stands in a file
/// before its rows go to the store, so that no `kill -9` leaves a roll-up wrong; it goes when its
/// roll-up has been made after its last row.
///
/// Minutes that are long over get their rows from few servers, that send what they have kept: of
/// those it is known which, so that thousands of others need not be read again.
///
/// The file is a line for each change: `+ gpu 29700000 node-1`, or `*` for all hosts, and `-` with
/// the same words once it is done. Any thread.
final class StaleMinutes implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StaleMinutes.class);

  /// A minute is taken up when no row came for so long, nanoseconds; others may be on their way.
  private static final long QUIET = 60_000_000_000L;

  /// But not later than so long after its first row, lest one sender keep it open.
  private static final long LONGEST = 600_000_000_000L;

  /// Minutes this young get rows of all hosts.
  private static final int YOUNG = 2;

  /// So many are made together: each commit to a table costs the same, however many rows it has.
  private static final int TOGETHER = 5;

  /// These go before older ones, so that a long past does not hold up the present.
  private static final int LATELY = 15;

  /// So many hosts are told apart.
  private static final int HOSTS = 32;

  private static final String ALL = "*";
  private static final long NANOS = RollUp.MINUTE.toNanos();
  private static final long SHORT_FILE = 1 << 20;

  /// Minutes of a table, one after the other, and of the same hosts.
  ///
  /// @param from the first, Unix minutes
  /// @param to the one after the last
  /// @param hosts whose rows came; empty for all
  /// @param version of the last change of one of them
  record Span(Table table, long from, long to, Set<String> hosts, long version) {
    Span {
      hosts = Set.copyOf(hosts);
    }
  }

  /// What is waiting.
  ///
  /// @param minutes of all tables
  /// @param dueNanos since when the one has been due that waits longest, Unix nanoseconds;
  ///   [Long#MAX_VALUE] when there is none
  record Waiting(long minutes, long dueNanos) {}

  private static final class Stale {
    Set<String> hosts = Set.of();
    boolean all;
    long first;
    long last;
    long version;
  }

  private final Path file;
  private final boolean fresh;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Table, NavigableMap<Long, Stale>> minutes = new EnumMap<>(Table.class);
  private final Map<Table, Set<Long>> sending = new EnumMap<>(Table.class);
  private @Nullable FileChannel channel;
  private long length;
  private long compacted;
  private long version;
  private boolean unwritten;
  private boolean told;

  /// What is wrong with the file is told and stops nothing.
  ///
  /// @param file only this process writes to; made when it is missing
  /// @param now Unix nanoseconds
  StaleMinutes(Path file, long now) {
    this.file = file;
    for (Table table : RollUp.TABLES) {
      minutes.put(table, new TreeMap<>());
      sending.put(table, new HashSet<>());
    }
    this.fresh = !read(now);
    unwritten = true; // begins it anew
    write("");
  }

  /// @return whether there is a file
  private boolean read(long now) {
    try {
      String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
      text.lines().forEach(line -> read(line.split(" ", 4), now));
      return true;
    } catch (NoSuchFileException _) {
      return false;
    } catch (IOException e) {
      LOG.warn("roll-ups: can't read {}, minutes of late rows may stay as they are", file, e);
      return false;
    }
  }

  /// Whether there was no file: then nobody knows what was done before.
  boolean fresh() {
    return fresh;
  }

  private void read(String[] words, long now) {
    Table table = words.length == 4 ? table(words[1]) : null;
    if (table == null || !words[2].matches("[0-9]{1,12}")) {
      return; // half a line, by a kill or a full disk
    }
    long minute = Long.parseLong(words[2]);
    NavigableMap<Long, Stale> all = of(table);
    if (words[0].equals("+")) {
      add(all.computeIfAbsent(minute, _ -> new Stale()), words[3], now);
    } else {
      all.remove(minute);
    }
  }

  private static @Nullable Table table(String name) {
    for (Table table : RollUp.TABLES) {
      if (table.tableName().equals(name)) {
        return table;
      }
    }
    return null;
  }

  private NavigableMap<Long, Stale> of(Table table) {
    return minutes.computeIfAbsent(table, _ -> new TreeMap<>());
  }

  /// Adds a host, or all of them.
  ///
  /// @return whether that says something new
  private boolean add(Stale stale, String host, long now) {
    stale.first = stale.first == 0 ? now : stale.first;
    stale.last = now;
    stale.version = ++version;
    if (stale.all) {
      return false;
    }
    if (stale.hosts.contains(host)) {
      return false;
    }
    stale.all = host.equals(ALL) || stale.hosts.size() >= HOSTS;
    if (!stale.all) {
      stale.hosts = new TreeSet<>(stale.hosts);
      stale.hosts.add(host);
    }
    return true;
  }

  /// Lines are about to be sent: their minutes wait until [#sent].
  ///
  /// @param now Unix nanoseconds
  void sending(LineGroup group, long now) {
    long young = now / NANOS - YOUNG;
    var fresh = new StringBuilder();
    lock.lock();
    try {
      for (int i = 0; i < group.count(); i++) {
        Table table = LineWriter.table(group.table(i));
        Set<Long> under = sending.get(table);
        if (under == null) {
          continue;
        }
        long minute = group.time(i) / NANOS;
        boolean first = under.add(minute);
        Stale stale = of(table).computeIfAbsent(minute, _ -> new Stale());
        if (first || !stale.all) {
          String host = minute >= young ? "" : LineHost.of(group.text(i));
          host = host.isEmpty() ? ALL : host;
          if (add(stale, host, now)) {
            line(fresh, '+', table, minute, stale.all ? ALL : host);
          }
        }
      }
      write(fresh);
    } finally {
      lock.unlock();
    }
  }

  /// They are in the store.
  void sent(long now) {
    lock.lock();
    try {
      sending.forEach((table, under) -> {
        for (long minute : under) {
          Stale stale = of(table).get(minute);
          if (stale != null) {
            stale.last = now;
          }
        }
        under.clear();
      });
    } finally {
      lock.unlock();
    }
  }

  /// Marks minutes of all hosts, for what is in the store already; they are due at once.
  ///
  /// @param to the one after the last, Unix minutes
  void add(Table table, long from, long to, long now) {
    var fresh = new StringBuilder();
    lock.lock();
    try {
      for (long minute = from; minute < to; minute++) {
        if (add(of(table).computeIfAbsent(minute, _ -> new Stale()), ALL, now - QUIET)) {
          line(fresh, '+', table, minute, ALL);
        }
      }
      write(fresh);
    } finally {
      lock.unlock();
    }
  }

  /// The next minutes of a table that are due.
  ///
  /// @param most minutes
  /// @return null when none is
  @Nullable Span next(Table table, int most, long now) {
    lock.lock();
    try {
      NavigableMap<Long, Stale> all = of(table);
      Long first = firstDue(all.tailMap(now / NANOS - LATELY), table, now);
      first = first == null ? firstDue(all, table, now) : first;
      if (first == null) {
        return null;
      }
      Stale begin = Objects.requireNonNull(all.get(first));
      long to = first;
      long newest = 0;
      for (Stale next = begin; next != null && due(next, table, to, now) && alike(begin, next); ) {
        newest = Math.max(newest, next.version);
        next = ++to - first < most ? all.get(to) : null;
      }
      return new Span(table, first, to, begin.all ? Set.of() : begin.hosts, newest);
    } finally {
      lock.unlock();
    }
  }

  private static boolean alike(Stale one, Stale other) {
    return one.all == other.all && (one.all || one.hosts.equals(other.hosts));
  }

  private @Nullable Long firstDue(Map<Long, Stale> all, Table table, long now) {
    for (Map.Entry<Long, Stale> one : all.entrySet()) {
      if (due(one.getValue(), table, one.getKey(), now)) {
        return one.getKey();
      }
    }
    return null;
  }

  private boolean due(Stale stale, Table table, long minute, long now) {
    return dueNanos(stale, minute) <= now
        && !Objects.requireNonNull(sending.get(table)).contains(minute);
  }

  private static long dueNanos(Stale stale, long minute) {
    long quiet = Math.min(stale.last + QUIET, stale.first + LONGEST);
    long together = (minute / TOGETHER + 1) * TOGETHER;
    return Math.max(together * NANOS + QUIET, quiet);
  }

  /// The roll-up of these minutes has been made. What got rows meanwhile stays.
  void done(Span span) {
    var gone = new StringBuilder();
    lock.lock();
    try {
      for (long minute = span.from(); minute < span.to(); minute++) {
        Stale stale = of(span.table()).get(minute);
        if (stale == null) {
          continue;
        }
        if (stale.version > span.version()) {
          stale.first = stale.last;
        } else {
          of(span.table()).remove(minute);
          line(gone, '-', span.table(), minute, ALL);
        }
      }
      write(gone);
    } finally {
      lock.unlock();
    }
  }

  Waiting waiting() {
    lock.lock();
    try {
      long count = 0;
      long due = Long.MAX_VALUE;
      for (Map<Long, Stale> all : minutes.values()) {
        count += all.size();
        for (Map.Entry<Long, Stale> one : all.entrySet()) {
          due = Math.min(due, dueNanos(one.getValue(), one.getKey()));
        }
      }
      return new Waiting(count, due);
    } finally {
      lock.unlock();
    }
  }

  private static void line(StringBuilder out, char what, Table table, long minute, String host) {
    out.append(what).append(' ').append(table.tableName()).append(' ').append(minute);
    out.append(' ').append(host).append('\n');
  }

  /// A disk that takes nothing is told once: until it does, a kill may leave minutes as they were.
  private void write(CharSequence text) {
    if (text.isEmpty() && !unwritten) {
      return;
    }
    try {
      if (unwritten || length > Math.max(SHORT_FILE, 2 * compacted)) {
        compact();
      } else {
        append(text);
      }
      unwritten = false;
      told = false;
    } catch (IOException e) {
      if (!told) {
        LOG.warn("roll-ups: can't write {}, it is tried again reason=\"{}\"", file, e.toString());
      }
      told = true;
      unwritten = true;
    }
  }

  private void append(CharSequence text) throws IOException {
    ByteBuffer bytes = StandardCharsets.UTF_8.encode(text.toString());
    length += bytes.remaining();
    FileChannel open = channel;
    while (open != null && bytes.hasRemaining()) {
      open.write(bytes);
    }
  }

  /// Writes what is waiting to a new file, in place of the old one.
  private void compact() throws IOException {
    var text = new StringBuilder();
    minutes.forEach((table, all) ->
        all.forEach((minute, stale) -> {
          Consumer<String> add = host -> line(text, '+', table, minute, host);
          (stale.all ? List.of(ALL) : new ArrayList<>(stale.hosts)).forEach(add);
        }));
    Path next = file.resolveSibling(file.getFileName() + ".new");
    Files.writeString(next, text);
    Files.move(next, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    close();
    channel = FileChannel.open(file, StandardOpenOption.APPEND);
    length = channel.size();
    compacted = length;
  }

  @Override
  public void close() throws IOException {
    FileChannel open = channel;
    channel = null;
    if (open != null) {
      open.close();
    }
  }
}
