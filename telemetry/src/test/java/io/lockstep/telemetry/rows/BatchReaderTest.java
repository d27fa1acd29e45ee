package io.lockstep.telemetry.rows;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Metric;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.BatchId;
import io.lockstep.telemetry.otlp.Occurrence;
import io.lockstep.telemetry.otlp.OtlpException;
import io.lockstep.telemetry.otlp.OtlpWriter;
import io.lockstep.telemetry.otlp.Sample;
import io.lockstep.telemetry.otlp.Signal;
import io.lockstep.telemetry.otlp.TrainingStep;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.resources.Resource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BatchReaderTest {
  private static final long NOW = 1_800_000_000L * 1_000_000_000L;
  private static final BatchId ID = new BatchId("node-1", 5, 9);
  private static final Resource HOST =
      Resource.create(
          Attributes.of(
              AttributeKey.stringKey("host.name"), "node-1",
              AttributeKey.stringKey("service.name"), "lockstep-agent"));

  private final OtlpWriter writer = new OtlpWriter(HOST);

  @Test
  void everyColumnOfTheContractComesBackAsItWasSent() throws OtlpException {
    var random = new Random(1);
    for (Table table : Table.values()) {
      if (!table.wide() || table == Table.RANK) {
        continue;
      }
      var samples = new ArrayList<Sample>();
      for (Column column : Contract.columns(table)) {
        samples.add(
            column.type().integral()
                ? Sample.of(
                    column, "it", random.nextLong() >>> (column.type() == Column.Type.INT ? 33 : 1))
                : Sample.of(column, "it", random.nextDouble()));
      }
      Batch batch = read(Signal.METRICS, ID, writer.metrics(samples, NOW, 0));
      assertThat(batch.refused()).isZero();
      assertThat(batch.points()).isEmpty();
      for (int i = 0; i < samples.size(); i++) {
        Column column = Contract.columns(table).get(i);
        Row row =
            batch.rows().stream()
                .filter(one -> one.table() == table && one.has(column))
                .findFirst()
                .orElseThrow(() -> new AssertionError(column + " is in no row"));
        if (column.type().integral()) {
          assertThat(row.longValue(column)).as(column.toString()).isEqualTo(samples.get(i).bits());
        } else {
          assertThat(row.value(column)).as(column.toString()).isEqualTo(samples.get(i).value());
        }
        assertThat(row.host()).isEqualTo("node-1");
        assertThat(row.timeNanos()).isEqualTo(NOW);
      }
    }
  }

  @Test
  void aJobOnAGpuIsAPointForTheStoreAndAJobForTheWindow() throws OtlpException {
    Metric metric = Objects.requireNonNull(Contract.metric(GpuJob.METRIC));
    var attributes =
        Attributes.of(
            AttributeKey.stringKey("hw.id"), "GPU-1",
            AttributeKey.stringKey("slurm.job.id"), "4711",
            AttributeKey.stringKey("dl.rank"), "3");
    byte[] body = writer.metrics(List.of(new Sample(metric, attributes, true, 2)), NOW, 0);
    Batch batch = read(Signal.METRICS, ID, body);
    assertThat(batch.rows()).isEmpty();
    assertThat(batch.points()).singleElement().extracting(Point::value).isEqualTo(2.0);
    assertThat(batch.jobs())
        .containsExactly(
            new GpuJob("node-1", "GPU-1", Map.of("slurm.job.id", "4711", "dl.rank", "3"), NOW, 2));
    assertThat(read(Signal.METRICS, null, body).jobs()).isEmpty();
  }

  @Test
  void withoutABatchIdKnownMetricsAreRowsForTheWindowAndPointsForTheStore() throws OtlpException {
    byte[] body =
        writer.metrics(
            List.of(Sample.of(Contract.column(Table.GPU, "power"), "GPU-1", 700)), NOW, 0);
    Batch batch = read(Signal.METRICS, null, body);
    assertThat(batch.rows()).hasSize(1);
    assertThat(batch.points())
        .singleElement()
        .satisfies(point -> {
          assertThat(point.metric()).isEqualTo("hw.power");
          assertThat(point.attributes()).isEqualTo("{\"hw.id\":\"GPU-1\",\"hw.type\":\"gpu\"}");
          assertThat(point.value()).isEqualTo(700);
        });
  }

  @Test
  void aHostThatIsNotTheSendersIsRefused() throws OtlpException {
    byte[] body =
        writer.metrics(
            List.of(Sample.of(Contract.column(Table.GPU, "power"), "GPU-1", 700)), NOW, 0);
    Batch batch =
        new BatchReader(BatchReader.Limits.DEFAULT)
            .read("c", "node-2"::equals, "node-2", Signal.METRICS, ID, body, NOW);
    assertThat(batch.rows()).isEmpty();
    assertThat(batch.refused()).isEqualTo(1);
    assertThat(batch.reason()).contains("node-1");
  }

  @Test
  void whatIsNoTextGetsIntoNoWordsAndNoName() throws OtlpException {
    var event =
        new Occurrence(
            "lockstep.hardware\u0000.error",
            NOW,
            "\u001b[31mbad\u001b[0m\n\tdisk\u0007\u202e " + "x".repeat(10_000),
            Map.of("hw.id", "disk/\u009bJsda\r\n"));
    Event read = read(Signal.LOGS, ID, writer.events(List.of(event))).events().getFirst();
    assertThat(read.name()).isEqualTo("lockstep.hardware.error");
    assertThat(read.subject()).isEqualTo("disk/sda");
    assertThat(read.body()).startsWith("bad\n\tdisk xxx").hasSize(8 * 1024);
    byte[] metrics =
        writer.metrics(
            List.of(Sample.of(Contract.column(Table.GPU, "power"), "GPU-\u001b[2J1\n", 7)), NOW, 0);
    assertThat(read(Signal.METRICS, ID, metrics).rows())
        .singleElement()
        .satisfies(row -> assertThat(row.subject()).isEqualTo("GPU-1"));
  }

  @Test
  void aHostWhoseNameIsNoTextIsRefused() throws OtlpException {
    var odd =
        new OtlpWriter(
            Resource.create(Attributes.builder().put("host.name", "n\u001b[2J1").build()));
    Batch batch =
        read(
            Signal.METRICS,
            ID,
            odd.metrics(
                List.of(Sample.of(Contract.column(Table.GPU, "power"), "GPU-1", 700)), NOW, 0));
    assertThat(batch.rows()).isEmpty();
    assertThat(batch.reason()).contains("host.name n1 has control characters");
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, NOW - 8L * 86_400 * 1_000_000_000, NOW + 7_200L * 1_000_000_000, -5})
  void absurdTimesAreRefusedWithTheMetricsName(long time) throws OtlpException {
    byte[] body =
        writer.metrics(
            List.of(Sample.of(Contract.column(Table.GPU, "power"), "GPU-1", 7)), time, 0);
    Batch batch = read(Signal.METRICS, ID, body);
    assertThat(batch.refused()).isEqualTo(1);
    assertThat(batch.reason()).contains("hw.power");
    assertThat(batch.rows()).isEmpty();
  }

  @Test
  void anEventHasTheBatchsIdOrElseAHashOfItsContent() throws OtlpException {
    var event =
        new Occurrence("lockstep.network.link.down", NOW, "down", Map.of("hw.id", "mlx5_0/1"));
    byte[] body = writer.events(List.of(event, event));
    Batch own = read(Signal.LOGS, ID, body);
    assertThat(own.events())
        .extracting(Event::id)
        .containsExactly("1/node-1/5/9/0", "1/node-1/5/9/1");
    assertThat(own.events().getFirst().subject()).isEqualTo("mlx5_0/1");
    assertThat(own.events().getFirst().severity()).isEqualTo(13);
    Batch foreign = read(Signal.LOGS, null, body);
    assertThat(foreign.events().get(0).id()).isEqualTo(foreign.events().get(1).id()).hasSize(32);
  }

  @ParameterizedTest
  @CsvSource({"-1e-16,0,0.0", "-1e-7,0,0.0", "-0.5,1,", "NaN,0,", "1.5,0,1.5"})
  void aWaitBelowZeroByRoundingIsZeroAndOneTrulyNegativeRefusesTheStep(
      double said, int refused, @Nullable Double held) throws OtlpException {
    var rank = Resource.create(Attributes.builder().put("dl.rank", 7L).build());
    var attributes =
        Attributes.builder()
            .put("training.iteration", 12L)
            .put("training.communication.tensor.wait", said)
            .build();
    byte[] body =
        writer.steps(List.of(new TrainingStep(rank, NOW - 2_000_000_000L, NOW, attributes)));
    Batch batch = read(Signal.TRACES, ID, body);
    assertThat(batch.refused()).isEqualTo(refused);
    Column wait = Contract.column(Table.RANK, "tensor_wait");
    for (Step step : batch.steps()) {
      assertThat(step.row().has(wait)).isEqualTo(held != null);
      if (held != null) {
        assertThat(step.row().value(wait)).isEqualTo(held);
      }
    }
    assertThat(batch.steps()).hasSize(1 - refused);
  }

  @Test
  void aStepSaysWhoAndWhatAndLeavesOutWhatWasNotSaid() throws OtlpException {
    var rank =
        Resource.create(
            Attributes.builder()
                .put("host.name", "node-1")
                .put("dl.rank", 7L)
                .put("dl.world_size", 64L)
                .put("dl.pipeline_parallel.rank", 2L)
                .put("hw.id", "GPU-7")
                .put("slurm.job.id", "4711")
                .build());
    var attributes =
        Attributes.builder()
            .put("training.iteration", 12L)
            .put("training.phase.compute", 1.5)
            .put("training.tokens", 4096L)
            .build();
    byte[] body =
        writer.steps(List.of(new TrainingStep(rank, NOW - 2_000_000_000L, NOW, attributes)));
    Step step = read(Signal.TRACES, ID, body).steps().getFirst();
    assertThat(step.job()).isEqualTo("4711");
    assertThat(step.attempt()).isEqualTo("0");
    assertThat(step.iteration()).isEqualTo(12);
    assertThat(step.rank()).isEqualTo(7);
    assertThat(step.worldSize()).isEqualTo(64);
    assertThat(step.pipelineStage()).isEqualTo(2);
    assertThat(step.expertGroup()).isEqualTo(-1);
    assertThat(step.gpu()).isEqualTo("GPU-7");
    assertThat(step.row().value(Contract.column(Table.RANK, "step"))).isEqualTo(2.0);
    assertThat(step.row().value(Contract.column(Table.RANK, "compute"))).isEqualTo(1.5);
    assertThat(step.row().longValue(Contract.column(Table.RANK, "tokens"))).isEqualTo(4096);
    assertThat(step.row().has(Contract.column(Table.RANK, "data"))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void brokenBytesEndInAClearErrorOrAValidBatch(long seed) {
    var random = new Random(seed);
    byte[] whole =
        writer.metrics(
            Contract.columns(Table.GPU).stream().map(c -> Sample.of(c, "GPU-1", 5.0)).toList(),
            NOW,
            0);
    for (int length = 0; length < whole.length; length++) {
      survives(Arrays.copyOf(whole, length));
    }
    for (int round = 0; round < 20_000; round++) {
      byte[] body = whole.clone();
      for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
        body[random.nextInt(body.length)] = (byte) random.nextInt(256);
      }
      survives(body);
    }
    byte[] noise = new byte[4096];
    for (int round = 0; round < 2_000; round++) {
      random.nextBytes(noise);
      survives(noise);
    }
  }

  private static void survives(byte[] body) {
    for (Signal signal : Signal.values()) {
      try {
        assertThat(read(signal, ID, body)).isNotNull();
      } catch (OtlpException e) {
        assertThat(e.getMessage()).isNotBlank();
      }
    }
  }

  private static Batch read(Signal signal, @Nullable BatchId id, byte[] body) throws OtlpException {
    return new BatchReader(BatchReader.Limits.DEFAULT)
        .read("c", _ -> true, "sender", signal, id, body, NOW);
  }
}
