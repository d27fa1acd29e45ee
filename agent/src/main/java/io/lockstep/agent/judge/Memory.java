package io.lockstep.agent.judge;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Metric;
import io.lockstep.telemetry.contract.Metric.Kind;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.Sample;
import io.lockstep.telemetry.rules.Counters;
import io.lockstep.telemetry.rules.LinkHistory;
import io.lockstep.telemetry.rules.Links;
import io.lockstep.telemetry.rules.Readings;
import io.lockstep.telemetry.rules.Rule;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The agent's own memory of what the rules read, and of nothing else: some columns of each GPU and
/// port, a minute long. A sample that no rule reads costs one look-up. One thread.
final class Memory implements Readings {
  /// Kept of each column at least; a rule that looks back further has as much as it asks for.
  private static final int SECONDS = 64;

  private static final int FRESH_SECONDS = 5;

  /// A part of which nothing at all was heard for so long was taken out.
  private static final long GONE_SECONDS = 600;

  private static final int SUBJECTS_MAX = 256;
  private static final int PLACES_MAX = 20_000;
  private static final long SECOND = 1_000_000_000L;
  private static final Column UP = Contract.column(Table.PORT, "up");

  /// Where a series is kept.
  ///
  /// @param counter null when its values are kept as they are
  private record Cell(Column column, int subject, Track track, @Nullable Counters counter) {}

  /// One series of a round.
  ///
  /// @param cell null where no rule reads it
  private record Place(Metric metric, Attributes attributes, @Nullable Cell cell) {
    /// Whether a sample is of it, for all that two comparisons can tell: those that come each round
    /// have the same objects each time.
    @SuppressWarnings("ReferenceEquality")
    boolean is(Sample sample) {
      return attributes == sample.attributes() && metric == sample.metric();
    }
  }

  /// The parts of one table.
  private static final class Shelf {
    final List<String> subjects = new ArrayList<>();
    final Map<String, Integer> places = new HashMap<>();
    final List<List<Cell>> cells = new ArrayList<>();
  }

  private final Map<Column, Integer> read = new HashMap<>();
  private final Map<Metric, Map<Attributes, @Nullable Cell>> series = new HashMap<>();
  private final Map<Table, Shelf> shelves = new EnumMap<>(Table.class);
  private final Links links = new Links();

  /// By its place in the round before: mostly the next one has the same series there.
  private final List<Place> before = new ArrayList<>();

  private long second;

  /// @param rules whose columns are kept
  Memory(List<Rule> rules) {
    for (Rule rule : rules) {
      boolean cycles =
          rule.test() == Rule.Test.CYCLES; // of links, which have a history of their own
      keep(rule.column(), cycles ? 0 : (int) rule.window().toSeconds());
      if (rule.unless() != null) {
        keep(rule.unless().column(), 0);
      }
    }
  }

  private void keep(Column column, int seconds) {
    read.merge(column, Math.max(SECONDS, 2 * seconds), Math::max);
    shelves.computeIfAbsent(column.table(), _ -> new Shelf());
    series.computeIfAbsent(
        Objects.requireNonNull(Contract.metric(column.metric())), _ -> new HashMap<>());
  }

  /// Takes what one tick read.
  ///
  /// @param timeNanos the tick, Unix nanoseconds
  void take(List<Sample> samples, long timeNanos) {
    second = Math.floorDiv(timeNanos, SECOND);
    for (int i = 0; i < samples.size(); i++) {
      Sample sample = samples.get(i);
      Place place =
          i < before.size() && before.get(i).is(sample) ? before.get(i) : place(i, sample);
      if (place.cell != null) {
        put(place.cell, sample, timeNanos);
      }
    }
  }

  /// Looks a series up, and remembers it as the one at this place of a round.
  private Place place(int index, Sample sample) {
    var place = new Place(sample.metric(), sample.attributes(), known(sample));
    if (index < before.size()) {
      before.set(index, place);
    } else if (before.size() < PLACES_MAX) {
      before.add(place);
    }
    return place;
  }

  private @Nullable Cell known(Sample sample) {
    Map<Attributes, @Nullable Cell> known = series.get(sample.metric());
    if (known == null) {
      return null;
    }
    if (!known.containsKey(sample.attributes()) && known.size() < 4 * SUBJECTS_MAX) {
      known.put(sample.attributes(), cell(sample));
    }
    return known.get(sample.attributes());
  }

