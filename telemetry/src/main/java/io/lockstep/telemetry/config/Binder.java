package io.lockstep.telemetry.config;

import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Makes records of a tree that has their shape, see [Shape#check].
final class Binder {
  private Binder() {}

  /// @throws Misfit for the first value that is not what its key wants, or that a record refuses
  static <T extends Record> T bind(Node.Section tree, Class<T> type) throws Misfit {
    return type.cast(record("", tree, type));
  }

  private static @Nullable Object value(String path, @Nullable Node node, AnnotatedType type)
      throws Misfit {
    Class<?> raw = Shape.raw(type);
    return switch (node) {
      case null -> null;
      case Node.Nothing _ -> null;
      case Node.Text one -> scalar(path, one.text(), raw);
      case Node.Items list -> list(path, list, Shape.argument(type, 0));
      case Node.Section section when raw == Map.class ->
          map(path, section, Shape.argument(type, 1));
      case Node.Section section -> record(path, section, raw);
    };
  }

  private static Object scalar(String path, String text, Class<?> type) throws Misfit {
    try {
      return Scalars.parse(text, type);
    } catch (IllegalArgumentException _) {
      // A URL may hold a secret: it is not told.
      String is = type == URI.class ? "" : ", is \"" + text + '"';
      throw new Misfit(path, " must be " + Scalars.allowed(type) + is);
    }
  }

  private static List<@Nullable Object> list(String path, Node.Items list, AnnotatedType type)
      throws Misfit {
    var bound = new ArrayList<@Nullable Object>(list.items().size());
    for (Node one : list.items()) {
      bound.add(value(KeyPath.item(path, bound.size()), one, type));
    }
    return bound;
  }

  private static Map<String, @Nullable Object> map(
      String path, Node.Section section, AnnotatedType type) throws Misfit {
    var bound = new LinkedHashMap<String, @Nullable Object>();
    for (var entry : section.keys().entrySet()) {
      String key = entry.getKey();
      bound.put(key, value(KeyPath.child(path, key), entry.getValue(), type));
    }
    return bound;
  }

  private static Object record(String path, Node.Section section, Class<?> type) throws Misfit {
    var types = new ArrayList<Class<?>>();
    var values = new ArrayList<@Nullable Object>();
    for (var entry : Shape.keys(type).entrySet()) {
      RecordComponent component = entry.getValue();
      String key = entry.getKey();
      types.add(component.getType());
      values.add(value(KeyPath.child(path, key), section.get(key), component.getAnnotatedType()));
    }
    return construct(path, type, types, values);
  }

  /// The key with which the reason begins; the record's own where it begins with none.
  private static String meant(String path, String reason, Class<?> type) {
    String first = KeyPath.first(reason);
    return Shape.keys(type).containsKey(first) ? KeyPath.child(path, first) : path;
  }

  /// A record's own check speaks of the keys below it.
  private static Object construct(
      String path, Class<?> type, List<Class<?>> types, List<@Nullable Object> values)
      throws Misfit {
    try {
      Constructor<?> canonical = type.getDeclaredConstructor(types.toArray(new Class<?>[0]));
      canonical.setAccessible(true);
      return canonical.newInstance(values.toArray());
    } catch (InvocationTargetException e) {
      Throwable cause = Objects.requireNonNull(e.getCause());
      if (cause instanceof Error error) {
        throw error;
      }
      String reason = Objects.requireNonNullElse(cause.getMessage(), cause.toString());
      throw new Misfit(path, meant(path, reason, type), (path.isEmpty() ? "" : ": ") + reason);
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException("not a configuration: " + type, e);
    }
  }
}
