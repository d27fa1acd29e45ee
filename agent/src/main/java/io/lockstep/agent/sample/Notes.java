package io.lockstep.agent.sample;

import io.lockstep.telemetry.otlp.Occurrence;
import io.lockstep.telemetry.otlp.Sample;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What one round of one sampler finds, while it runs: values, events, and which sources began to
/// fail or read again. Sources of one group that fail for one reason are said in one event.
public final class Notes {
  private static final Logger LOG = LoggerFactory.getLogger(Notes.class);
  private static final int NAMED_MAX = 4;
  private static final String SAMPLER = "lockstep.agent.sampler";
  private static final String SOURCE = "lockstep.agent.source";

  /// What began to fail (or to read again, then `why` is empty) in this round.
  private record Change(String group, String why) {}

  private final List<Sample> samples = new ArrayList<>();
  private final List<Occurrence> events = new ArrayList<>();
  private final Map<Change, List<String>> changes = new LinkedHashMap<>();
  private final String sampler;
  private final Instant now;
  private final long round;

  /// Begins empty.
  ///
  /// @param round counts the sampler's rounds from 0
  public Notes(String sampler, Instant now, long round) {
    this.sampler = sampler;
    this.now = now;
    this.round = round;
  }

  /// Number of the round.
  public long round() {
    return round;
  }

  /// The round's time.
  public Instant now() {
    return now;
  }

  /// Takes a value that was read.
  public void add(Sample sample) {
    samples.add(sample);
  }

  /// Something happened in this round.
  ///
  /// @param body one line for people
  public void event(String name, String body, Map<String, String> attributes) {
    long nanos = now.getEpochSecond() * 1_000_000_000L + now.getNano();
    events.add(new Occurrence(name, nanos, body, attributes));
  }

  /// A source can't be read any more.
  ///
  /// @param group what it belongs to: a folder, a device; empty when it stands for itself
  /// @param item its name in the group
  public void failed(String group, String item, String why) {
    changes.computeIfAbsent(new Change(group, why), _ -> new ArrayList<>()).add(item);
  }

  /// A source can be read again.
  public void recovered(String group, String item) {
    failed(group, item, "");
  }

  /// Takes all that another part of the same round found.
  void addAll(Notes other) {
    samples.addAll(other.samples);
    events.addAll(other.events);
    other.changes.forEach(
        (change, items) -> changes.computeIfAbsent(change, _ -> new ArrayList<>()).addAll(items));
  }

  /// The same round, empty: for a part that is read on a thread of its own.
  Notes part() {
    return new Notes(sampler, now, round);
  }

  /// All of it.
  public Reading reading() {
    changes.forEach(this::say);
    changes.clear();
    return new Reading(samples, events);
  }

  private void say(Change change, List<String> items) {
    String source = source(change.group(), items);
    if (change.why().isEmpty()) {
      LOG.info("source reads again sampler={} source=\"{}\"", sampler, Quoted.of(source));
      event(
          "lockstep.agent.reader.recovered",
          source + " can be read again",
          Map.of(SAMPLER, sampler, SOURCE, source));
    } else {
      LOG.warn(
          "source fails sampler={} source=\"{}\" error=\"{}\"",
          sampler,
          Quoted.of(source),
          Quoted.of(change.why()));
      event(
          "lockstep.agent.reader.failed",
          source + " can't be read: " + change.why(),
          Map.of(SAMPLER, sampler, SOURCE, source, "error.message", change.why()));
    }
  }

  /// As in `mlx5_0/ports/1/counters: symbol_error, link_downed and 3 more`.
  private static String source(String group, List<String> items) {
    int more = items.size() - NAMED_MAX;
    String named = String.join(", ", items.subList(0, Math.min(NAMED_MAX, items.size())));
    return (group.isEmpty() ? "" : group + ": ")
        + named
        + (more > 0 ? " and " + more + " more" : "");
  }
}
