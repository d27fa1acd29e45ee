package io.lockstep.collector.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.rows.Batch;
import io.lockstep.telemetry.rows.Event;
import io.lockstep.telemetry.rows.Point;
import io.lockstep.telemetry.rows.Row;
import io.lockstep.telemetry.rows.Step;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LineProtocolTest {
  private static final long TIME = 1_795_410_000_123_456_789L;

  private final LineProtocol questdb = new LineProtocol(true);
  private final LineProtocol others = new LineProtocol(false);

  @Test
  void writesAWideRow() {
    var row = new Row(Table.GPU, "node 1", "GPU-a,b=c\\", TIME);
    row.set(Contract.column(Table.GPU, "power"), 250.1);
    row.set(Contract.column(Table.GPU, "memory_used"), 85_899_345_920L);
    row.set(Contract.column(Table.GPU, "power_cap_time"), 1e10);
    row.set(Contract.column(Table.GPU, "clock_event_reasons"), 0x24L);

    assertThat(text(questdb.of(SharedQuestDb.rows("lab", List.of(row)))))
        .isEqualTo(
            "gpu,cluster=lab,host=node\\ 1,subject=GPU-a\\,b\\=c\\\\"
                + " memory_used=85899345920i,clock_event_reasons=36i,power_cap_time=1.0E10,power=250.1"
                + " 1795410000123456789\n");
  }

  @Test
  void writesAStepAPointAndAnEvent() {
    var row = new Row(Table.RANK, "n", "rank/3", TIME);
    row.set(Contract.column(Table.RANK, "compute"), 0.25);
    var batch =
        SharedQuestDb.batch(
            "lab",
            List.of(),
            List.of(new Point("m", "s", "{\"a\":\"x y\"}", "n", "shop", TIME, 2)),
            List.of(new Event("i", TIME, "n", "", "e", 9, "", "a \"b\"\\\nc", Map.of("k", "v"))),
            List.of(new Step("job 1", "0", 12, 3, 64, 0, 1, "GPU-1", 0, row)));

    Lines lines = questdb.of(batch);

    assertThat(lines.count()).isEqualTo(3);
    assertThat(line(lines, 0))
        .isEqualTo(
            "rank,cluster=lab,host=n,subject=rank/3,job=job\\ 1,attempt=0 iteration=12i,"
                + "world_size=64i,pipeline_stage=0i,expert_group=1i,gpu=\"GPU-1\",compute=0.25 "
                + TIME);
    assertThat(line(lines, 1))
        .isEqualTo(
            "metric,cluster=lab,host=n,service=shop,metric=m,unit=s,"
                + "attributes={\"a\":\"x\\ y\"} value=2.0 "
                + TIME);
    assertThat(line(lines, 2))
        .isEqualTo(
            "event,cluster=lab,host=n,subject=host,name=e id=\"i\",severity=9i,"
                + "body=\"a \\\"b\\\"\\\\\\\nc\",attributes=\"{\\\"k\\\":\\\"v\\\"}\" "
                + TIME);
    assertThat(IntStream.range(0, 3).mapToObj(i -> LineWriter.TABLES.get(lines.tables()[i])))
        .containsExactly(Table.RANK, Table.METRIC, Table.EVENT);
    assertThat(lines.times()).containsOnly(TIME);
    assertThat(lines.values()).isEqualTo(6 + 1 + 4);
    assertThat(lines.skipped()).isZero();
  }

  @Test
  void writesNoLineFeedForStoresThatWouldTakeItForTheLinesEnd() {
    String body = "x\nrank,cluster=evil,host=h,subject=s iteration=1i 1\r\n\tz";
    var event = new Event("i", TIME, "n", "", "e", 0, "", body, Map.of());
    Batch batch = SharedQuestDb.batch("lab", List.of(), List.of(), List.of(event), List.of());

    Lines lines = others.of(batch);

    assertThat(text(lines).indexOf('\n')).isEqualTo(text(lines).length() - 1);
    assertThat(text(lines)).contains("body=\"x\\\\nrank,cluster=evil").contains(" \\\\n z\"");
  }

  @Test
  void skipsWhatCanNotBeALineAndCountsIt() {
    var nothing = new Row(Table.GPU, "n", "GPU-1", TIME);
    var early = new Row(Table.GPU, "n", "GPU-1", -1);
    early.set(Contract.column(Table.GPU, "power"), 1.0);
    var infinite = new Row(Table.GPU, "n", "GPU-2", TIME);
    infinite.set(Contract.column(Table.GPU, "power"), 1e300); // a float can't hold it
    var good = new Row(Table.GPU, "n", "GPU-3", TIME);
    good.set(Contract.column(Table.GPU, "power"), 1.0);
    good.set(Contract.column(Table.GPU, "clock_event_reasons"), 1L << 40); // nor an int that

    Lines lines =
        questdb.of(SharedQuestDb.rows("lab", List.of(nothing, early, infinite, good, nothing)));

    assertThat(text(lines))
        .isEqualTo("gpu,cluster=lab,host=n,subject=GPU-3 power=1.0 " + TIME + "\n");
    assertThat(lines.skipped()).isEqualTo(4);
    assertThat(lines.reason()).isEqualTo("gpu: no value");
  }

  @Test
  void refusesControlCharactersInKeys() {
    for (char c : new char[] {'\n', '\r', '\0', '\t'}) {
      var point = new Point("m" + c + "x", "", "", "n", "", TIME, 1);

      Lines lines = questdb.of(SharedQuestDb.points("lab", List.of(point)));

      assertThat(text(lines)).isEmpty();
      assertThat(lines.reason()).isEqualTo("metric: metric holds the control character " + (int) c);
    }
  }

  @Test
  void aLineBeginsWhereTheOneBeforeEndsAlsoWhereCharactersTakeSeveralBytes() {
    var points =
        List.of(
            new Point("é", "", "", "☃", "", TIME, 1),
            new Point("plain", "", "", "n", "", TIME, 2),
            new Point("😀", "", "", "n", "", TIME, 3));

    Lines lines = questdb.of(SharedQuestDb.points("lab", points));

    assertThat(line(lines, 0)).isEqualTo("metric,cluster=lab,host=☃,metric=é value=1.0 " + TIME);
    assertThat(line(lines, 1)).startsWith("metric,cluster=lab,host=n,metric=plain ");
    assertThat(line(lines, 2)).startsWith("metric,cluster=lab,host=n,metric=😀 ");
  }

  private static String text(Lines lines) {
    return new String(lines.text(), StandardCharsets.UTF_8);
  }

  private static String line(Lines lines, int line) {
    int start = lines.start(line);
    int length = lines.start(line + 1) - start - 1;
    return new String(lines.text(), start, length, StandardCharsets.UTF_8);
  }
}
