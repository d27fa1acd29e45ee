package io.lockstep.agent.sample;

import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The host's memory from `/proc/meminfo`
/// ([proc_meminfo(5)](https://man7.org/linux/man-pages/man5/proc_meminfo.5.html)). What is neither
/// free nor buffers nor page cache counts as used, the kernel's slabs among it.
final class Memory {
  private static final long KIB = 1024;

  private final Series used = series("memory_used");
  private final Series free = series("memory_free");
  private final Series buffers = series("memory_buffers");
  private final Series cached = series("memory_cached");
  private final Series available = series("memory_available");
  private final Series swapUsed = series("swap_used");
  private final Series swapFree = series("swap_free");

  private static Series series(String column) {
    return Series.of(Contract.column(Table.HOST, column), "");
  }

  /// Takes the text of `/proc/meminfo`, which stands at its first line.
  ///
  /// @return true
  boolean read(Notes notes, Text text) throws IOException {
    Map<String, Long> bytes = bytes(text);
    note(notes, free, bytes.get("MemFree"));
    note(notes, buffers, bytes.get("Buffers"));
    note(notes, cached, bytes.get("Cached"));
    note(notes, available, bytes.get("MemAvailable"));
    note(notes, used, minus(bytes, "MemTotal", "MemFree", "Buffers", "Cached"));
    note(notes, swapFree, bytes.get("SwapFree"));
    note(notes, swapUsed, minus(bytes, "SwapTotal", "SwapFree"));
    return true;
  }

  /// Swap stands in the first half of the file; what comes after is of no use here.
  private static Map<String, Long> bytes(Text text) throws IOException {
    Map<String, Long> bytes = HashMap.newHashMap(16);
    do {
      String name = text.until(':');
      if (!name.isEmpty()) {
        bytes.put(name, KIB * text.number());
      }
    } while (!bytes.containsKey("SwapFree") && text.line());
    return bytes;
  }

  private static @Nullable Long minus(Map<String, Long> bytes, String whole, String... parts) {
    Long left = bytes.get(whole);
    for (String part : parts) {
      Long one = bytes.get(part);
      if (left == null || one == null) {
        return null;
      }
      left -= one;
    }
    return left == null || left < 0 ? null : left;
  }

  private static void note(Notes notes, Series series, @Nullable Long bytes) {
    if (bytes != null) {
      notes.add(series.at(bytes));
    }
  }
}
