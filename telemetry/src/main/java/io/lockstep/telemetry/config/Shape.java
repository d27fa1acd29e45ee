package io.lockstep.telemetry.config;

import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Method;
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
  /// such as `notify`, has a [Key] that says it.
  static SequencedMap<String, RecordComponent> keys(Class<?> section) {
    SequencedMap<String, RecordComponent> keys = new LinkedHashMap<>();
    for (RecordComponent one : section.getRecordComponents()) {
      Key named = one.getAccessor().getAnnotation(Key.class);
      keys.put(named != null ? named.value() : snakeCase(one.getName()), one);
    }
    return keys;
  }

  /// `flushEvery` as `flush_every`; of several capitals in a row the first begins a word.
  private static String snakeCase(String name) {
    var key = new StringBuilder();
    boolean inCapitals = false;
    for (int i = 0; i < name.length(); i++) {
      boolean capital = Character.isUpperCase(name.charAt(i));
      if (capital && !inCapitals && i > 0) {
        key.append('_');
      }
      key.append(Character.toLowerCase(name.charAt(i)));
      inCapitals = capital;
    }
    return key.toString();
  }

  /// What a record has under a key.
  static @Nullable Object value(Record record, RecordComponent component) {
    try {
      Method accessor = component.getAccessor();
      accessor.setAccessible(true);
      return accessor.invoke(record);
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException("not a configuration: " + record.getClass(), e);
    }
  }

  /// Whether keys of the type stand in a section of their own.
  static boolean isSection(Class<?> type) {
    return type.isRecord() && type != ByteSize.class;
  }

  /// Checks that every key of the tree is known and that sections, lists and values stand where
  /// they should.
  ///
  /// @throws Misfit for the first key that does not fit
  static void check(Node.Section tree, Class<?> section) throws Misfit {
    checkSection("", tree, section);
  }

  private static void check(String path, @Nullable Node node, AnnotatedType type) throws Misfit {
    Class<?> raw = raw(type);
    switch (node) {
      case Node.Section section when isSection(raw) -> checkSection(path, section, raw);
      case Node.Section section when raw == Map.class -> {
        for (var entry : section.keys().entrySet()) {
          check(KeyPath.child(path, entry.getKey()), entry.getValue(), argument(type, 1));
        }
      }
      case Node.Items list when raw == List.class -> {
        for (int i = 0; i < list.items().size(); i++) {
          check(KeyPath.item(path, i), list.items().get(i), argument(type, 0));
        }
      }
      case Node.Text _ when !isSection(raw) && raw != List.class && raw != Map.class -> {}
      case null -> requireNullable(path, type, raw);
      case Node.Nothing _ -> requireNullable(path, type, raw);
      default -> throw new Misfit(path, " must be " + wanted(raw) + ", is " + describe(node));
    }
  }

  private static void requireNullable(String path, AnnotatedType type, Class<?> raw) throws Misfit {
    if (!type.isAnnotationPresent(Nullable.class)) {
      throw new Misfit(path, " is missing; it must be " + wanted(raw));
    }
  }

  private static void checkSection(String path, Node.Section section, Class<?> raw) throws Misfit {
    var keys = keys(raw);
    for (String key : section.keys().keySet()) {
      if (!keys.containsKey(key)) {
        throw unknown(path, key, keys);
      }
    }
    for (var key : keys.entrySet()) {
      String child = KeyPath.child(path, key.getKey());
      check(child, section.get(key.getKey()), key.getValue().getAnnotatedType());
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

  private static String describe(Node node) {
    return switch (node) {
      case Node.Section _ -> "a map of keys";
      case Node.Items _ -> "a list";
      case Node.Text one -> '"' + one.text() + '"';
      case Node.Nothing _ -> "nothing";
    };
  }

  static Class<?> raw(AnnotatedType type) {
    return switch (type.getType()) {
      case Class<?> plain -> plain;
      case ParameterizedType generic -> (Class<?>) generic.getRawType();
      default -> throw new IllegalArgumentException("no configuration can be a " + type);
    };
  }

  static AnnotatedType argument(AnnotatedType type, int index) {
    return ((AnnotatedParameterizedType) type).getAnnotatedActualTypeArguments()[index];
  }
}
