package io.lockstep.agent.sample.textfile;

import io.lockstep.agent.sample.textfile.TextFamily.Line;
import io.lockstep.agent.sample.textfile.TextFamily.Type;
import io.lockstep.agent.sample.textfile.TextFolder.TextFile;
import io.lockstep.telemetry.exposition.PrometheusText;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// What the text files say, under its own names, for whoever scrapes the agent: with
/// node_exporter's words about the files themselves, by which people have alerts.
public final class TextExposition {
  static final TextExposition NONE = new TextExposition(List.of(), false);

  private final List<TextFile> files;
  private final boolean problems;

  /// @param files that are read
  /// @param problems whether anything could not be read
  TextExposition(List<TextFile> files, boolean problems) {
    this.files = List.copyOf(files);
    this.problems = problems;
  }

  /// The text; empty where no folder is read.
  ///
  /// @param openMetrics whether by OpenMetrics, which has other rules for counters' names
  public String text(boolean openMetrics) {
    if (files.isEmpty() && !problems) {
      return "";
    }
    SortedMap<String, List<TextFamily>> byName = new TreeMap<>();
    for (TextFile file : files) {
      for (TextFamily family : file.families()) {
        byName.computeIfAbsent(family.name(), _ -> new ArrayList<>()).add(family);
      }
    }
    var text = new StringBuilder();
    byName.values().forEach(parts -> append(parts, openMetrics, text));
    about(text);
    return text.toString();
  }

  private static void append(List<TextFamily> parts, boolean openMetrics, StringBuilder text) {
    TextFamily first = parts.getFirst();
    if (parts.stream().allMatch(part -> part.lines().isEmpty())) {
      return;
    }
    String name = openMetrics ? familyName(first) : first.name();
    for (TextFamily part : parts) {
      if (part.help() != null) {
        text.append("# HELP ").append(name).append(' ');
        text.append(PrometheusText.help(part.help())).append('\n');
        break;
      }
    }
    text.append("# TYPE ").append(name).append(' ').append(type(first, openMetrics)).append('\n');
    for (TextFamily part : parts) {
      for (Line line : part.lines()) {
        text.append(line.name()).append(PrometheusText.labels(line.labels())).append(' ');
        text.append(number(line.value())).append('\n');
      }
    }
  }

  private static String familyName(TextFamily family) {
    String name = family.name();
    return family.type() == Type.COUNTER && name.endsWith("_total")
        ? name.substring(0, name.length() - "_total".length())
        : name;
  }

  private static String type(TextFamily family, boolean openMetrics) {
    if (!openMetrics) {
      return family.type().label();
    }
    return switch (family.type()) {
      case COUNTER -> family.name().endsWith("_total") ? "counter" : "unknown";
      case UNTYPED -> "unknown";
      case GAUGE, HISTOGRAM, SUMMARY -> family.type().label();
    };
  }

  private void about(StringBuilder text) {
    if (!files.isEmpty()) {
      text.append(
          "# HELP node_textfile_mtime_seconds Unixtime mtime of textfiles successfully read.\n");
      text.append("# TYPE node_textfile_mtime_seconds gauge\n");
      for (TextFile file : files) {
        text.append("node_textfile_mtime_seconds{file=\"")
            .append(PrometheusText.escaped(file.path()))
            .append("\"} ")
            .append(number(file.changed().toMillis() / 1e3))
            .append('\n');
      }
    }
    text.append(
        "# HELP node_textfile_scrape_error 1 if there was an error opening or reading a file,"
            + " 0 otherwise\n");
    text.append("# TYPE node_textfile_scrape_error gauge\n");
    text.append("node_textfile_scrape_error ").append(problems ? 1 : 0).append('\n');
  }

  private static String number(double value) {
    if (value == Math.rint(value) && Math.abs(value) < 1e15) {
      return Long.toString((long) value);
    }
    if (Double.isFinite(value)) {
      return Double.toString(value);
    }
    return Double.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
  }
}
