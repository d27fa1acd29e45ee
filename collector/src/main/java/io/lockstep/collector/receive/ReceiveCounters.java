package io.lockstep.collector.receive;

import io.lockstep.telemetry.otlp.Signal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// What the receiver has done since its start, and what it holds now. Safe for any thread.
public final class ReceiveCounters {
  private record Answered(String protocol, @Nullable Signal signal, int status) {}

  private final Map<Answered, LongAdder> requests = new ConcurrentHashMap<>();
  private final Map<Refusal.Reason, LongAdder> refused = new ConcurrentHashMap<>();
  private final Map<Signal, LongAdder> itemsRefused = new ConcurrentHashMap<>();
  private final LongAdder bytesReceived = new LongAdder();
  private final LongAdder bytesHandedOver = new LongAdder();
  private final LongAdder aborted = new LongAdder();
  private final LongAdder notHttp = new LongAdder();
  private final LongAdder connections = new LongAdder();
  private final LongAdder connectionsRefused = new LongAdder();
  private final InFlight inFlight;

  ReceiveCounters(InFlight inFlight) {
    this.inFlight = inFlight;
  }

  /// @param protocol `http` or `grpc`
  /// @param signal null when the path is none of OTLP's
  /// @param status as HTTP has it, of gRPC's answers too
  void answered(String protocol, @Nullable Signal signal, int status) {
    add(requests, new Answered(protocol, signal, status), 1);
  }

  void refused(Refusal.Reason reason) {
    add(refused, reason, 1);
  }

  void itemsRefused(Signal signal, long items) {
    add(itemsRefused, signal, items);
  }

  void received(long bytes) {
    bytesReceived.add(bytes);
  }

  void handedOver(long bytes) {
    bytesHandedOver.add(bytes);
  }

  void aborted() {
    aborted.increment();
  }

  void notHttp() {
    notHttp.increment();
  }

  void connectionOpened() {
    connections.increment();
  }

  void connectionClosed() {
    connections.decrement();
  }

  void connectionRefused() {
    connectionsRefused.increment();
  }

  private static <K> void add(Map<K, LongAdder> counters, K key, long more) {
    counters.computeIfAbsent(key, _ -> new LongAdder()).add(more);
  }

  /// All numbers; those of one name stand together.
  public List<Count> counts() {
    List<Count> counts = new ArrayList<>();
    requests.forEach((key, count) ->
        counts.add(
            counter(
                "requests",
                "Requests answered.",
                count,
                "protocol",
                key.protocol,
                "signal",
                label(key.signal),
                "status",
                Integer.toString(key.status))));
    refused.forEach((reason, count) ->
        counts.add(counter("refused", "Requests not taken.", count, "reason", reason.label())));
    itemsRefused.forEach((signal, count) ->
        counts.add(
            counter(
                "items_refused",
                "Points, records and spans refused by partial success.",
                count,
                "signal",
                label(signal))));
    counts.add(counter("bytes", "Bytes of bodies as sent.", bytesReceived));
    counts.add(counter("inflated_bytes", "Bytes of requests handed over.", bytesHandedOver));
    counts.add(counter("aborted", "Requests whose sender went away before the answer.", aborted));
    counts.add(counter("not_http", "Requests that are not HTTP.", notHttp));
    counts.add(counter("connections_refused", "Connections beyond the bound.", connectionsRefused));
    counts.add(gauge("connections", "Connections open.", connections.sum()));
    counts.add(gauge("in_flight_requests", "Requests not answered yet.", inFlight.requests()));
    counts.add(gauge("in_flight_bytes", "Bytes of requests not answered yet.", inFlight.bytes()));
    return counts;
  }

  private static String label(@Nullable Signal signal) {
    return signal == null ? "none" : signal.name().toLowerCase(Locale.ROOT);
  }

  private static Count counter(String name, String help, LongAdder count, String... labels) {
    SequencedMap<String, String> pairs = new LinkedHashMap<>();
    for (int i = 0; i < labels.length; i += 2) {
      pairs.put(labels[i], labels[i + 1]);
    }
    return new Count("lockstep_receive_" + name + "_total", help, true, pairs, count.sum());
  }

  private static Count gauge(String name, String help, long value) {
    return new Count("lockstep_receive_" + name, help, false, new LinkedHashMap<>(), value);
  }
}
