package io.lockstep.agent.doctor;

import io.lockstep.agent.sample.Reading;
import io.lockstep.agent.sample.Sampler;
import io.lockstep.telemetry.otlp.Occurrence;
import io.lockstep.telemetry.otlp.Sample;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// Lets a sampler of the agent read its source once, as the agent does.
final class SamplerCheck {
  private static final Duration DEADLINE = Duration.ofSeconds(10);

  private final Sampler sampler;
  private final @Nullable Reading reading;
  private final String problem;

  private SamplerCheck(Sampler sampler, @Nullable Reading reading, String problem) {
    this.sampler = sampler;
    this.reading = reading;
    this.problem = problem;
  }

  static SamplerCheck of(Sampler sampler) throws InterruptedException {
    var round = new FutureTask<>(() -> sampler.sample(Instant.now()));
    Thread.ofPlatform().daemon().name("check-" + sampler.name()).start(round);
    try {
      return new SamplerCheck(sampler, round.get(DEADLINE.toMillis(), TimeUnit.MILLISECONDS), "");
    } catch (TimeoutException _) {
      return new SamplerCheck(sampler, null, "no answer within " + DEADLINE.toSeconds() + " s");
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      String words = cause == null || cause.getMessage() == null ? "" + cause : cause.getMessage();
      return new SamplerCheck(sampler, null, words);
    }
  }

  List<Sample> samples() {
    return reading == null ? List.of() : reading.samples();
  }

  List<Occurrence> events() {
    return reading == null ? List.of() : reading.events();
  }

  /// What can't be read of the source, one line each.
  List<String> failures() {
    var failures = new ArrayList<String>();
    if (!problem.isEmpty()) {
      failures.add(problem);
    }
    for (Occurrence event : events()) {
      if (event.name().equals("lockstep.agent.reader.failed")) {
        failures.add(event.body());
      }
    }
    return failures;
  }

  /// How the source is, where nothing more is known of it than what the sampler says.
  Diagnosis plain() {
    List<String> failures = failures();
    int values = samples().size();
    String count = values + (values == 1 ? " value" : " values");
    if (!problem.isEmpty()) {
      return Diagnosis.bad(sampler.name(), problem, "look at the kernel's log and the agent's");
    }
    if (!failures.isEmpty()) {
      return Diagnosis.warning(
          sampler.name(),
          count + "; " + String.join("; ", failures),
          "what can't be read is left out; everything else goes on");
    }
    return values == 0
        ? Diagnosis.absent(sampler.name(), "there is nothing to read")
        : Diagnosis.good(sampler.name(), count);
  }
}
