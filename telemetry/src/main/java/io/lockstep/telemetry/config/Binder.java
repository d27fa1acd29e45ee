package io.lockstep.telemetry.config;

import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Makes records of a tree: every key must be known, and sections, lists and values stand where
/// they should. After a mistake it goes on with the default in its place, so that all mistakes are
/// found at once; what it makes then is of no use.
final class Binder {
  private final List<Misfit> misfits = new ArrayList<>();

  /// What did not fit, as it was found.
  List<Misfit> misfits() {
    return misfits;
  }

  /// Makes the record; it is of no use unless there are no misfits.
  <T extends Record> T bind(Node.Section tree, T defaults, Class<T> type) {
    return Objects.requireNonNull(type.cast(record("", tree, type, defaults)));
  }

  /// What its key wants.
  ///
  /// @param instead what holds where this one is wrong; null where there is no default
  private @Nullable Object value(
      String path, @Nullable Node node, AnnotatedType type, @Nullable Object instead) {
    Class<?> raw = Shape.raw(type);
    return switch (node) {
      case null -> nothing(path, type, instead);
      case Node.Nothing _ -> nothing(path, type, instead);
      case Node.Section section when Shape.isSection(raw) -> record(path, section, raw, instead);
      case Node.Section section when raw == Map.class ->
          map(path, section, Shape.argument(type, 1), instead);
      case Node.Items list when raw == List.class ->
          list(path, list, Shape.argument(type, 0), instead);
      case Node.Text one when Shape.isScalar(raw) -> scalar(path, one.text(), raw, instead);
      default -> {
        misfit(path, " must be " + Shape.wanted(raw) + ", is " + Shape.describe(node));
        yield instead;
      }
    };
  }

  private void misfit(String path, String problem) {
    misfits.add(new Misfit(path, path + problem));
  }

  private @Nullable Object nothing(String path, AnnotatedType type, @Nullable Object instead) {
    if (type.isAnnotationPresent(Nullable.class)) {
      return null;
    }
    misfit(path, " is missing; it must be " + Shape.wanted(Shape.raw(type)));
    return instead;
  }

  private @Nullable Object scalar(
      String path, String text, Class<?> type, @Nullable Object instead) {
    try {
      return Scalars.parse(text, type);
    } catch (IllegalArgumentException _) {
      // A URL may hold a secret: it is not told.
      String is = type == URI.class ? "" : ", is \"" + text + '"';
      misfit(path, " must be " + Scalars.allowed(type) + is);
      return instead;
    }
  }

  private @Nullable Object list(
      String path, Node.Items list, AnnotatedType type, @Nullable Object instead) {
    int before = misfits.size();
    var bound = new ArrayList<@Nullable Object>(list.items().size());
    for (Node one : list.items()) {
      bound.add(value(KeyPath.item(path, bound.size()), one, type, null));
    }
    return misfits.size() == before ? bound : instead;
  }

  private @Nullable Object map(
      String path, Node.Section section, AnnotatedType type, @Nullable Object instead) {
    int before = misfits.size();
    var bound = new LinkedHashMap<String, @Nullable Object>();
    for (var entry : section.keys().entrySet()) {
      String key = entry.getKey();
      bound.put(key, value(KeyPath.child(path, key), entry.getValue(), type, null));
    }
    return misfits.size() == before ? bound : instead;
  }

  private @Nullable Object record(
      String path, Node.Section section, Class<?> type, @Nullable Object instead) {
    var keys = Shape.keys(type);
    int before = misfits.size();
    Set<String> meant = unknown(path, section, keys.keySet());
    var made = new Making(path, type, instead);
    made.doubtful.addAll(meant);
    for (var entry : keys.entrySet()) {
      RecordComponent component = entry.getValue();
      String key = entry.getKey();
      int one = misfits.size();
      if (meant.contains(key) && section.get(key) == null) {
        made.values.add(made.otherwise(component)); // it stands there under another name
      } else {
        made.values.add(
            value(
                KeyPath.child(path, key),
                section.get(key),
                component.getAnnotatedType(),
                made.otherwise(component)));
      }
      if (misfits.size() > one && !Shape.isSection(component.getType())) {
        made.doubtful.add(key);
      }
    }
    boolean fits = misfits.size() == before;
    return fits || instead != null ? construct(made) : instead;
  }

  /// Tells of keys that are not known.
  ///
  /// @return for each the one that it most likely is
  private Set<String> unknown(String path, Node.Section section, Set<String> known) {
    var meant = new HashSet<String>();
    for (String key : section.keys().keySet()) {
      if (!known.contains(key)) {
        String nearest = Nearest.of(key, known);
        if (nearest != null) {
          meant.add(nearest);
        }
        misfit(
            KeyPath.child(path, key),
            " is not known"
                + (nearest == null ? "" : "; did you mean " + KeyPath.child(path, nearest) + "?")
                + " (known here: "
                + String.join(", ", known)
                + ")");
      }
    }
    return meant;
  }

  /// A record that is being made.
  ///
  /// @param values of the components, in their order; grows
  /// @param doubtful keys whose value is the default's, not what stands there
  private record Making(
      String path,
      Class<?> type,
      @Nullable Object instead,
      List<@Nullable Object> values,
      Set<String> doubtful) {
    Making(String path, Class<?> type, @Nullable Object instead) {
      this(path, type, instead, new ArrayList<>(), new HashSet<>());
    }

    @Nullable Object otherwise(RecordComponent component) {
      return instead == null ? null : Shape.value((Record) instead, component);
    }

    /// Puts the default in the place of a value that the record refuses.
    ///
    /// @return whether that leaves something to try
    boolean doubt(String key) {
      RecordComponent component = Shape.keys(type).get(key);
      if (component == null || instead == null || !doubtful.add(key)) {
        return false;
      }
      values.set(List.copyOf(Shape.keys(type).keySet()).indexOf(key), otherwise(component));
      return true;
    }
  }

  /// A record's own check speaks of the keys below it, and of the first only; so it is asked again
  /// with the default in that one's place.
  private @Nullable Object construct(Making made) {
    try {
      String reason;
      do {
        try {
          Constructor<?> canonical = Shape.canonical(made.type);
          canonical.setAccessible(true);
          return canonical.newInstance(made.values.toArray());
        } catch (InvocationTargetException e) {
          reason = reason(Objects.requireNonNull(e.getCause()));
          refused(made, reason);
        }
      } while (made.doubt(KeyPath.first(reason)));
      return made.instead;
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException("not a configuration: " + made.type, e);
    }
  }

  private static String reason(Throwable cause) {
    if (cause instanceof Error error) {
      throw error;
    }
    return Objects.requireNonNullElse(cause.getMessage(), cause.toString());
  }

  /// What a record says of a default that has come in a value's place is no mistake of its own.
  private void refused(Making made, String reason) {
    for (String word : reason.split("[^a-z0-9_]+", -1)) {
      if (made.doubtful.contains(word)) {
        return;
      }
    }
    String first = KeyPath.first(reason);
    boolean known = Shape.keys(made.type).containsKey(first);
    misfits.add(
        new Misfit(
            known ? KeyPath.child(made.path, first) : made.path,
            made.path + (made.path.isEmpty() ? "" : ": ") + reason));
  }
}