  private void put(Cell cell, Sample sample, long timeNanos) {
    double value = sample.value();
    if (cell.counter() != null) {
      value =
          sample.integral()
              ? cell.counter().add(0, 0, sample.bits(), timeNanos)
              : cell.counter().add(0, 0, value, timeNanos);
    }
    cell.track().put(second, (float) value);
    if (cell.column().equals(UP)) {
      links.is(cell.subject(), timeNanos, value != 0);
    }
  }

  /// Null where no rule reads the series, or there is no room.
  private @Nullable Cell cell(Sample sample) {
    Metric metric = sample.metric();
    Column column = metric.column(key -> text(sample.attributes(), key));
    String subject = metric.subject().of(key -> text(sample.attributes(), key));
    if (column == null || subject == null || !read.containsKey(column)) {
      return null;
    }
    Shelf shelf = Objects.requireNonNull(shelves.get(column.table()));
    Integer place = shelf.places.get(subject);
    if (place == null) {
      if (shelf.subjects.size() >= SUBJECTS_MAX) {
        return null;
      }
      place = shelf.subjects.size();
      shelf.places.put(subject, place);
      shelf.subjects.add(subject);
      shelf.cells.add(new ArrayList<>());
    }
    boolean counter = metric.kind() == Kind.COUNTER;
    var cell =
        new Cell(
            column,
            place,
            new Track(read.getOrDefault(column, SECONDS), counter),
            counter ? new Counters(1) : null);
    shelf.cells.get(place).add(cell);
    return cell;
  }

  private static @Nullable String text(Attributes attributes, String key) {
    return attributes.get(AttributeKey.stringKey(key));
  }

  /// Subjects of a table, by their indexes.
  List<String> subjects(Table table) {
    Shelf shelf = shelves.get(table);
    return shelf == null ? List.of() : shelf.subjects;
  }

  /// Whether anything was heard of a subject, in whatever table.
  boolean knows(String subject) {
    return shelves.values().stream().anyMatch(shelf -> shelf.places.containsKey(subject));
  }

  /// A subject's index; −1 when it was never heard of.
  int subject(Table table, String subject) {
    Shelf shelf = shelves.get(table);
    return shelf == null ? -1 : shelf.places.getOrDefault(subject, -1);
  }

  /// What was known and is not heard any more, while its part was not taken out; null when there is
  /// nothing.
  Unheard unheard() {
    for (Map.Entry<Table, Shelf> one : shelves.entrySet()) {
      Shelf shelf = one.getValue();
      // a check that ends as it should not has no severity, and that is no silence
      int parts = one.getKey() == Table.PART ? 0 : shelf.subjects.size();
      for (int place = 0; place < parts; place++) {
        Cell silent = silent(shelf.cells.get(place));
        if (silent != null) {
          return new Unheard(
              shelf.subjects.get(place), silent.column(), silent.track().age(second));
        }
      }
    }
    return Unheard.NOTHING;
  }

  /// @param subject empty when all is heard
  /// @param column null when all is heard
  /// @param seconds for so long
  record Unheard(String subject, @Nullable Column column, long seconds) {
    static final Unheard NOTHING = new Unheard("", null, 0);
  }

  private @Nullable Cell silent(List<Cell> cells) {
    Cell silent = null;
    boolean there = false;
    for (Cell cell : cells) {
      long age = cell.track().age(second);
      there |= age < GONE_SECONDS;
      if (age != Long.MAX_VALUE && !cell.track().fresh(second, FRESH_SECONDS)) {
        silent = cell;
      }
    }
    return there ? silent : null;
  }

  /// A port went down or came up, as an event tells.
  void link(String port, long timeNanos, boolean up) {
    int place = subject(Table.PORT, port);
    if (place >= 0) {
      links.became(place, timeNanos, up);
    }
  }

  private @Nullable Track track(Column column, int subject) {
    Shelf shelf = shelves.get(column.table());
    if (shelf == null || subject >= shelf.cells.size()) {
      return null;
    }
    for (Cell cell : shelf.cells.get(subject)) {
      if (cell.column().index() == column.index()) {
        return cell.track();
      }
    }
    return null;
  }

  @Override
  public long edgeNanos() {
    return (second + 1) * SECOND;
  }

  @Override
  public double latest(Column column, int subject) {
    Track track = track(column, subject);
    return track != null && track.fresh(second, FRESH_SECONDS) ? track.newest() : Double.NaN;
  }

  /// As many as are kept: a minute, or twice the longest window of a rule.
  @Override
  public float[] last(Column column, int subject, int seconds) {
    Track track = track(column, subject);
    return track == null ? new float[0] : track.last(second, seconds);
  }

  @Override
  public @Nullable LinkHistory link(int port) {
    return links.get(port);
  }
}
