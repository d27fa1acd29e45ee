package io.lockstep.telemetry.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Metric;
import io.lockstep.telemetry.contract.Metric.Kind;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.resources.Resource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RoundWriterTest {
  private static final Resource HOST =
      Resource.create(Attributes.of(AttributeKey.stringKey("host.name"), "node-1"));
  private static final List<Column> COLUMNS =
      Contract.metrics().stream()
          .filter(metric -> metric.kind() != Kind.SPAN_ATTRIBUTE)
          .map(Metric::columns)
          .flatMap(List::stream)
          .toList();
  private static final long[] EDGES = {0, 1, -1, Long.MAX_VALUE, Long.MIN_VALUE};
  private static final double[] REAL_EDGES = {0.0, -0.0, 1e300, Double.MIN_VALUE, 0.1};

  private final OtlpWriter writer = new OtlpWriter(HOST);

  /// Rounds of a few layouts that come again and again, change a little, and come anew; with the
  /// same attributes as other objects, and whole numbers beside others in one metric.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void writesTheBytesOfThePlainWriterWhateverTheRoundsAre(long seed) {
    var random = new Random(seed);
    long start = random.nextBoolean() ? 0 : random.nextLong(1L << 62);
    var rounds = new RoundWriter(writer, start);
    var layouts = new ArrayList<List<Sample>>();
    for (int i = 0; i < 6; i++) {
      layouts.add(layout(random));
    }
    for (int round = 0; round < 120; round++) {
      int which = random.nextInt(layouts.size());
      if (random.nextInt(10) == 0) {
        layouts.set(which, changed(layouts.get(which), random));
      }
      List<Sample> samples = layouts.get(which).stream().map(one -> anew(one, random)).toList();
      long time = random.nextInt(20) == 0 ? 0 : random.nextLong(1L << 62);
      byte[] plain = writer.metrics(samples, time, start);
      assertThat(Arrays.equals(rounds.metrics(samples, time), plain))
          .as("seed %d round %d", seed, round)
          .isTrue();
    }
  }

  private static List<Sample> layout(Random random) {
    var samples = new ArrayList<Sample>();
    for (int i = random.nextInt(80); i >= 0; i--) {
      Column column = COLUMNS.get(random.nextInt(COLUMNS.size()));
      samples.add(Sample.of(column, "part-" + random.nextInt(4), random.nextInt(100)));
    }
    return samples;
  }

  private static List<Sample> changed(List<Sample> layout, Random random) {
    var samples = new ArrayList<>(layout);
    switch (random.nextInt(4)) {
      case 0 -> samples.remove(random.nextInt(samples.size()));
      case 1 -> samples.addAll(layout(random));
      case 2 -> Collections.shuffle(samples, random);
      default -> samples.set(random.nextInt(samples.size()), layout(random).getFirst());
    }
    return samples.isEmpty() ? layout(random) : samples;
  }

  private static Sample anew(Sample one, Random random) {
    boolean integral = random.nextInt(200) == 0 ? !one.integral() : one.integral();
    long whole = random.nextInt(4) == 0 ? EDGES[random.nextInt(5)] : random.nextLong();
    double real = random.nextInt(4) == 0 ? REAL_EDGES[random.nextInt(5)] : random.nextGaussian();
    Attributes attributes =
        random.nextInt(10) == 0 ? one.attributes().toBuilder().build() : one.attributes();
    long bits = integral ? whole : Double.doubleToRawLongBits(real);
    return new Sample(one.metric(), attributes, integral, bits);
  }

  @Test
  void aLayoutThatComesAgainIsNotEncodedAnew() {
    var rounds = new RoundWriter(writer, 1);
    var second = List.of(Sample.of(COLUMNS.getFirst(), "a", 1L));
    var tenth = List.of(second.getFirst(), Sample.of(COLUMNS.get(1), "a", 1L));
    byte[] ofTheSecond = rounds.metrics(second, 1);
    byte[] ofTheTenth = rounds.metrics(tenth, 1);
    assertThat(rounds.metrics(second, 2)).isSameAs(ofTheSecond);
    assertThat(rounds.metrics(tenth, 2)).isSameAs(ofTheTenth);
  }

  @Test
  void fourLayoutsAreKeptThoseThatCameLast() {
    var rounds = new RoundWriter(writer, 1);
    var first = List.of(Sample.of(COLUMNS.getFirst(), "first", 1L));
    byte[] bytes = rounds.metrics(first, 1);
    for (int i = 0; i < 4; i++) {
      rounds.metrics(List.of(Sample.of(COLUMNS.getFirst(), "other" + i, 1L)), 1);
    }
    assertThat(rounds.metrics(first, 1)).isNotSameAs(bytes).isEqualTo(bytes);
  }
}
