package io.lockstep.telemetry.rules;

import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A rule's summary as a sentence about one subject, the same wherever the rule is judged.
///
/// @param gpu what people call the GPU: `GPU 3 of node-0007`; of no meaning where it is none
/// @param host the server
/// @param subject as in the store: a GPU's UUID, `mlx5_0/1`, `host`
public record Sentence(String gpu, String host, String subject) {

  /// Stands in a summary for what the part's last event said.
  public static final String WORDS = "{words}";

  /// How a GPU's subject begins that the configuration expects and nobody has seen; its number,
  /// counted from 1, follows.
  private static final String NEVER_SEEN = "missing/";

  /// What people call a GPU, at the begin of a sentence.
  ///
  /// @param which its number with the driver, else its subject
  public static String gpu(String subject, String which, String host) {
    return subject.startsWith(NEVER_SEEN)
        ? "Expected GPU number " + subject.substring(NEVER_SEEN.length()) + " of " + host
        : "GPU " + which + " of " + host;
  }

  /// Of a rule about a value.
  ///
  /// @param words what the part's last event said; null when none was heard
  public String of(Rule rule, double value, @Nullable String words) {
    return of(rule, value).replace(WORDS, words == null ? "its last event says how" : words);
  }

  /// Of a rule about a value.
  ///
  /// @param value that was found
  public String of(Rule rule, double value) {
    return names(rule.summary())
        .replace("{value}", number(value))
        .replace("{recovery}", RecoveryAction.words((int) value))
        .replace("{limit}", number(rule.limit()))
        .replace("{missing}", missing())
        .replace("{window}", duration(rule.window()));
  }

  /// Of a rule about an event.
  public String of(EventRule rule, EventRule.Verdict verdict) {
    return names(rule.summary())
        .replace("{code}", Integer.toString(verdict.code()))
        .replace("{meaning}", verdict.meaning().words());
  }

  private String missing() {
    return subject.startsWith(NEVER_SEEN)
        ? "the driver lists fewer GPUs, and it was never seen since the agent began"
        : "the driver does not have it any more";
  }

  private String names(String summary) {
    return summary.replace("{gpu}", gpu).replace("{host}", host).replace("{subject}", subject);
  }

  /// At most three significant digits, thousands parted: `2`, `0.42`, `1,230`.
  public static String number(double value) {
    double size = Math.abs(value);
    if (size >= 100 || value == Math.rint(value)) {
      return String.format(Locale.ROOT, "%,.0f", value);
    }
    return String.format(Locale.ROOT, size >= 10 ? "%.1f" : "%.2f", value);
  }

  /// `5 minutes`, `12 hours`, `90 seconds`.
  public static String duration(Duration duration) {
    long seconds = duration.toSeconds();
    if (seconds >= 3600 && seconds % 3600 == 0) {
      return seconds / 3600 + (seconds == 3600 ? " hour" : " hours");
    }
    if (seconds >= 60 && seconds % 60 == 0) {
      return seconds / 60 + (seconds == 60 ? " minute" : " minutes");
    }
    return seconds + (seconds == 1 ? " second" : " seconds");
  }
}
