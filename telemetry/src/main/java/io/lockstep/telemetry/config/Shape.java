package io.lockstep.telemetry.config;

import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
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

  /// Whether a value of the type is read from its text.
  static boolean isScalar(Class<?> type) {
    return !isSection(type) && type != List.class && type != Map.class;
  }

  /// A record's constructor that takes all its components.
  static Constructor<?> canonical(Class<?> type) throws NoSuchMethodException {
    return type.getDeclaredConstructor(
        Arrays.stream(type.getRecordComponents())
            .map(RecordComponent::getType)
            .toArray(Class<?>[]::new));
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

  static String describe(Node node) {
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
