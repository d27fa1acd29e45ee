package io.lockstep.agent.batch;

import io.lockstep.agent.batch.Round.Outcome;
import io.lockstep.agent.sample.Series;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.Occurrence;
import io.lockstep.telemetry.otlp.Sample;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Whether one sampler reads its source: says so in samples each round, and in an event and a log
/// line when it changes. One thread.
final class Health {
  private static final Logger LOG = LoggerFactory.getLogger(Health.class);

  private final String sampler;
  private final Series duration;
  private final Series success;
  private final Series age;
  private long lastRead;
  private boolean everRead;
  private boolean failing;

  Health(String sampler) {
    this.sampler = sampler;
    duration = series("sampler_duration");
    success = series("sampler_success");
    age = series("sampler_age");
  }

  private Series series(String column) {
    return Series.of(Contract.column(Table.PART, column), sampler);
  }

  /// The samples of one round.
  ///
  /// @param nowNanos monotonic, nanoseconds
  List<Sample> samples(Outcome outcome, long nowNanos) {
    boolean read = outcome.reading() != null;
    if (read) {
      lastRead = nowNanos;
      everRead = true;
    }
    var samples = new ArrayList<Sample>(3);
    if (outcome.seconds() != null) {
      samples.add(duration.at(outcome.seconds()));
    }
    samples.add(success.at(read ? 1L : 0L));
    if (everRead) {
      samples.add(age.at((nowNanos - lastRead) / 1e9));
    }
    return samples;
  }

  /// The event of a round, where it changed something; null where it did not.
  ///
  /// @param error why the round failed; empty when it did not
  /// @param late rounds that ended too late since the start
  @Nullable Occurrence change(String error, long late, Instant time) {
    if (failing == !error.isEmpty()) {
      return null;
    }
    failing = !error.isEmpty();
    if (failing) {
      LOG.warn("sampler fails sampler={} error={}", sampler, error);
      return new Occurrence(
          "lockstep.agent.reader.failed",
          Encoder.nanos(time),
          "The sampler " + sampler + " can't read its source: " + error,
          Map.of("lockstep.agent.sampler", sampler, "error.message", error));
    }
    LOG.info("sampler reads again sampler={} late_rounds_dropped={}", sampler, late);
    return new Occurrence(
        "lockstep.agent.reader.recovered",
        Encoder.nanos(time),
        "The sampler " + sampler + " reads its source again",
        Map.of("lockstep.agent.sampler", sampler));
  }
}
