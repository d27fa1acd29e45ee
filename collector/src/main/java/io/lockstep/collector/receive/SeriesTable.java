package io.lockstep.collector.receive;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Which series were heard lately, by a hash of what identifies them: 13 to 26 bytes each. One that
/// is not heard for a while loses its place.
///
/// @param <T> whom a series belongs to
final class SeriesTable<T> {
  private static final int CAPACITY_MIN = 1 << 10;

  /// Ages are told by a byte that goes round.
  private static final int EPOCHS_MAX = 100;

  private final int epochsKept;
  private final Consumer<T> forgotten;
  private long[] keys = new long[CAPACITY_MIN];
  private byte[] heard = new byte[CAPACITY_MIN];
  private @Nullable Object[] owners = new @Nullable Object[CAPACITY_MIN];
  private long epoch = Long.MIN_VALUE;
  private int size;

  /// @param epochsKept for how many epochs a series that is not heard keeps its place, 1 to 100
  /// @param forgotten is told whose series lost its place
  SeriesTable(int epochsKept, Consumer<T> forgotten) {
    if (epochsKept < 1 || epochsKept > EPOCHS_MAX) {
      throw new IllegalArgumentException("epochs must be 1 to 100, are " + epochsKept);
    }
    this.epochsKept = epochsKept;
    this.forgotten = forgotten;
  }

  int size() {
    return size;
  }

  /// Goes on to that epoch and forgets what has not been heard for too long.
  void advance(long now) {
    if (now <= epoch) {
      return;
    }
    boolean all = epoch == Long.MIN_VALUE || now - epoch > epochsKept;
    epoch = now;
    long[] oldKeys = keys;
    byte[] oldHeard = heard;
    @Nullable Object[] oldOwners = owners;
    int kept = 0;
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldOwners[i] != null) {
        if (all || (byte) (now - oldHeard[i]) > epochsKept) {
          forget(oldOwners[i]);
          oldOwners[i] = null;
        } else {
          kept++;
        }
      }
    }
    refill(oldKeys, oldHeard, oldOwners, capacity(kept));
  }

  @SuppressWarnings("unchecked")
  private void forget(Object owner) {
    forgotten.accept((T) owner);
  }

  /// At most half full.
  private static int capacity(int series) {
    return Math.max(CAPACITY_MIN, Integer.highestOneBit(Math.max(1, series)) * 4);
  }

  private void refill(long[] oldKeys, byte[] oldHeard, @Nullable Object[] oldOwners, int capacity) {
    keys = new long[capacity];
    heard = new byte[capacity];
    owners = new @Nullable Object[capacity];
    size = 0;
    for (int i = 0; i < oldKeys.length; i++) {
      Object owner = oldOwners[i];
      if (owner != null) {
        put(oldKeys[i], oldHeard[i], owner);
      }
    }
  }

  private void put(long key, byte when, Object owner) {
    int slot = slot(key);
    keys[slot] = key;
    heard[slot] = when;
    owners[slot] = owner;
    size++;
  }

  /// Where a key is, or would be.
  private int slot(long key) {
    int slot = (int) key & (keys.length - 1);
    while (owners[slot] != null && keys[slot] != key) {
      slot = (slot + 1) & (keys.length - 1);
    }
    return slot;
  }

  /// Notes that a series is heard now.
  ///
  /// @return whether it has a place
  boolean hear(long key) {
    int slot = slot(key);
    boolean known = owners[slot] != null;
    if (known) {
      heard[slot] = (byte) epoch;
    }
    return known;
  }

  /// Gives a place to a series that has none.
  void add(long key, T owner) {
    if (2 * (size + 1) > keys.length) {
      refill(keys, heard, owners, 2 * keys.length);
    }
    put(key, (byte) epoch, owner);
  }
}
