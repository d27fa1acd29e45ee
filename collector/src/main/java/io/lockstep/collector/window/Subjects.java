package io.lockstep.collector.window;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The subjects of one table and their indexes, given on first sight and never taken back. One
/// thread adds; any thread reads.
final class Subjects {
  private final int limit;
  private final Map<String, Map<String, Integer>> byHost = new ConcurrentHashMap<>();
  private volatile Watched[] entries = new Watched[16];
  private volatile int count;

  Subjects(int limit) {
    this.limit = limit;
  }

  /// The subject's index, or −1 when it was never seen.
  int find(String host, String subject) {
    Map<String, Integer> known = byHost.get(host);
    Integer index = known == null ? null : known.get(subject);
    return index == null ? -1 : index;
  }

  /// The subject's index, given now when it is new; −1 when there is no room for another.
  int findOrAdd(String host, String subject) {
    int index = find(host, subject);
    if (index >= 0 || count == limit) {
      return index;
    }
    return add(host, subject);
  }

  private int add(String host, String subject) {
    int index = count;
    Watched[] all = entries;
    if (index == all.length) {
      all = Arrays.copyOf(all, Math.min(limit, all.length * 2));
    }
    all[index] = new Watched(host, subject);
    entries = all;
    count = index + 1;
    byHost.computeIfAbsent(host, _ -> new ConcurrentHashMap<>()).put(subject, index);
    return index;
  }

  int count() {
    return count;
  }

  /// In the order of their indexes, as of now.
  List<Watched> list() {
    int now = count;
    return Collections.unmodifiableList(Arrays.asList(entries).subList(0, now));
  }
}
