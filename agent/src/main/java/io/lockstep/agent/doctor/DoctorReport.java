package io.lockstep.agent.doctor;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.lockstep.agent.doctor.Diagnosis.Verdict;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// How diagnoses are shown.
public final class DoctorReport {
  private static final ObjectWriter JSON =
      new ObjectMapper().writer(SerializationFeature.INDENT_OUTPUT);
  private static final Map<Verdict, String> COLOURS =
      Map.of(
          Verdict.GOOD, "\u001b[32m",
          Verdict.ABSENT, "\u001b[2m",
          Verdict.WARNING, "\u001b[33m",
          Verdict.BAD, "\u001b[31m");
  private static final String PLAIN = "\u001b[0m";

  private DoctorReport() {}

  /// For people: a line each, and below it what to do.
  ///
  /// @param colour whether a terminal shows it
  public static void print(List<Diagnosis> all, boolean colour, PrintWriter out) {
    int width = all.stream().mapToInt(one -> one.source().length()).max().orElse(0);
    String spaces = " ".repeat(width);
    for (Diagnosis one : all) {
      String verdict = "%-8s".formatted(one.verdict().name().toLowerCase(Locale.ROOT));
      String shown = colour ? COLOURS.get(one.verdict()) + verdict + PLAIN : verdict;
      String source = (one.source() + spaces).substring(0, width);
      out.printf("%s %s %s%n", shown, source, one.finding());
      if (!one.mend().isEmpty()) {
        out.printf("%-8s %s → %s%n", "", spaces, one.mend());
      }
    }
    out.flush();
  }

  /// For programs: an array of objects with `source`, `verdict`, `finding` and `mend`.
  public static String json(List<Diagnosis> all) {
    ArrayNode array = new ObjectMapper().createArrayNode();
    for (Diagnosis one : all) {
      array
          .addObject()
          .put("source", one.source())
          .put("verdict", one.verdict().name().toLowerCase(Locale.ROOT))
          .put("finding", one.finding())
          .put("mend", one.mend());
    }
    try {
      return JSON.writeValueAsString(array) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
