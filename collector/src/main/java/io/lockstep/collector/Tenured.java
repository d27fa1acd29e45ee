package io.lockstep.collector;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.util.List;
import java.util.function.LongSupplier;

/// Keeps garbage out of the room that the heap has for a full window. The serial collector looks at
/// old objects only when all its room is used up: with 3 GiB, of which a small cluster needs a
/// tenth, it would take them all. One thread.
final class Tenured {
  /// What may lie there beside the window: as much as a heap of 1 GiB would let.
  private static final long BESIDE = 512L << 20;

  private static final int ROUNDS = 5;

  private final List<MemoryPoolMXBean> pools =
      ManagementFactory.getMemoryPoolMXBeans().stream()
          .filter(pool -> pool.getName().contains("Tenured"))
          .toList();
  private final LongSupplier window;
  private int rounds;
  private long after;

  /// @param window what the windows take, bytes
  Tenured(LongSupplier window) {
    this.window = window;
  }

  /// Looks now and then, and has old garbage collected where it is much.
  void look() {
    if (++rounds % ROUNDS != 0) {
      return;
    }
    long used = used();
    // Where a collection brought little, only what is new since counts.
    if (used > Math.max(window.getAsLong(), after) + BESIDE) {
      System.gc();
      after = used();
    }
  }

  private long used() {
    return pools.stream().mapToLong(pool -> pool.getUsage().getUsed()).sum();
  }
}
