package io.lockstep.agent.sample.textfile;

import io.lockstep.agent.sample.Quoted;
import io.lockstep.agent.sample.textfile.TextFamily.Line;
import io.lockstep.agent.sample.textfile.TextFamily.Type;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Reads the Prometheus text format, version 0.0.4
/// ([exposition_formats](https://prometheus.io/docs/instrumenting/exposition_formats/)). As strict
/// as Prometheus' own: a file with one wrong line says nothing.
final class TextParser {
  static final int LABELS_MAX = 32;
  static final int LABEL_VALUE_MAX = 1024;
  private static final int NAME_MAX = 200;
  private static final int HELP_MAX = 1024;

  /// A family while it is read.
  private static final class Draft {
    private final List<Line> lines = new ArrayList<>();
    private final String name;
    private @Nullable Type type;
    private @Nullable String help;

    Draft(String name) {
      this.name = name;
    }

    Type type() {
      return type == null ? Type.UNTYPED : type;
    }

    TextFamily done() {
      return new TextFamily(name, type(), help, lines);
    }
  }

  private record Key(String name, SortedMap<String, String> labels) {}

  private final Map<String, Draft> families = new LinkedHashMap<>();
  private final Set<Key> seen = new HashSet<>();
  private final String text;
  private final int seriesMax;
  private int at;
  private int end;
  private int line;

  private TextParser(String text, int seriesMax) {
    this.text = text;
    this.seriesMax = seriesMax;
  }

  /// Reads a whole file.
  ///
  /// @param seriesMax how many lines with a value are taken
  /// @return in the file's order
  /// @throws TextProblem for the first thing that is wrong
  static List<TextFamily> parse(String text, int seriesMax) throws TextProblem {
    return new TextParser(text, seriesMax).families();
  }

  private List<TextFamily> families() throws TextProblem {
    while (at < text.length()) {
      line++;
      int next = text.indexOf('\n', at);
      if (next < 0) {
        throw problem(
            "it does not end with a line break: it is half written; write another file beside it"
                + " and rename that");
      }
      end = next > at && text.charAt(next - 1) == '\r' ? next - 1 : next;
      skipBlanks();
      if (at < end) {
        read();
      }
      at = next + 1;
    }
    return families.values().stream().map(Draft::done).toList();
  }

  private void read() throws TextProblem {
    if (text.charAt(at) != '#') {
      sample();
      return;
    }
    at++;
    skipBlanks();
    String word = word();
    if (word.equals("HELP") || word.equals("TYPE")) {
      describe(word.equals("HELP"));
    }
  }

  private void describe(boolean help) throws TextProblem {
    skipBlanks();
    String name = metricName();
    Draft family = families.computeIfAbsent(name, Draft::new);
    skipBlanks();
    String rest = text.substring(at, end);
    if (help) {
      if (family.help != null) {
        throw problem("a second HELP line for " + name);
      }
      String said = unescaped(rest);
      family.help = said.length() > HELP_MAX ? said.substring(0, HELP_MAX) : said;
    } else {
      if (family.type != null || !family.lines.isEmpty()) {
        throw problem("a second TYPE line for " + name + ", or one after its values");
      }
      family.type = type(rest.strip());
    }
  }

  private Type type(String word) throws TextProblem {
    for (Type type : Type.values()) {
      if (type.label().equals(word.toLowerCase(Locale.ROOT))) {
        return type;
      }
    }
    throw problem(
        "unknown type \""
            + Quoted.of(word)
            + "\"; known are counter, gauge, histogram, summary"
            + " and untyped");
  }

  private void sample() throws TextProblem {
    String name = metricName();
    skipBlanks();
    SortedMap<String, String> labels = new TreeMap<>();
    if (at < end && text.charAt(at) == '{') {
      labels(labels);
    }
    skipBlanks();
    double value = value(word());
    skipBlanks();
    if (at < end) {
      String rest = word();
      throw problem(
          rest.matches("-?[0-9]+")
              ? "has a time of its own, which node_exporter does not allow either; leave it away"
              : "more than a value: \"" + Quoted.of(rest) + "\"");
    }
    Draft family = familyOf(name);
    checkParts(family, name, labels);
    if (!seen.add(new Key(name, labels))) {
      throw problem(name + " stands twice with the same labels");
    }
    if (seen.size() > seriesMax) {
      throw problem("more than " + seriesMax + " values");
    }
    family.lines.add(new Line(name, labels, value));
  }

  /// A histogram's and a summary's lines have names of their own.
  private Draft familyOf(String name) {
    Draft same = families.get(name);
    if (same == null) {
      for (String part : List.of("_bucket", "_sum", "_count")) {
        Draft of =
            name.endsWith(part)
                ? families.get(name.substring(0, name.length() - part.length()))
                : null;
        if (of != null
            && (of.type() == Type.HISTOGRAM
                || (of.type() == Type.SUMMARY && !part.equals("_bucket")))) {
          return of;
        }
      }
    }
    return same == null ? families.computeIfAbsent(name, Draft::new) : same;
  }

