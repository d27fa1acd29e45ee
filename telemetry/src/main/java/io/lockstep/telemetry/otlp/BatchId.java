package io.lockstep.telemetry.otlp;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Identifies one batch of one agent for ever, so that a batch sent twice counts once. Travels in
/// the header `lockstep-batch` as `1/host/run/number`, where 1 is the format's version.
///
/// @param host the agent's host
/// @param run the agent's start, Unix milliseconds; a restart begins a new run
/// @param number counts the run's batches from 0
public record BatchId(String host, long run, long number) {
  /// Name of the HTTP header and gRPC metadata key.
  public static final String HEADER = "lockstep-batch";

  private static final Pattern FORM =
      Pattern.compile("1/([A-Za-z0-9._-]{1,253})/([0-9]{1,18})/([0-9]{1,18})");

  public BatchId {
    if (run < 0 || number < 0) {
      throw new IllegalArgumentException(
          "run and number must not be negative: " + run + "/" + number);
    }
  }

  /// The header's value.
  public String header() {
    return "1/" + host + "/" + run + "/" + number;
  }

  /// Reads the header's value.
  ///
  /// @throws IllegalArgumentException when it has another form or version
  public static BatchId parse(String header) {
    Matcher matcher = FORM.matcher(header);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          HEADER + " must be 1/host/run/number, is \"" + cut(header) + "\"");
    }
    return new BatchId(
        matcher.group(1), Long.parseLong(matcher.group(2)), Long.parseLong(matcher.group(3)));
  }

  private static String cut(String text) {
    return text.length() <= 80 ? text : text.substring(0, 80) + "…";
  }
}
