package io.lockstep.telemetry.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Environment variables as keys: `LOCKSTEP_STORE_URL` is `store.url`. Variables that name no key
/// are said once and left alone: Kubernetes makes some of its own for a service named `lockstep`.
/// Of those that look like a mistyped key the nearest is said.
final class Overrides {
  private static final Logger LOG = LoggerFactory.getLogger(Overrides.class);
  private static final String PREFIX = "LOCKSTEP_";
  private final Map<String, String> variables = new HashMap<>();
  private final Node.Section root = new Node.Section();
  private final List<String> unknown = new ArrayList<>();
  private final Class<?> type;

  Overrides(Map<String, String> environment, Class<?> type) {
    this.type = type;
    for (var entry : new TreeMap<>(environment).entrySet()) {
      if (entry.getKey().startsWith(PREFIX) && !put(entry.getKey(), entry.getValue(), type)) {
        unknown.add(entry.getKey());
      }
    }
  }

  /// Says which variables name no key: loud where one was meant most likely, in passing of others'.
  void tellUnheeded() {
    List<String> foreign = new ArrayList<>();
    for (String variable : unknown) {
      String meant = MeantVariable.of(variable.substring(PREFIX.length()), type);
      if (meant == null) {
        foreign.add(variable);
      } else {
        LOG.warn(
            "{} is not known and changes nothing; did you mean {}{}?", variable, PREFIX, meant);
      }
    }
    if (!foreign.isEmpty()) {
      LOG.info("environment ignored={} reason=\"no such key\"", foreign);
    }
  }

  /// The overrides as a tree, to be laid over that of the file.
  Node.Section root() {
    return root;
  }

  /// The variable that set the key; null when none did.
  @Nullable String variable(String path) {
    return variables.get(path);
  }

  private boolean put(String name, String value, Class<?> type) {
    List<String> keys = new ArrayList<>();
    String rest = name.substring(PREFIX.length()).toLowerCase(Locale.ROOT);
    Class<?> found = resolve(rest, type, keys);
    if (found == null) {
      return false;
    }
    Node.Section section = root;
    for (String key : keys.subList(0, keys.size() - 1)) {
      section = section.section(key);
    }
    section.keys().put(keys.getLast(), node(value, found));
    variables.put(String.join(".", keys), name);
    return true;
  }

  /// Follows the longest key that fits, and shorter ones where that leads nowhere.
  ///
  /// @param keys filled with the keys on the way, from the top
  /// @return the type of the value found; null when there is none
  private static @Nullable Class<?> resolve(String rest, Class<?> section, List<String> keys) {
    var known = new ArrayList<>(Shape.keys(section).entrySet());
    known.sort(Comparator.comparingInt(one -> -one.getKey().length()));
    for (var one : known) {
      Class<?> type = one.getValue().getType();
      keys.add(one.getKey());
      if (Shape.isSection(type) && rest.startsWith(one.getKey() + "_")) {
        Class<?> found = resolve(rest.substring(one.getKey().length() + 1), type, keys);
        if (found != null) {
          return found;
        }
      } else if (rest.equals(one.getKey()) && !Shape.isSection(type) && type != Map.class) {
        return type;
      }
      keys.removeLast();
    }
    return null;
  }

  /// A list is written with commas between its items.
  private static Node node(String value, Class<?> type) {
    if (type != List.class) {
      return new Node.Text(value);
    }
    var list = new Node.Items();
    for (String item : value.split(",", -1)) {
      list.items().add(new Node.Text(item.strip()));
    }
    return list;
  }
}
