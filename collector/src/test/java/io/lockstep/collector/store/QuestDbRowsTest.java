package io.lockstep.collector.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.rows.Row;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class QuestDbRowsTest {
  private static final Column TEMPERATURE = Contract.column(Table.GPU, "temperature");
  private static final Column MEMORY = Contract.column(Table.GPU, "memory_used");
  private static final Column STATE = Contract.column(Table.GPU, "state");
  private static final long START = System.currentTimeMillis() / 1000 - 3600;
  private static final int SECONDS = 5_000;

  private static QuestDbServer server;

  @BeforeAll
  static void fill() throws Exception {
    SeriesStore store = SharedQuestDb.store();
    server = SharedQuestDb.server(store);
    for (int second = 0; second < SECONDS; second += 500) {
      var rows = new ArrayList<Row>();
      for (int i = second; i < second + 500; i++) {
        var row = new Row(Table.GPU, "node-ä", "gpu-" + i % 7, (START + i) * 1_000_000_000L);
        row.set(TEMPERATURE, i / 7.0f);
        if (i % 2 == 0) {
          row.set(MEMORY, (1L << 53) + i);
          row.set(STATE, i % 5);
        }
        rows.add(row);
      }
      SharedQuestDb.write(store, SharedQuestDb.rows("rows-test", rows));
    }
    SharedQuestDb.awaitApplied(SharedQuestDb.query(store));
  }

  @Test
  void everyRowComesInTheOrderOfTimeWithItsTypes() throws Exception {
    String sql =
        "SELECT ts, host, subject, temperature, memory_used, state, power FROM gpu WHERE cluster ="
            + " 'rows-test'";
    try (QuestDbRows rows = server.rows(sql)) {
      for (int i = 0; i < SECONDS; i++) {
        assertThat(rows.next()).isTrue();
        assertThat(rows.micros(0)).isEqualTo((START + i) * 1_000_000L);
        assertThat(rows.symbol(1)).isEqualTo("node-ä");
        assertThat(rows.symbol(2)).isEqualTo("gpu-" + i % 7);
        assertThat((float) rows.number(3)).isEqualTo(i / 7.0f);
        assertThat(rows.has(4)).isEqualTo(i % 2 == 0);
        assertThat(rows.has(5)).isEqualTo(i % 2 == 0);
        if (i % 2 == 0) {
          assertThat(rows.whole(4)).isEqualTo((1L << 53) + i);
          assertThat(rows.whole(5)).isEqualTo(i % 5);
        }
        assertThat(rows.has(6)).isFalse();
      }
      assertThat(rows.next()).isFalse();
    }
  }

  @Test
  void aMistakeInTheQuestionIsSaid() {
    assertThatThrownBy(() -> read("SELECT nonsense FROM gpu"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("nonsense");
    assertThatThrownBy(() -> read("SELECT id, body FROM event"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("column id is neither symbol, number nor time");
  }

  @Test
  void whoLeavesInTheMiddleHindersNobody() throws Exception {
    try (QuestDbRows rows = server.rows("SELECT x, x, x, x FROM long_sequence(100000000)")) {
      assertThat(rows.next()).isTrue();
    }
    assertThat(read("SELECT x FROM long_sequence(10)")).hasSize(10);
  }

  @Test
  void thePasswordIsAskedFor() throws Exception {
    int port = server.exportPort();
    try (QuestDbRows rows = QuestDbRows.ask(port, "wrong", "SELECT x FROM long_sequence(1)")) {
      assertThatThrownBy(rows::next).hasMessageContaining("password");
    }
  }

  private static List<Long> read(String sql) throws IOException {
    var all = new ArrayList<Long>();
    try (QuestDbRows rows = server.rows(sql)) {
      while (rows.next()) {
        all.add(rows.whole(0));
      }
    }
    return all;
  }
}
