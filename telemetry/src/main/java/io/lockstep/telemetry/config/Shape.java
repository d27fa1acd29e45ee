package io.lockstep.telemetry.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// What a tree must look like to become a record: which keys there are, and whether each is a
/// section, a list, a map or a value.
final class Shape {
  private Shape() {}

  /// A record's keys in its order. A component that Java does not allow to have its key's name,
  /// such as `notify`, has a `@JsonProperty` that says it.
  static SequencedMap<String, RecordComponent> keys(Class<?> section) {
    SequencedMap<String, RecordComponent> keys = new LinkedHashMap<>();
    for (RecordComponent one : section.getRecordComponents()) {
      JsonProperty named = one.getAccessor().getAnnotation(JsonProperty.class);
      String key =
          named != null ? named.value() : SnakeCaseStrategy.INSTANCE.translate(one.getName());
      keys.put(key, one);
    }
    return keys;
  }

  /// Whether keys of the type stand in a section of their own.
  static boolean isSection(Class<?> type) {
    return type.isRecord() && type != ByteSize.class;
  }

  /// Checks that every key of the tree is known and that sections, lists and values stand where
  /// they should.
  ///
  /// @throws Misfit for the first key that does not fit
  static void check(JsonNode tree, Class<?> section) throws Misfit {
    checkSection("", tree, section);
  }

  private static void check(String path, @Nullable JsonNode node, AnnotatedType type)
      throws Misfit {
    Class<?> raw = raw(type);
    if (node == null || node.isNull()) {
      if (!type.isAnnotationPresent(Nullable.class)) {
        throw new Misfit(path, " is missing; it must be " + wanted(raw));
      }
    } else if (isSection(raw)) {
      require(path, node, node.isObject(), raw);
      checkSection(path, node, raw);
    } else if (raw == List.class) {
      require(path, node, node.isArray(), raw);
      for (int i = 0; i < node.size(); i++) {
        check(KeyPath.item(path, i), node.get(i), argument(type, 0));
      }
    } else if (raw == Map.class) {
      require(path, node, node.isObject(), raw);
      for (var entry : node.properties()) {
        check(KeyPath.child(path, entry.getKey()), entry.getValue(), argument(type, 1));
      }
    } else {
      require(path, node, node.isValueNode(), raw);
    }
  }

  private static void checkSection(String path, JsonNode node, Class<?> raw) throws Misfit {
    var keys = keys(raw);
    for (var entry : node.properties()) {
      if (!keys.containsKey(entry.getKey())) {
        throw unknown(path, entry.getKey(), keys);
      }
    }
    for (var key : keys.entrySet()) {
      String child = KeyPath.child(path, key.getKey());
      check(child, node.get(key.getKey()), key.getValue().getAnnotatedType());
    }
  }

  private static Misfit unknown(String path, String key, Map<String, RecordComponent> keys) {
    String nearest = Nearest.of(key, keys.keySet());
    return new Misfit(
        KeyPath.child(path, key),
        " is not known; did you mean "
            + KeyPath.child(path, nearest)
            + "? (known here: "
            + String.join(", ", keys.keySet())
            + ")");
  }

  private static void require(String path, JsonNode node, boolean fits, Class<?> raw)
      throws Misfit {
    if (!fits) {
      throw new Misfit(path, " must be " + wanted(raw) + ", is " + describe(node));
    }
  }

  /// What may stand where the type is wanted, in words.
  static String wanted(Class<?> raw) {
    if (isSection(raw)) {
      return "a section with the keys " + String.join(", ", keys(raw).keySet());
    }
    if (raw == List.class) {
      return "a list";
    }
    return raw == Map.class ? "a map" : Scalars.allowed(raw);
  }

  static String describe(JsonNode node) {
    if (node.isObject()) {
      return "a map of keys";
    }
    return node.isArray() ? "a list" : '"' + node.asText() + '"';
  }

  private static Class<?> raw(AnnotatedType type) {
    return switch (type.getType()) {
      case Class<?> plain -> plain;
      case ParameterizedType generic -> (Class<?>) generic.getRawType();
      default -> throw new IllegalArgumentException("no configuration can be a " + type);
    };
  }

  private static AnnotatedType argument(AnnotatedType type, int index) {
    return ((AnnotatedParameterizedType) type).getAnnotatedActualTypeArguments()[index];
  }
}
