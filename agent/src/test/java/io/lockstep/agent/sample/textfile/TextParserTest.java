package io.lockstep.agent.sample.textfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.agent.sample.textfile.TextFamily.Line;
import io.lockstep.agent.sample.textfile.TextFamily.Type;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextParserTest {
  private static List<TextFamily> parse(String text) throws TextProblem {
    return TextParser.parse(text, 100);
  }

  private static Line line(String name, Map<String, String> labels, double value) {
    return new Line(name, new TreeMap<>(labels), value);
  }

  @Test
  void readsEveryTypeWithHelpLabelsAndEscapes() throws TextProblem {
    List<TextFamily> families =
        parse(
            """
            # a comment, and an empty line:

            # HELP raid_disks Disks of the array, in \\\\dev\\nand more.
            # TYPE raid_disks gauge
            raid_disks{array="md0",path="C:\\\\DIR\\n\\"x\\"",} 4
              raid_disks { array = "md1" , path = "" }   1.5e1\t
            # TYPE jobs_total counter
            jobs_total 12
            # TYPE took_seconds histogram
            took_seconds_bucket{le="0.5"} 1
            took_seconds_bucket{le="+Inf"} 3
            took_seconds_sum 2.5
            took_seconds_count 3
            # TYPE asked_seconds summary
            asked_seconds{quantile="0.5"} 0.1
            asked_seconds_sum 3
            asked_seconds_count 7
            bare:name_1 -Inf
            """);
    assertThat(families)
        .containsExactly(
            new TextFamily(
                "raid_disks",
                Type.GAUGE,
                "Disks of the array, in \\dev\nand more.",
                List.of(
                    line("raid_disks", Map.of("array", "md0", "path", "C:\\DIR\n\"x\""), 4),
                    line("raid_disks", Map.of("array", "md1", "path", ""), 15))),
            new TextFamily(
                "jobs_total", Type.COUNTER, null, List.of(line("jobs_total", Map.of(), 12))),
            new TextFamily(
                "took_seconds",
                Type.HISTOGRAM,
                null,
                List.of(
                    line("took_seconds_bucket", Map.of("le", "0.5"), 1),
                    line("took_seconds_bucket", Map.of("le", "+Inf"), 3),
                    line("took_seconds_sum", Map.of(), 2.5),
                    line("took_seconds_count", Map.of(), 3))),
            new TextFamily(
                "asked_seconds",
                Type.SUMMARY,
                null,
                List.of(
                    line("asked_seconds", Map.of("quantile", "0.5"), 0.1),
                    line("asked_seconds_sum", Map.of(), 3),
                    line("asked_seconds_count", Map.of(), 7))),
            new TextFamily(
                "bare:name_1",
                Type.UNTYPED,
                null,
                List.of(line("bare:name_1", Map.of(), Double.NEGATIVE_INFINITY))));
    assertThat(families.get(2).lines()).allMatch(families.get(2)::counts);
    assertThat(families.get(3).lines().stream().filter(families.get(3)::counts))
        .extracting(Line::name)
        .containsExactly("asked_seconds_sum", "asked_seconds_count");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      quoteCharacter = '`',
      value = {
        "a 1|b ! line 2: no value",
        "a 1|b x ! line 2: no number: \"x\"",
        "a 0x10 ! line 1: no number: \"0x10\"",
        "a 1d ! line 1: no number: \"1d\"",
        "a 1 1395066363000 ! line 1: has a time of its own, which node_exporter does not allow either; leave it away",
        "a 1 x ! line 1: more than a value: \"x\"",
        "a{b=\"c\" 1 ! line 1: a comma or } must follow a label",
        "a{b=c} 1 ! line 1: a \" is missing at column 5",
        "a{b=\"c} 1 ! line 1: a \" is missing at column 10",
        "a{b=\"c\",b=\"d\"} 1 ! line 1: label b stands twice",
        "a{b=\"\\t\"} 1 ! line 1: no escape \\t; there are \\\\, \\\" and \\n",
        "a{__name__=\"c\"} 1 ! line 1: label __name__ is Prometheus' own",
        "a{1=\"c\"} 1 ! line 1: no name of a label: \"1=\\\"c\\\"} 1\"",
        "1a 1 ! line 1: no name of a metric: \"1a 1\"",
        "{\"a.b\"} 1 ! line 1: no name of a metric: \"{\\\"a.b\\\"} 1\"",
        "a 1|a 2 ! line 2: a stands twice with the same labels",
        "a{x=\"1\",y=\"2\"} 1|a{y=\"2\",x=\"1\"} 1 ! line 2: a stands twice with the same labels",
        "# TYPE a gauge|# TYPE a gauge ! line 2: a second TYPE line for a, or one after its values",
        "a 1|# TYPE a gauge ! line 2: a second TYPE line for a, or one after its values",
        "# HELP a b|# HELP a b ! line 2: a second HELP line for a",
        "# TYPE a info ! line 1: unknown type \"info\"; known are counter, gauge, histogram, summary and untyped",
        "# TYPE a histogram|a_bucket 1 ! line 2: has no label le",
        "# TYPE a histogram|a_bucket{le=\"x\"} 1 ! line 2: no number: \"x\"",
        "# TYPE a histogram|a 1 ! line 2: a is a histogram: its lines are a_bucket, _sum and _count",
        "# TYPE a summary|a 1 ! line 2: has no label quantile",
      })
  void saysWhatIsWrongInWhichLine(String text, String problem) {
    assertThatThrownBy(() -> parse(text.replace('|', '\n') + "\n"))
        .isInstanceOf(TextProblem.class)
        .hasMessage(problem);
  }

  @Test
  void aFileThatIsHalfWrittenSaysNothing() {
    String whole = "# TYPE a gauge\na{b=\"c\"} 12\n";
    for (int length = 1; length < whole.length(); length++) {
      String half = whole.substring(0, length);
      if (!half.endsWith("\n")) {
        assertThatThrownBy(() -> parse(half)).hasMessageContaining("half written");
      }
    }
  }

  @Test
  void takesOnlySoMuch() {
    assertThatThrownBy(() -> TextParser.parse("a 1\nb 1\nc 1\n", 2))
        .hasMessage("line 3: more than 2 values");
    assertThatThrownBy(() -> parse("a{b=\"" + "x".repeat(5000) + "\"} 1\n"))
        .hasMessageContaining("a label's value of more than 1024 characters");
    var many = new StringBuilder("a{");
    for (int i = 0; i < 100; i++) {
      many.append('l').append(i).append("=\"\",");
    }
    assertThatThrownBy(() -> parse(many + "} 1\n")).hasMessage("line 1: more than 32 labels");
    assertThatThrownBy(() -> parse("x".repeat(100_000) + " 1\n"))
        .hasMessageStartingWith("line 1: no name of a metric: \"xxx");
  }
}
