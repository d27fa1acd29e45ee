package io.lockstep.telemetry.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Which key an environment variable was meant for that names none. A variable may be somebody
/// else's, so it must begin with one of our sections or come near a key.
final class MeantVariable {
  /// What Kubernetes makes in every pod for each service, as for one named `lockstep-collector`:
  /// https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
  private static final Pattern KUBERNETES =
      Pattern.compile(
          "(.*_)?(SERVICE_HOST|SERVICE_PORT(_.+)?|PORT|PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)");

  /// One letter in so many may be wrong.
  private static final int LETTERS = 5;

  /// Of the word with which a variable begins one letter in so many: what follows tells that it is
  /// no other word.
  private static final int LETTERS_OF_FIRST = 4;

  private MeantVariable() {}

  /// The variable that was meant, without its prefix, as `SAMPLERS_GPU_ISOLATION`; null for one
  /// that is somebody else's.
  ///
  /// @param name without the prefix
  static @Nullable String of(String name, Class<?> type) {
    if (KUBERNETES.matcher(name).matches()) {
      return null;
    }
    String given = name.toLowerCase(Locale.ROOT);
    String nearest = null;
    int least = Integer.MAX_VALUE;
    for (String known : variables("", type)) {
      int distance = distance(given, known);
      if (distance < least) {
        least = distance;
        nearest = known;
      }
    }
    boolean near = least <= Math.max(1, given.length() / LETTERS) || inSection(given, type);
    String meant = near ? nearest : byFirstWord(given, type);
    return meant == null ? null : meant.toUpperCase(Locale.ROOT);
  }

  /// Of `colector_endpoint` the first word is nearly a key.
  private static @Nullable String byFirstWord(String given, Class<?> type) {
    int end = given.indexOf('_');
    String first = given.substring(0, Math.max(0, end));
    for (String key : Shape.keys(type).keySet()) {
      if (Nearest.distance(first, key) <= first.length() / LETTERS_OF_FIRST) {
        return variables("", type).stream()
            .filter(one -> one.equals(key) || one.startsWith(key + "_"))
            .min(Comparator.comparingInt(one -> distance(given, one)))
            .orElse(null);
      }
    }
    return null;
  }

  private static boolean inSection(String given, Class<?> type) {
    return Shape.keys(type).entrySet().stream()
        .anyMatch(one ->
            Shape.isSection(one.getValue().getType()) && given.startsWith(one.getKey() + "_"));
  }

  /// A section may have been left out or be a wrong one: of `agent_gpu_isolation` the last two
  /// words count as well.
  private static int distance(String given, String known) {
    int least = Nearest.distance(given, known);
    String withoutFirst = given.substring(given.indexOf('_') + 1);
    for (int at = known.indexOf('_'); at > 0; at = known.indexOf('_', at + 1)) {
      String end = known.substring(at + 1);
      if (end.indexOf('_') > 0) {
        least = Math.min(least, 1 + Nearest.distance(given, end));
        least = Math.min(least, 1 + Nearest.distance(withoutFirst, end));
      }
    }
    return least;
  }

  /// The variables of all values below, in lower case.
  private static List<String> variables(String prefix, Class<?> section) {
    var variables = new ArrayList<String>();
    Shape.keys(section)
        .forEach((key, component) -> {
          Class<?> type = component.getType();
          if (Shape.isSection(type)) {
            variables.addAll(variables(prefix + key + "_", type));
          } else if (type != Map.class) {
            variables.add(prefix + key);
          }
        });
    return variables;
  }
}
