package io.lockstep.agent.sample;

import io.lockstep.telemetry.config.Durations;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/// How often a source is read, and which of its parts.
///
/// @param interval time between two rounds, a multiple of the agent's interval
/// @param include regular expressions of whole names; a part is read when one of them matches;
///   empty for all
/// @param exclude regular expressions of whole names that are not read
public record Choice(Duration interval, List<String> include, List<String> exclude) {
  public Choice {
    include = List.copyOf(include);
    exclude = List.copyOf(exclude);
    check("include", include);
    check("exclude", exclude);
    checkInterval("interval", interval);
  }

  /// Everything, this often.
  static Choice all(Duration interval) {
    return new Choice(interval, List.of(), List.of());
  }

  static void checkInterval(String key, Duration interval) {
    if (interval.toMillis() < 100 || interval.compareTo(Duration.ofHours(1)) > 0) {
      throw new IllegalArgumentException(
          key + " must be 100ms to 1h, is " + Durations.text(interval));
    }
  }

  private static void check(String key, List<String> expressions) {
    for (String expression : expressions) {
      try {
        Pattern.compile(expression);
      } catch (PatternSyntaxException e) {
        throw new IllegalArgumentException(
            key + ": \"" + expression + "\" is no regular expression: " + e.getDescription(), e);
      }
    }
  }

  /// Whether a part of that name is to be read.
  Predicate<String> names() {
    List<Pattern> in = include.stream().map(Pattern::compile).toList();
    List<Pattern> out = exclude.stream().map(Pattern::compile).toList();
    return name -> (in.isEmpty() || matches(in, name)) && !matches(out, name);
  }

  private static boolean matches(List<Pattern> patterns, String name) {
    return patterns.stream().anyMatch(pattern -> pattern.matcher(name).matches());
  }
}
