package io.lockstep.collector;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.collector.store.SeriesStore;
import io.lockstep.collector.window.JobWindow;
import io.lockstep.collector.window.Memory;
import io.lockstep.collector.window.Past;
import io.lockstep.collector.window.Span;
import io.lockstep.collector.window.Window;
import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecallTest {
  private static final List<Table> TABLES = List.of(Table.GPU, Table.PORT, Table.HOST);

  @TempDir private Path folder;

  /// Twenty-six minutes of three servers go into window and store; both are killed; a new window
  /// gets back what the old one knew, to the bit.
  @Test
  void afterAKillTheWindowKnowsWhatItKnew() throws Exception {
    long killed = System.currentTimeMillis() / 1000 - 20;
    long start = killed - 26 * 60;
    var data = new PastData(start);
    fillAndKill(start, killed);

    var before = new Window(PastData.CLUSTER);
    data.tell(before, start, killed);
    var after = new Window(PastData.CLUSTER);
    long resumed = System.currentTimeMillis() / 1000;
    data.tell(after, resumed, resumed + 1);
    try (var core = Executors.newSingleThreadExecutor();
        SeriesStore store =
            SeriesStore.open(SeriesStore.Config.DEFAULT, folder, InstantSource.system())) {
      var recall =
          new Recall(
              store,
              Objects.requireNonNull(store.server()),
              InstantSource.system(),
              core,
              _ -> after);
      recall.start(List.of(after));
      await(after);
      long now = System.currentTimeMillis() / 1000;
      core.submit(() -> data.tell(after, Math.max(resumed + 1, now - 1), now + 3)).get();

      assertThat(after.memory().reason()).isEmpty();
      assertThat(after.memory().state()).isEqualTo(Memory.State.BACK);
      for (Table table : TABLES) {
        sameSeconds(table, before, after, killed);
        sameSpans(table, before, after);
      }
      sameLinks(before, after);
      sameIterations(before, after);
    }
  }

  private void fillAndKill(long start, long end) throws Exception {
    Process writer =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                PastWriter.class.getName(),
                folder.toString(),
                Long.toString(start),
                Long.toString(end))
            .redirectErrorStream(true)
            .start();
    CompletableFuture.delayedExecutor(2, TimeUnit.MINUTES).execute(writer::destroyForcibly);
    try (BufferedReader said = writer.inputReader()) {
      String line = said.readLine();
      while (line != null && !line.equals("written")) {
        line = said.readLine();
      }
      assertThat(line).isEqualTo("written");
    } finally {
      writer.destroyForcibly();
      assertThat(writer.waitFor(1, TimeUnit.MINUTES)).isTrue();
    }
  }

  private static void await(Window window) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
    while (window.memory().state() == Memory.State.READING && System.nanoTime() < end) {
      Thread.sleep(50);
    }
  }

  private static void sameSeconds(Table table, Window before, Window after, long killed) {
    long edge = after.sealedEdge();
    int values = 0;
    for (int subject = 0; subject < before.subjects(table).size(); subject++) {
      int there = indexIn(after, before, table, subject);
      for (Column column : live(table)) {
        for (long slot = edge - Window.SECONDS + 1; slot < killed; slot++) {
          double was = before.at(column, subject, slot);
          if (slot <= before.sealedEdge()) {
            assertThat(after.at(column, there, slot))
                .as("%s of %s at %s", column, before.subjects(table).get(subject), slot)
                .isEqualTo(Double.valueOf(was));
            values += Double.isNaN(was) ? 0 : 1;
          }
        }
      }
    }
    assertThat(values).as(table.tableName()).isGreaterThan(1000);
  }

  private static void sameSpans(Table table, Window before, Window after) {
    int spans = 0;
    for (int subject = 0; subject < before.subjects(table).size(); subject++) {
      int there = indexIn(after, before, table, subject);
      for (Column column : live(table)) {
        List<Span> past = after.past(column, there);
        List<Span> was = before.past(column, subject);
        spans += was.size();
        assertThat(past.subList(0, was.size())).isEqualTo(was);
      }
    }
    assertThat(spans).as(table.tableName()).isGreaterThan(2);
  }

  private static void sameLinks(Window before, Window after) {
    for (int port = 0; port < PastData.HOSTS; port++) {
      var was = Objects.requireNonNull(before.link(port));
      var is = Objects.requireNonNull(after.link(indexIn(after, before, Table.PORT, port)));
      long since = is.sinceNanos();
      assertThat(since).isLessThan(was.sinceNanos() + 2L * Past.SPAN_SECONDS * PastData.SECOND);
      assertThat(is.changes())
          .containsSubsequence(
              was.changes().stream().filter(one -> one.timeNanos() > since).toList());
    }
  }

  private static void sameIterations(Window before, Window after) {
    JobWindow was = before.jobs().getFirst();
    JobWindow is = after.jobs().getFirst();
    assertThat(is.worldSize()).isEqualTo(was.worldSize());
    assertThat(is.heard()).isEqualTo(was.heard());
    int same = 0;
    for (var one : was.iterations()) {
      for (var other : is.iterations()) {
        if (one.number() == other.number()) {
          same++;
          assertThat(other.endNanos()).isEqualTo(one.endNanos());
          for (int rank = 0; rank < PastData.HOSTS * PastData.GPUS; rank++) {
            for (Column column : live(Table.RANK)) {
              assertThat(other.value(rank, column))
                  .isEqualTo(Double.valueOf(one.value(rank, column)));
            }
          }
        }
      }
    }
    assertThat(same).isGreaterThan(100);
  }

  private static int indexIn(Window window, Window other, Table table, int subject) {
    var watched = other.subjects(table).get(subject);
    int index = window.subject(table, watched.host(), watched.subject());
    assertThat(index).as("%s", watched).isNotNegative();
    return index;
  }

  private static List<Column> live(Table table) {
    return Contract.columns(table).stream().filter(Column::live).toList();
  }
}
