package io.lockstep.agent.sample.textfile;

import io.lockstep.agent.sample.Notes;
import io.lockstep.agent.sample.Reading;
import io.lockstep.agent.sample.Sampler;
import io.lockstep.agent.sample.textfile.TextFamily.Line;
import io.lockstep.agent.sample.textfile.TextFolder.TextFile;
import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Metric;
import io.lockstep.telemetry.contract.Metric.Kind;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.Sample;
import io.opentelemetry.api.common.Attributes;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sends on what other programs write into a folder: files `*.prom` in Prometheus' text format, as
/// for node_exporter's textfile collector. Their values keep their names; the parts of a histogram
/// or summary are values of their own (`_bucket`, `_sum`, `_count`).
public final class TextfileSampler implements Sampler {
  private static final Logger LOG = LoggerFactory.getLogger(TextfileSampler.class);
  private static final int SERIES_LIMIT = 20_000;
  private static final int FOLDERS_MAX = 16;
  private static final Column AGE = Contract.column(Table.PART, "textfile_age");
  private static final Column SUCCESS = Contract.column(Table.PART, "textfile_success");
  private static final Column SERIES = Contract.column(Table.PART, "textfile_series");

  /// Which folders are read.
  ///
  /// @param folders empty for none
  /// @param interval time between two looks; values are sent each time, whether they have changed
  /// @param staleAfter the values of a file that has not been written for so long are not sent any
  ///   more
  /// @param seriesMax how many values are taken of one file, and of all together, up to 20,000
  public record Config(List<Path> folders, Duration interval, Duration staleAfter, int seriesMax) {
    public static final Config DEFAULT =
        new Config(List.of(), Duration.ofSeconds(30), Duration.ofDays(1), 2_000);

    public Config {
      folders = List.copyOf(folders);
      if (folders.size() > FOLDERS_MAX) {
        throw new IllegalArgumentException("folders must be at most " + FOLDERS_MAX);
      }
      if (interval.compareTo(Duration.ofSeconds(1)) < 0
          || interval.compareTo(Duration.ofHours(1)) > 0) {
        throw new IllegalArgumentException("interval must be 1s to 1h");
      }
      if (staleAfter.compareTo(interval) < 0) {
        throw new IllegalArgumentException("stale_after must not be below interval");
      }
      if (seriesMax < 1 || seriesMax > SERIES_LIMIT) {
        throw new IllegalArgumentException("series_max must be 1 to " + SERIES_LIMIT);
      }
    }
  }

  /// A file of which nothing is wrong, with its values as they are sent.
  private record Ready(TextFile file, List<Sample> samples) {}

  private final Map<String, Ready> ready = new LinkedHashMap<>();
  private final Map<String, String> told = new LinkedHashMap<>();
  private final Config config;
  private final TextFolder folder;
  private volatile TextExposition exposition = TextExposition.NONE;
  private long round;

  public TextfileSampler(Config config) {
    this.config = config;
    this.folder = new TextFolder(config.folders(), config.seriesMax());
  }

  @Override
  public String name() {
    return "textfile";
  }

  @Override
  public Duration interval() {
    return config.interval();
  }

  /// What the text files say by the sampler that is among these; nothing where there is none.
  public static Supplier<TextExposition> among(List<Sampler> samplers) {
    return samplers.stream()
        .filter(TextfileSampler.class::isInstance)
        .findFirst()
        .map(TextfileSampler.class::cast)
        .<Supplier<TextExposition>>map(one -> one::exposition)
        .orElse(() -> TextExposition.NONE);
  }

  /// What the files said when they were last read. Any thread.
  public TextExposition exposition() {
    return exposition;
  }

  @Override
  public Reading sample(Instant now) {
    var notes = new Notes(name(), now, round++);
    folder.look();
    Map<String, String> problems = new LinkedHashMap<>(folder.folderProblems());
    List<TextFile> fresh = judged(now, problems);
    ready.keySet().retainAll(fresh.stream().map(TextFile::path).toList());
    fresh.forEach(file -> samples(file).forEach(notes::add));
    folder.files().values().forEach(file -> state(file, now, problems, notes));
    exposition = new TextExposition(fresh, !problems.isEmpty());
    tell(problems, notes);
    return notes.reading();
  }

  /// The files whose values are sent; of the others, why not.
  private List<TextFile> judged(Instant now, Map<String, String> problems) {
    var fresh = new ArrayList<TextFile>();
    var names = new TextNames(config.seriesMax());
    for (TextFile file : folder.files().values()) {
      Duration age = Duration.between(file.changed().toInstant(), now);
      String problem = file.problem();
      if (problem.isEmpty() && age.compareTo(config.staleAfter()) > 0) {
        problem = "it has not been written for " + age.toHours() + " h; its values are left out";
      }
      if (problem.isEmpty()) {
        problem = names.take(file);
      }
      if (problem.isEmpty()) {
        fresh.add(file);
      } else {
        problems.put(file.path(), problem);
      }
    }
    return fresh;
  }

  @SuppressWarnings("ReferenceEquality") // a file that was not read again is the same object
  private List<Sample> samples(TextFile file) {
    Ready known = ready.get(file.path());
    if (known == null || known.file() != file) {
      known = new Ready(file, samplesOf(file));
      ready.put(file.path(), known);
    }
    return known.samples();
  }

  private static List<Sample> samplesOf(TextFile file) {
    var samples = new ArrayList<Sample>();
    for (TextFamily family : file.families()) {
      for (Line line : family.lines()) {
        if (Double.isFinite(line.value())) { // what is not is no value
          samples.add(sample(family, line));
        }
      }
    }
    return List.copyOf(samples);
  }

  private static Sample sample(TextFamily family, Line line) {
    Kind kind = family.counts(line) ? Kind.COUNTER : Kind.GAUGE;
    var attributes = Attributes.builder();
    line.labels().forEach(attributes::put);
    return new Sample(
        Metric.foreign(line.name(), "", kind, ""),
        attributes.build(),
        false,
        Double.doubleToRawLongBits(line.value()));
  }

  private static void state(TextFile file, Instant now, Map<String, String> problems, Notes notes) {
    boolean good = !problems.containsKey(file.path());
    notes.add(Sample.of(SUCCESS, file.path(), good ? 1L : 0L));
    if (good) {
      double age = Duration.between(file.changed().toInstant(), now).toMillis() / 1e3;
      notes.add(Sample.of(AGE, file.path(), Math.max(0, age)));
      notes.add(Sample.of(SERIES, file.path(), (long) TextParser.series(file.families())));
    }
  }

  /// A problem is said once, and when it is over.
  private void tell(Map<String, String> problems, Notes notes) {
    problems.forEach((place, why) -> {
      String before = told.put(place, why);
      // "for 25 h" becomes "for 26 h": that is no news
      if (before == null
          || !before.replaceAll("[0-9]+ h;", "").equals(why.replaceAll("[0-9]+ h;", ""))) {
        notes.failed("", place, why);
      }
    });
    for (String place : List.copyOf(told.keySet())) {
      if (!problems.containsKey(place)) {
        told.remove(place);
        if (folder.files().containsKey(place) || folder.folderProblems().isEmpty()) {
          notes.recovered("", place);
        }
      }
    }
    LOG.debug("textfile files={} problems={}", folder.files().size(), problems.size());
  }
}
