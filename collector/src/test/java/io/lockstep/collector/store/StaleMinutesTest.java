package io.lockstep.collector.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.telemetry.contract.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StaleMinutesTest {
  private static final long SECOND = 1_000_000_000;
  private static final long MINUTE = 60 * SECOND;

  /// Begins five minutes that are made together.
  private static final long FIRST = 29_700_000;

  private static final int PLENTY = 100;

  @TempDir Path folder;
  private long now = FIRST * MINUTE;
  private StaleMinutes stale;
  private Journal journal;

  @BeforeEach
  void open() throws IOException {
    stale = new StaleMinutes(folder.resolve("rollups"), now);
    journal = new Journal(folder.resolve("journal"), 64 << 20);
  }

  @AfterEach
  void close() throws IOException {
    stale.close();
    journal.close();
  }

  @Test
  void minutesAreDueTogetherWhenTheyAreOverAndNothingMoreComes() throws IOException {
    for (int minute = 0; minute < 6; minute++) {
      now = (FIRST + minute) * MINUTE + 30 * SECOND;
      send(line(Table.GPU, "node-1", now));
      if (minute < 5) {
        assertThat(next()).isNull();
      }
    }
    now = (FIRST + 6) * MINUTE - SECOND;
    assertThat(next()).isNull();
    now = (FIRST + 6) * MINUTE;
    StaleMinutes.Span five = next();
    assertThat(five).isNotNull();
    assertThat(five.from()).isEqualTo(FIRST);
    assertThat(five.to()).isEqualTo(FIRST + 5);
    assertThat(five.hosts()).as("all").isEmpty();
    assertThat(stale.waiting()).isEqualTo(new StaleMinutes.Waiting(6, now));

    stale.done(five);
    assertThat(next()).isNull();
    assertThat(stale.waiting().minutes()).isOne();
  }

  @Test
  void aMinuteThatGetsRowsWhileItIsMadeStays() throws IOException {
    send(line(Table.GPU, "node-1", now));
    now += 10 * MINUTE;
    StaleMinutes.Span first = next();
    assertThat(first).isNotNull();
    send(line(Table.GPU, "node-1", FIRST * MINUTE + SECOND));
    stale.done(first);

    assertThat(stale.waiting().minutes()).isOne();
    assertThat(next()).as("others may be on their way").isNull();
    now += MINUTE;
    assertThat(next()).isNotNull();
  }

  @Test
  void aMinuteWhoseRowsTheStoreHasNotTakenYetWaits() throws IOException {
    stale.sending(group(line(Table.GPU, "node-1", now)), now);
    now += 60 * MINUTE;
    assertThat(next()).isNull();

    stale.sent(now);
    now += MINUTE;
    assertThat(next()).isNotNull();
  }

  @Test
  void aSenderThatNeverStopsHoldsItsMinuteUpForTenMinutesOnly() throws IOException {
    long minute = now - 120 * MINUTE;
    for (int i = 0; i < 20; i++) {
      send(line(Table.GPU, "node-1", minute));
      now += 30 * SECOND;
    }
    assertThat(next()).isNotNull();
  }

  @Test
  void ofMinutesThatAreLongOverOnlyThoseHostsAreReadThatSent() throws IOException {
    long minute = now - 60 * MINUTE;
    send(
        line(Table.GPU, "a, \\ = b", minute),
        line(Table.GPU, "node-2", minute),
        line(Table.HOST, "c", minute));
    now += MINUTE;
    assertThat(next())
        .isNotNull()
        .satisfies(span -> assertThat(span.hosts()).isEqualTo(Set.of("a, \\ = b", "node-2")));

    var many = new Lines[40];
    for (int i = 0; i < many.length; i++) {
      many[i] = line(Table.GPU, "node-" + i, minute);
    }
    send(many);
    now += MINUTE;
    assertThat(next()).isNotNull().satisfies(span -> assertThat(span.hosts()).as("all").isEmpty());
  }

  @Test
  void thePresentGoesBeforeALongPast() throws IOException {
    stale.add(Table.GPU, FIRST - 1000, FIRST - 500, now);
    send(line(Table.GPU, "node-1", now));
    now += 7 * MINUTE;
    assertThat(next()).isNotNull().satisfies(span -> assertThat(span.from()).isEqualTo(FIRST));
    stale.done(Objects.requireNonNull(next()));
    assertThat(next())
        .isNotNull()
        .satisfies(span -> {
          assertThat(span.from()).isEqualTo(FIRST - 1000);
          assertThat(span.to()).isEqualTo(FIRST - 1000 + PLENTY);
        });
  }

  @Test
  void aKillForgetsNothingAndHalfALineIsLeftOut() throws IOException {
    assertThat(stale.fresh()).isTrue();
    send(line(Table.GPU, "node-1", now), line(Table.PORT, "node-1", now));
    send(line(Table.RANK, "node 9", now - 60 * MINUTE), line(Table.EVENT, "node-1", now));
    now += 60 * MINUTE;
    stale.done(Objects.requireNonNull(stale.next(Table.PORT, PLENTY, now)));
    Files.writeString(
        folder.resolve("rollups"), "+ gpu 2970\n+ host\n- \u0000", StandardOpenOption.APPEND);

    try (var next = new StaleMinutes(folder.resolve("rollups"), now)) {
      assertThat(next.fresh()).isFalse();
      now += MINUTE;
      assertThat(next.waiting().minutes()).isEqualTo(2);
      assertThat(next.next(Table.PORT, PLENTY, now)).isNull();
      assertThat(next.next(Table.RANK, PLENTY, now))
          .isNotNull()
          .satisfies(span -> assertThat(span.hosts()).containsExactly("node 9"));
      assertThat(next.next(Table.HOST, PLENTY, now)).isNull();
    }
  }

  @Test
  void theFileStaysShort() throws IOException {
    for (int minute = 0; minute < 60_000; minute++) {
      now = (FIRST + minute) * MINUTE;
      stale.add(Table.GPU, FIRST + minute, FIRST + minute + 1, now);
      now += 10 * MINUTE;
      stale.done(Objects.requireNonNull(next()));
    }
    assertThat(Files.size(folder.resolve("rollups"))).isLessThan(2 << 20);
    assertThat(stale.waiting()).isEqualTo(new StaleMinutes.Waiting(0, Long.MAX_VALUE));
  }

  @Test
  void aFileThatCantBeReadOrWrittenStopsNothing() throws IOException {
    Path nowhere = folder.resolve("nowhere").resolve("rollups");
    Files.createDirectories(folder.resolve("a-folder").resolve("not-empty"));
    for (Path file : List.of(nowhere, folder.resolve("a-folder"))) {
      try (var lame = new StaleMinutes(file, now)) {
        lame.add(Table.GPU, FIRST, FIRST + 1, now);
        assertThat(lame.next(Table.GPU, PLENTY, now + 10 * MINUTE)).isNotNull();
      }
    }
    Files.createDirectories(nowhere.getParent());
    try (var mended = new StaleMinutes(nowhere, now)) {
      mended.add(Table.GPU, FIRST, FIRST + 1, now);
      assertThat(nowhere).hasContent("+ gpu " + FIRST + " *");
    }
    Files.write(nowhere, new byte[] {-1, -2, '\n', '+'});
    try (var garbage = new StaleMinutes(nowhere, now)) {
      assertThat(garbage.waiting().minutes()).isZero();
    }
  }

  private StaleMinutes.@Nullable Span next() {
    return stale.next(Table.GPU, PLENTY, now);
  }

  /// What the store takes at once.
  private void send(Lines... lines) throws IOException {
    stale.sending(group(lines), now);
    stale.sent(now);
  }

  private LineGroup group(Lines... lines) throws IOException {
    for (Lines one : lines) {
      assertThat(journal.append(one)).isEmpty();
    }
    var group = new LineGroup();
    for (Segment segment : journal.take()) {
      segment.read(
          (table, time, offset, length) -> group.add(segment, table, time, offset, length));
    }
    return group;
  }

  private static Lines line(Table table, String host, long nanos) {
    var out = new LineWriter(true, 100);
    out.begin(table);
    out.tag("cluster", "c");
    out.tag("host", host);
    out.tag("subject", "s");
    out.field("value", 1L);
    out.end(nanos);
    return out.lines();
  }
}
