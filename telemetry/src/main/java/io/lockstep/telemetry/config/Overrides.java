package io.lockstep.telemetry.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
final class Overrides {
  private static final Logger LOG = LoggerFactory.getLogger(Overrides.class);
  private static final String PREFIX = "LOCKSTEP_";
  private final Map<String, String> variables = new HashMap<>();
  private final ObjectNode root = JsonNodeFactory.instance.objectNode();

  Overrides(Map<String, String> environment, Class<?> type) {
    List<String> unknown = new ArrayList<>();
    for (var entry : new TreeMap<>(environment).entrySet()) {
      if (entry.getKey().startsWith(PREFIX) && !put(entry.getKey(), entry.getValue(), type)) {
        unknown.add(entry.getKey());
      }
    }
    if (!unknown.isEmpty()) {
      LOG.info("environment ignored={} reason=\"no such key\"", unknown);
    }
  }

  /// The overrides as a tree, to be laid over that of the file.
  ObjectNode root() {
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
    ObjectNode section = root;
    for (String key : keys.subList(0, keys.size() - 1)) {
      section = section.withObjectProperty(key);
    }
    section.set(keys.getLast(), node(value, found));
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
  private static JsonNode node(String value, Class<?> type) {
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    if (type != List.class) {
      return nodes.textNode(value);
    }
    ArrayNode list = nodes.arrayNode();
    for (String item : value.split(",", -1)) {
      list.add(item.strip());
    }
    return list;
  }
}
