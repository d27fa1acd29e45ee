package io.lockstep.agent.sample;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// What NVML and the kernel's log must agree on, because both tell of the same GPUs: who sits
/// where, and which XID has been told already. Any thread.
public final class GpuLedger {
  private static final int TOLD_MAX = 1024;
  private static final int ADDRESSES_MAX = 256;
  private static final int NEAR_SECONDS = 1;

  private record Xid(String gpu, long code, long second) {}

  /// By bus and device, without domains' leading zeros and functions: `0000:18:00`.
  private final Map<String, String> uuids = new ConcurrentHashMap<>();

  private final Map<Xid, String> told =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Xid, String> eldest) {
          return size() > TOLD_MAX;
        }
      };

  /// Notes where a GPU sits.
  ///
  /// @param pci as NVML or the kernel writes it
  public void found(String pci, String uuid) {
    if (!pci.isEmpty() && uuids.size() < ADDRESSES_MAX) {
      uuids.put(slot(pci), uuid);
    }
  }

  /// The GPU at an address; null when nobody has told.
  public @Nullable String uuid(String pci) {
    return uuids.get(slot(pci));
  }

  /// Whether an XID is news: whoever comes second, within a second, tells what is known.
  ///
  /// @param source who tells it; the same source may tell it again
  /// @param gpu UUID or address
  /// @param second when it happened, Unix seconds
  public synchronized boolean isNews(String source, String gpu, long code, long second) {
    for (long at = second - NEAR_SECONDS; at <= second + NEAR_SECONDS; at++) {
      String teller = told.get(new Xid(gpu, code, at));
      if (teller != null && !teller.equals(source)) {
        return false;
      }
    }
    told.put(new Xid(gpu, code, second), source);
    return true;
  }

  /// Bus and device of an address: `00000000:18:00.0`, `0000:18:00.0` and `18:00.0` are all
  /// `0000:18:00`.
  public static String slot(String pci) {
    String lower = pci.toLowerCase(Locale.ROOT);
    int dot = lower.lastIndexOf('.');
    String place = dot < 0 ? lower : lower.substring(0, dot);
    String[] parts = place.split(":", -1);
    if (parts.length == 2) {
      return "0000:" + place;
    }
    String domain = parts[0];
    return domain.length() == 8 && domain.startsWith("0000") ? place.substring(4) : place;
  }
}
