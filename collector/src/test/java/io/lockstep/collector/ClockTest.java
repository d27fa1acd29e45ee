package io.lockstep.collector;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.collector.http.MetricText;
import io.lockstep.collector.window.Batches;
import io.lockstep.collector.window.Window;
import io.lockstep.telemetry.config.Configs;
import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.BatchId;
import io.lockstep.telemetry.otlp.OtlpWriter;
import io.lockstep.telemetry.otlp.Sample;
import io.lockstep.telemetry.otlp.Signal;
import io.lockstep.telemetry.rows.Batch;
import io.lockstep.telemetry.rows.BatchReader;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.resources.Resource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Senders whose clocks are off: measured, shown, and refused only beyond a limit.
class ClockTest {
  private static final Column TEMPERATURE = Contract.column(Table.GPU, "temperature");

  @TempDir Path folder;

  @Test
  void showsWhoseClockIsOffAndByHowMuch() {
    var window = new Window("c");
    for (int second = 0; second < 10; second++) {
      send(window, "early", second, Duration.ofHours(3));
      send(window, "late", second, Duration.ofMinutes(-2));
      send(window, "right", second, Duration.ZERO);
    }
    var text = new MetricText();
    new ClockMetrics(() -> List.of(window)).writeTo(text);
    assertThat(text.toString())
        .contains(
            "lockstep_collector_hosts_clock_off 2\n",
            """
            lockstep_collector_host_clock_offset_seconds{cluster="c",host="early"} 10800
            lockstep_collector_host_clock_offset_seconds{cluster="c",host="late"} -120
            """)
        .doesNotContain("right");
  }

  private static void send(Window window, String host, int second, Duration ahead) {
    long now = Batches.START + second * Batches.SECOND;
    var row = Batches.row(TEMPERATURE, host, "GPU-1", now + ahead.toNanos(), 50);
    window.append(Batches.rows(new BatchId(host, 1, second), row), now);
  }

  @ParameterizedTest
  @CsvSource({
    "PT0S,''",
    "PT59M,''",
    "PT2H,'7200 s in the future, at most 3600 s are taken'",
    "PT-12H,''",
    "PT-143H,''",
    "PT-145H,'522000 s old, at most 518400 s are taken'",
  })
  void takesSpoolsOfDaysAndRefusesWhatIsFurtherOffWithAReason(Duration ahead, String reason)
      throws Exception {
    Path file = folder.resolve("collector.yaml");
    Files.writeString(file, "store: {questdb: {retention: 6d}}");
    var config = Configs.read(file, Map.of(), CollectorConfig.DEFAULT, CollectorConfig.class);
    long now = Batches.START;
    long time = now + ahead.toNanos();
    byte[] body;
    try (var writer =
        new OtlpWriter(Resource.create(Attributes.builder().put("host.name", "h").build()))) {
      body = writer.metrics(List.of(Sample.of(TEMPERATURE, "GPU-1", 50L)), time, 0);
    }
    Batch batch =
        new BatchReader(config.taken())
            .read("c", _ -> true, "s", Signal.METRICS, new BatchId("h", 1, 1), body, now);
    assertThat(batch.refused()).isEqualTo(reason.isEmpty() ? 0 : 1);
    assertThat(batch.reason()).endsWith(reason);
    if (reason.isEmpty()) {
      assertThat(batch.rows().getFirst().timeNanos()).isEqualTo(time);
    }
  }

  @Test
  void anExternalStoreSetsNoLimitOfItsOwn() throws Exception {
    Path file = folder.resolve("collector.yaml");
    Files.writeString(
        file, "{times: {past: 90d}, store: {kind: influx, questdb: {retention: 6d}}}");
    var config = Configs.read(file, Map.of(), CollectorConfig.DEFAULT, CollectorConfig.class);
    assertThat(config.taken().past()).isEqualTo(Duration.ofDays(90));
  }
}
