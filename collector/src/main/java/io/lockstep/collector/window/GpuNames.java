package io.lockstep.collector.window;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Which GPU of one host has which index, as the driver numbers them at the moment. When a GPU is
/// lost the others move up, so that a number alone no longer says which GPU is meant. Any thread.
final class GpuNames {
  private static final int MOST = 256;

  private final Map<String, String> uuids = new ConcurrentHashMap<>();
  private final Map<String, String> indexes = new ConcurrentHashMap<>();
  private final Set<String> moved = ConcurrentHashMap.newKeySet();

  /// Takes note of an index; only of those there is room for.
  void put(long index, String uuid) {
    if (index < 0 || index >= MOST || (indexes.size() >= MOST && !indexes.containsKey(uuid))) {
      return;
    }
    String number = Long.toString(index);
    String before = uuids.put(number, uuid);
    indexes.put(uuid, number);
    if (before != null && !before.equals(uuid)) {
      moved.add(before);
      moved.add(uuid);
    }
  }

  /// Who has this index; null when nobody is known to.
  @Nullable String uuid(String index) {
    return uuids.get(index);
  }

  /// The index that a GPU has, or had last; null when it never told.
  @Nullable String index(String uuid) {
    return indexes.get(uuid);
  }

  /// Whether the GPU's index was another's, too.
  boolean moved(String uuid) {
    return moved.contains(uuid);
  }
}
