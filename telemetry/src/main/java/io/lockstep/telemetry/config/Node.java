package io.lockstep.telemetry.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// A piece of a configuration, of which only the keys and the texts are known.
sealed interface Node {
  /// What stands where nothing is said.
  Node NOTHING = new Nothing();

  /// No value.
  record Nothing() implements Node {}

  /// A value, as its text.
  record Text(String text) implements Node {}

  /// A list.
  ///
  /// @param items in the order in which they stand; grows while it is read
  record Items(List<Node> items) implements Node {
    Items() {
      this(new ArrayList<>());
    }
  }

  /// A map, or a record's keys.
  ///
  /// @param keys in the order in which they stand; grows while it is read
  record Section(SequencedMap<String, Node> keys) implements Node {
    Section() {
      this(new LinkedHashMap<>());
    }

    @Nullable Node get(String key) {
      return keys.get(key);
    }

    /// The section below a key, made where there is none.
    Section section(String key) {
      if (keys.get(key) instanceof Section there) {
        return there;
      }
      var made = new Section();
      keys.put(key, made);
      return made;
    }

    /// Lays another over this one, key by key; a list is replaced. An empty section changes
    /// nothing.
    void merge(Section over) {
      for (Map.Entry<String, Node> entry : over.keys.entrySet()) {
        Node old = keys.get(entry.getKey());
        if (old instanceof Section section && entry.getValue() instanceof Section changes) {
          section.merge(changes);
        } else if (!(old instanceof Section && entry.getValue() instanceof Nothing)) {
          keys.put(entry.getKey(), entry.getValue());
        }
      }
    }
  }

  /// A configuration's records as a tree.
  static Node of(@Nullable Object value) {
    return switch (value) {
      case null -> NOTHING;
      case List<?> list -> {
        var items = new Items();
        list.forEach(one -> items.items.add(of(one)));
        yield items;
      }
      case Map<?, ?> map -> {
        var section = new Section();
        map.forEach((key, one) -> section.keys.put(String.valueOf(key), of(one)));
        yield section;
      }
      case Record one when Shape.isSection(one.getClass()) -> of(one);
      default -> new Text(Scalars.print(value));
    };
  }

  /// A record as a section with all its keys.
  static Section of(Record value) {
    var section = new Section();
    Shape.keys(value.getClass())
        .forEach((key, component) -> section.keys.put(key, of(Shape.value(value, component))));
    return section;
  }
}
