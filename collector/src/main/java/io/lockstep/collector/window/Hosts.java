package io.lockstep.collector.window;

import io.lockstep.telemetry.rows.Batch;
import io.lockstep.telemetry.rows.Row;
import io.lockstep.telemetry.rows.Step;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The hosts of a cluster as senders. One thread writes; any thread may read.
final class Hosts {
  private final int limit;
  private final Map<String, Host> hosts = new ConcurrentHashMap<>();

  Hosts(int limit) {
    this.limit = limit;
  }

  @Nullable Host get(String name) {
    return hosts.get(name);
  }

  Collection<Host> all() {
    return Collections.unmodifiableCollection(hosts.values());
  }

  /// The host of that name, known from now on; null when there is no room for another.
  @Nullable Host getOrAdd(String name, long arrivalNanos) {
    Host host = hosts.get(name);
    if (host == null && hosts.size() < limit) {
      host = new Host(name, arrivalNanos);
      hosts.put(name, host);
    }
    return host;
  }

  /// The host that an agent speaks for, known from now on. Where there is no room, the host without
  /// an agent that was heard last the longest ago makes it: whatever others send, what agents say
  /// is judged. Null when agents take all the room.
  @Nullable Host getOrAddAgent(String name, long arrivalNanos) {
    if (hosts.size() >= limit && !hosts.containsKey(name)) {
      hosts.values().stream()
          .filter(host -> !host.agent())
          .min(Comparator.comparingLong(Host::lastHeardNanos))
          .ifPresent(host -> hosts.remove(host.name()));
    }
    return getOrAdd(name, arrivalNanos);
  }

  /// Measures the clocks of the hosts that a batch speaks of by the newest time it has of each.
  void measureClocks(Batch batch, long arrivalNanos) {
    String name = null;
    long newest = Long.MIN_VALUE;
    for (Row row : batch.rows()) {
      if (!row.host().equals(name)) {
        measure(name, newest, arrivalNanos);
        name = row.host();
        newest = Long.MIN_VALUE;
      }
      newest = Math.max(newest, row.timeNanos());
    }
    for (Step step : batch.steps()) {
      if (!step.row().host().equals(name)) {
        measure(name, newest, arrivalNanos);
        name = step.row().host();
        newest = Long.MIN_VALUE;
      }
      newest = Math.max(newest, step.row().timeNanos());
    }
    measure(name, newest, arrivalNanos);
  }

  private void measure(@Nullable String name, long newestNanos, long arrivalNanos) {
    Host host = name == null ? null : getOrAdd(name, arrivalNanos);
    if (host != null) {
      host.heardOther(arrivalNanos);
      host.sent(arrivalNanos, newestNanos);
    }
  }
}
