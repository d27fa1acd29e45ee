package io.lockstep.agent.expose;

import io.lockstep.agent.batch.Outlet;
import io.lockstep.telemetry.contract.Metric;
import io.lockstep.telemetry.otlp.Occurrence;
import io.lockstep.telemetry.otlp.Sample;
import io.opentelemetry.api.common.Attributes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/// Keeps the newest value of every series on its way to the collector, once somebody has asked for
/// them: who is never scraped pays nothing. A series that is late by three times its own interval
/// is gone: missing, not old. Any thread.
public final class Newest implements Outlet {
  /// Series are kept for so long after they were asked for.
  private static final long ASKED_NANOS = Duration.ofMinutes(5).toNanos();

  /// What is read most slowly is read once an hour at least; until it came twice, a minute and more
  /// is granted.
  private static final long FIRST_GAP_NANOS = Duration.ofSeconds(90).toNanos();

  private static final long SHORTEST_GAP_NANOS = Duration.ofSeconds(2).toNanos();
  private static final int GAPS = 3;
  private static final int PARTS_MAX = 256;

  private record Key(Metric metric, Attributes attributes) {}

  private record Seen(Sample sample, long at, long gap) {}

  /// What is known of a GPU beyond its values.
  ///
  /// @param found attributes of the event `lockstep.gpu.found`
  /// @param xid the last XID; 0 before any
  record Gpu(Map<String, String> found, int xid) {}

  private final Outlet next;
  private final LongSupplier nanoTime;
  private final Map<Key, Seen> series = new HashMap<>();
  private final Map<String, Gpu> gpus = new HashMap<>();
  private final Map<String, Map<String, String>> adapters = new HashMap<>();
  private List<Sample> last = List.of();
  private long askedAt;
  private boolean asked;

  /// @param next gets everything, first
  public Newest(Outlet next) {
    this(next, System::nanoTime);
  }

  /// @param nanoTime monotonic
  Newest(Outlet next, LongSupplier nanoTime) {
    this.next = next;
    this.nanoTime = nanoTime;
  }

  @Override
  public void metrics(Instant time, List<Sample> samples) {
    next.metrics(time, samples);
    synchronized (this) {
      long now = nanoTime.getAsLong();
      last = samples;
      if (asked && now - askedAt > ASKED_NANOS) {
        asked = false;
        series.clear();
      }
      if (asked) {
        keep(samples, now);
      }
    }
  }

  private void keep(List<Sample> samples, long now) {
    for (Sample sample : samples) {
      series.compute(
          new Key(sample.metric(), sample.attributes()),
          (_, before) ->
              new Seen(
                  sample,
                  now,
                  before == null || now == before.at
                      ? FIRST_GAP_NANOS
                      : Math.max(SHORTEST_GAP_NANOS, now - before.at)));
    }
  }

  @Override
  public void events(List<Occurrence> events) {
    next.events(events);
    events.forEach(this::note);
  }

  private synchronized void note(Occurrence event) {
    String id = event.attributes().get("hw.id");
    if (id == null) {
      return;
    }
    Gpu gpu = gpus.getOrDefault(id, new Gpu(Map.of(), 0));
    switch (event.name()) {
      case "lockstep.gpu.found" -> put(gpus, id, new Gpu(event.attributes(), gpu.xid));
      case "lockstep.gpu.xid" -> {
        String xid = event.attributes().getOrDefault("lockstep.gpu.xid", "");
        int number = xid.matches("[0-9]{1,9}") ? Integer.parseInt(xid) : 0;
        put(gpus, id, new Gpu(gpu.found, number));
      }
      case "lockstep.network.port.found" -> put(adapters, device(id), event.attributes());
      default -> {}
    }
  }

  private static <T> void put(Map<String, T> parts, String id, T what) {
    if (parts.size() < PARTS_MAX || parts.containsKey(id)) {
      parts.put(id, what);
    }
  }

  /// The device of `device/port`.
  private static String device(String port) {
    int slash = port.indexOf('/');
    return slash < 0 ? port : port.substring(0, slash);
  }

  /// The newest value of each series. The first answer has those of the last tick; what is read
  /// more slowly comes with its next reading.
  public synchronized List<Sample> samples() {
    long now = nanoTime.getAsLong();
    if (!asked) {
      asked = true;
      keep(last, now);
    }
    askedAt = now;
    series.values().removeIf(seen -> now - seen.at > GAPS * seen.gap);
    var all = new ArrayList<Sample>(series.size());
    series.values().forEach(seen -> all.add(seen.sample));
    return all;
  }

  /// GPUs that were found, by UUID.
  synchronized Map<String, Gpu> gpus() {
    return Map.copyOf(gpus);
  }

  /// What was found of each InfiniBand or RoCE device, by its name, there still or not: attributes
  /// of the last event `lockstep.network.port.found` of a port of it.
  synchronized Map<String, Map<String, String>> adapters() {
    return Map.copyOf(adapters);
  }
}
