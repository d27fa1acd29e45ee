package io.lockstep.agent.sample.textfile;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.agent.NodeExporter;
import io.lockstep.agent.sample.Reading;
import io.lockstep.agent.sample.textfile.TextfileSampler.Config;
import io.lockstep.telemetry.otlp.Occurrence;
import io.lockstep.telemetry.otlp.Sample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextfileSamplerTest {
  private static final Instant NOW = Instant.ofEpochSecond(1_790_000_000);

  @TempDir private Path folder;

  private TextfileSampler sampler(int seriesMax) {
    return new TextfileSampler(
        new Config(List.of(folder), Duration.ofSeconds(30), Duration.ofDays(1), seriesMax));
  }

  private Path write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.writeString(file, text);
    Files.setLastModifiedTime(file, FileTime.from(NOW.minusSeconds(60)));
    return file;
  }

  /// As in `raid_disks{array=md0} 4.0`.
  private static List<String> values(Reading reading) {
    return reading.samples().stream()
        .filter(sample -> sample.metric().isVerbatim())
        .map(TextfileSamplerTest::shown)
        .sorted()
        .toList();
  }

  private static String shown(Sample sample) {
    var labels = new TreeMap<String, String>();
    sample.attributes().forEach((key, value) -> labels.put(key.getKey(), value.toString()));
    return sample.metric().name() + labels + " " + sample.value();
  }

  private static List<String> said(Reading reading) {
    return reading.events().stream().map(Occurrence::body).toList();
  }

  @Test
  void valuesGoOnUnderTheirOwnNamesEachTime() throws IOException {
    write("raid.prom", "# TYPE raid_disks gauge\nraid_disks{array=\"md0\"} 4\nnone NaN\n");
    write("raid.prom.tmp", "half 1");
    var sampler = sampler(100);
    for (int i = 0; i < 3; i++) {
      Reading reading = sampler.sample(NOW);
      assertThat(values(reading)).containsExactly("raid_disks{array=md0} 4.0");
      assertThat(reading.events()).isEmpty();
      assertThat(reading.samples().stream().map(one -> one.metric().name()))
          .contains("lockstep.textfile.age", "lockstep.textfile.success");
    }
  }

  @Test
  void aFileThatIsWrongSaysNothingAndWhyOnceAndTheOthersGoOn() throws IOException {
    Path bad = write("bad.prom", "good_line 1\nbad line\n");
    write("good.prom", "good 1\n");
    var sampler = sampler(100);
    Reading first = sampler.sample(NOW);
    assertThat(values(first)).containsExactly("good{} 1.0");
    assertThat(said(first)).containsExactly(bad + " can't be read: line 2: no number: \"line\"");
    assertThat(said(sampler.sample(NOW))).isEmpty();
    write("bad.prom", "good_line 12\n");
    Reading mended = sampler.sample(NOW);
    assertThat(values(mended)).containsExactly("good_line{} 12.0", "good{} 1.0");
    assertThat(said(mended)).containsExactly(bad + " can be read again");
  }

  @Test
  void ofTwoFilesThatDoNotFitTheFirstCounts() throws IOException {
    write("a.prom", "# HELP x one\n# TYPE x gauge\nx{f=\"a\"} 1\n");
    write("b.prom", "# HELP x another\n# TYPE x gauge\nx{f=\"b\"} 2\n");
    Path twice = write("c.prom", "# TYPE x gauge\nx{f=\"a\"} 3\n");
    Path typed = write("d.prom", "# TYPE x counter\nx{f=\"d\"} 3\n");
    Path ours = write("e.prom", "system_memory_limit_bytes 3\n");
    Reading reading = sampler(100).sample(NOW);
    assertThat(values(reading)).containsExactly("x{f=a} 1.0", "x{f=b} 2.0");
    assertThat(said(reading))
        .containsExactly(
            twice
                + " can't be read: x with the same labels stands in "
                + folder.resolve("a.prom")
                + " too",
            typed + " can't be read: x is a counter here and a gauge elsewhere",
            ours + " can't be read: system_memory_limit_bytes is a name of the agent's own");
  }

  @Test
  void whatIsTooMuchOrTooOldIsLeftOutWithItsName() throws IOException {
    write("a.prom", "a 1\n");
    Path more = write("b.prom", "b 1\nc 1\n");
    Path old = write("old.prom", "old 1\n");
    Files.setLastModifiedTime(old, FileTime.from(NOW.minus(Duration.ofHours(49))));
    Path large = write("large.prom", "# " + "x".repeat(TextFolder.FILE_BYTES_MAX) + "\n");
    Reading reading = sampler(2).sample(NOW);
    assertThat(values(reading)).containsExactly("a{} 1.0");
    assertThat(said(reading))
        .containsExactly(
            more
                + " can't be read: with it there are more than 2 values;"
                + " samplers.textfile.series_max allows more",
            large + " can't be read: larger than 1048576 bytes",
            old + " can't be read: it has not been written for 49 h; its values are left out");
  }

  @Test
  void aFolderThatIsNotThereIsAProblemOfItsOwn() throws IOException {
    var sampler =
        new TextfileSampler(
            new Config(
                List.of(folder.resolve("none")), Duration.ofSeconds(30), Duration.ofDays(1), 9));
    assertThat(said(sampler.sample(NOW)))
        .singleElement()
        .asString()
        .contains("none: no such file or folder");
    assertThat(sampler.exposition().text(false)).contains("node_textfile_scrape_error 1");
  }

  @Test
  void openMetricsHasItsOwnNamesForCounters() throws IOException {
    write("a.prom", "# TYPE a_total counter\na_total 1\n# TYPE old counter\nold 2\nbare 3\n");
    var sampler = sampler(9);
    sampler.sample(NOW);
    assertThat(sampler.exposition().text(true))
        .startsWith(
            "# TYPE a counter\na_total 1\n# TYPE bare unknown\nbare 3\n# TYPE old unknown\nold 2\n");
  }

  /// Where node_exporter is installed, `/metrics` must say of a folder what it says.
  @Test
  void scrapersSeeWhatNodeExporterShowsOfTheSameFolder() throws Exception {
    write(
        "all.prom",
        """
        # HELP a_total things, \\\\ and \\n
        # TYPE a_total counter
        a_total{x="q\\"uote",y="b\\\\s"} 5
        # TYPE h histogram
        h_bucket{le="1"} 2
        h_bucket{le="+Inf"} 3
        h_sum 4.25
        h_count 3
        # TYPE s summary
        s{quantile="0.5"} 1
        s_sum 2
        s_count 2
        u 7
        i +Inf
        g -1.5e-7
        """);
    write("b.prom", "# TYPE other gauge\nother{z=\"ö\"} 1234567890123\n");
    var sampler = sampler(100);
    sampler.sample(NOW);
    assertThat(numbered(sampler.exposition().text(false))).isEqualTo(numbered(nodeExporter()));
  }

  private String nodeExporter() throws IOException {
    return NodeExporter.shows("--collector.textfile", "--collector.textfile.directory=" + folder);
  }

  /// Values as Java writes them; without what node_exporter says of itself and where it makes up a
  /// help text.
  private static List<String> numbered(String text) {
    return text.lines()
        .filter(line ->
            !line.contains("node_exporter_build_info")
                && !line.matches(".*(node_scrape|promhttp)_.*"))
        .filter(line -> !line.contains(" Metric read from "))
        .map(line -> {
          int blank = line.lastIndexOf(' ');
          return line.startsWith("#") || line.endsWith("Inf")
              ? line
              : line.substring(0, blank) + " " + Double.parseDouble(line.substring(blank));
        })
        .sorted()
        .collect(Collectors.toList());
  }
}