  private void checkParts(Draft family, String name, Map<String, String> labels)
      throws TextProblem {
    boolean bare = name.equals(family.name);
    if (family.type() == Type.HISTOGRAM) {
      if (bare) {
        throw problem(name + " is a histogram: its lines are " + name + "_bucket, _sum and _count");
      }
      if (name.endsWith("_bucket")) {
        number("le", labels);
      }
    } else if (family.type() == Type.SUMMARY && bare) {
      number("quantile", labels);
    }
  }

  private void number(String label, Map<String, String> labels) throws TextProblem {
    String text = labels.get(label);
    if (text == null) {
      throw problem("has no label " + label);
    }
    if (Double.isNaN(value(text))) {
      throw problem(label + " must be a number");
    }
  }

  private void labels(SortedMap<String, String> labels) throws TextProblem {
    at++;
    skipBlanks();
    while (at < end && text.charAt(at) != '}') {
      String name = labelName();
      skipBlanks();
      expect('=');
      skipBlanks();
      expect('"');
      String value = labelValue();
      if (labels.put(name, value) != null) {
        throw problem("label " + name + " stands twice");
      }
      if (labels.size() > LABELS_MAX) {
        throw problem("more than " + LABELS_MAX + " labels");
      }
      skipBlanks();
      if (at < end && text.charAt(at) == ',') {
        at++;
        skipBlanks();
      } else if (at < end && text.charAt(at) != '}') {
        throw problem("a comma or } must follow a label");
      }
    }
    expect('}');
  }

  private void expect(char sign) throws TextProblem {
    if (at >= end || text.charAt(at) != sign) {
      throw problem("a " + sign + " is missing at column " + (at - lineBegin() + 1));
    }
    at++;
  }

  private int lineBegin() {
    return text.lastIndexOf('\n', at - 1) + 1;
  }

  private String labelValue() throws TextProblem {
    var value = new StringBuilder();
    while (at < end && text.charAt(at) != '"') {
      char sign = text.charAt(at++);
      if (sign == '\\' && at < end) {
        char escaped = text.charAt(at++);
        if ("\\\"n".indexOf(escaped) < 0) {
          throw problem("no escape \\" + escaped + "; there are \\\\, \\\" and \\n");
        }
        sign = escaped == 'n' ? '\n' : escaped;
      }
      value.append(sign);
      if (value.length() > LABEL_VALUE_MAX) {
        throw problem("a label's value of more than " + LABEL_VALUE_MAX + " characters");
      }
    }
    expect('"');
    return value.toString();
  }

  private static String unescaped(String help) {
    var text = new StringBuilder();
    for (int i = 0; i < help.length(); i++) {
      char sign = help.charAt(i);
      if (sign == '\\' && i + 1 < help.length() && "\\n".indexOf(help.charAt(i + 1)) >= 0) {
        i++;
        sign = help.charAt(i) == 'n' ? '\n' : '\\';
      }
      text.append(sign);
    }
    return text.toString();
  }

  private String metricName() throws TextProblem {
    int begin = at;
    while (at < end && (isNamed(text.charAt(at), at == begin) || text.charAt(at) == ':')) {
      at++;
    }
    return name(begin, "metric");
  }

  private String labelName() throws TextProblem {
    int begin = at;
    while (at < end && isNamed(text.charAt(at), at == begin)) {
      at++;
    }
    String name = name(begin, "label");
    if (name.equals("__name__")) {
      throw problem("label __name__ is Prometheus' own");
    }
    return name;
  }

  private String name(int begin, String what) throws TextProblem {
    if (at == begin || at - begin > NAME_MAX) {
      String there = text.substring(begin, Math.min(end, begin + 40));
      throw problem("no name of a " + what + ": \"" + Quoted.of(there) + "\"");
    }
    return text.substring(begin, at);
  }

  private static boolean isNamed(char sign, boolean first) {
    return (sign >= 'a' && sign <= 'z')
        || (sign >= 'A' && sign <= 'Z')
        || sign == '_'
        || (!first && sign >= '0' && sign <= '9');
  }

  private double value(String word) throws TextProblem {
    return switch (word.toLowerCase(Locale.ROOT)) {
      case "nan" -> Double.NaN;
      case "inf", "+inf", "infinity", "+infinity" -> Double.POSITIVE_INFINITY;
      case "-inf", "-infinity" -> Double.NEGATIVE_INFINITY;
      default -> finite(word);
    };
  }

  /// Java's own reading would take `1d` and `0x1p3` too.
  private double finite(String word) throws TextProblem {
    if (word.matches("[-+.0-9eE]+")) {
      try {
        return Double.parseDouble(word);
      } catch (NumberFormatException _) {
        // told below
      }
    }
    throw problem(word.isEmpty() ? "no value" : "no number: \"" + Quoted.of(word) + "\"");
  }

  private String word() {
    int begin = at;
    while (at < end && text.charAt(at) != ' ' && text.charAt(at) != '\t') {
      at++;
    }
    return text.substring(begin, at);
  }

  private void skipBlanks() {
    while (at < end && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
      at++;
    }
  }

  private TextProblem problem(String why) {
    return new TextProblem(line, why);
  }

  /// How many values there are.
  static int series(Collection<TextFamily> families) {
    return families.stream().mapToInt(family -> family.lines().size()).sum();
  }
}
