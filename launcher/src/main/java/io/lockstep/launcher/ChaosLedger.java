package io.lockstep.launcher;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.BatchId;
import io.lockstep.telemetry.otlp.OtlpAnswer;
import io.lockstep.telemetry.otlp.OtlpException;
import io.lockstep.telemetry.otlp.Signal;
import io.lockstep.telemetry.rows.Batch;
import io.lockstep.telemetry.rows.BatchReader;
import io.lockstep.telemetry.rows.Event;
import io.lockstep.telemetry.rows.Point;
import io.lockstep.telemetry.rows.Row;
import io.lockstep.telemetry.rows.Step;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.zip.GZIPInputStream;

/// What senders have been told that the collector has, row by row, as it passed between them: to be
/// held against the store. It knows which of a run's batches are not acknowledged, too, as their
/// numbers are without gaps. Any thread.
final class ChaosLedger implements ChaosProxy.Witnesses {
  /// The rows of one host: table → key of the row → values in it.
  static final class Rows {
    final Map<Table, Map<String, Integer>> byTable = new EnumMap<>(Table.class);

    private void put(Table table, String key, int values) {
      byTable.computeIfAbsent(table, _ -> new HashMap<>()).put(key, values);
    }
  }

  private record Run(String host, long start) {}

  private static final class Numbers {
    private final BitSet acknowledged = new BitSet();
    private final BitSet seen = new BitSet();

    /// @param gapless whether every number below one that was seen has been given to a batch
    private int open(boolean gapless) {
      var missing = new BitSet();
      if (gapless) {
        missing.set(0, seen.length());
      } else {
        missing.or(seen);
      }
      missing.andNot(acknowledged);
      return missing.cardinality();
    }
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final BatchReader reader = new BatchReader(BatchReader.Limits.DEFAULT);
  private final Map<Run, Numbers> runs = new HashMap<>();
  private final Map<String, Rows> hosts = new HashMap<>();
  private long batches;
  private long points;
  private long refused;
  private String firstRefusal = "";

  @Override
  public ChaosProxy.Witness next() {
    return new Conversation();
  }

  /// One connection: answers come in the order of their requests.
  private final class Conversation implements ChaosProxy.Witness {
    private final Queue<HttpTap.Message> asked = new ConcurrentLinkedQueue<>();
    private final HttpTap requests = new HttpTap(this::asks);
    private final HttpTap answers = new HttpTap(this::answered);

    @Override
    public void sent(byte[] bytes, int length) {
      requests.pass(bytes, length);
    }

    @Override
    public void answered(byte[] bytes, int length) {
      answers.pass(bytes, length);
    }

    private void asks(HttpTap.Message request) {
      asked.add(request);
      String id = request.field(BatchId.HEADER);
      if (!id.isEmpty()) {
        seen(BatchId.parse(id));
      }
    }

    private void answered(HttpTap.Message answer) {
      HttpTap.Message request = asked.poll();
      if (request != null
          && !request.field(BatchId.HEADER).isEmpty()
          && answer.start().startsWith("HTTP/1.1 200")) {
        acknowledged(request, answer);
      }
    }
  }

  private void seen(BatchId id) {
    lock.lock();
    try {
      numbers(id).seen.set((int) id.number());
    } finally {
      lock.unlock();
    }
  }

  private Numbers numbers(BatchId id) {
    return runs.computeIfAbsent(new Run(id.host(), id.run()), _ -> new Numbers());
  }

  private void acknowledged(HttpTap.Message request, HttpTap.Message answer) {
    BatchId id = BatchId.parse(request.field(BatchId.HEADER));
    OtlpAnswer.Taken taken = OtlpAnswer.taken(answer.body().readAllBytes());
    lock.lock();
    try {
      Numbers numbers = numbers(id);
      if (!numbers.acknowledged.get((int) id.number())) {
        numbers.acknowledged.set((int) id.number());
        take(read(id, request), taken == null ? new OtlpAnswer.Taken(0, "") : taken);
      }
    } catch (IOException e) {
      throw new IllegalStateException("what was acknowledged can't be read", e);
    } finally {
      lock.unlock();
    }
  }

  private Batch read(BatchId id, HttpTap.Message request) throws IOException {
    boolean gzip = request.field("content-encoding").equals("gzip");
    try (InputStream in = gzip ? new GZIPInputStream(request.body()) : request.body()) {
      byte[] body = in.readAllBytes();
      Instant now = Instant.now();
      long nanos = now.getEpochSecond() * 1_000_000_000L + now.getNano();
      return reader.read("chaos", _ -> true, id.host(), signal(request), id, body, nanos);
    } catch (OtlpException e) {
      throw new IOException(e);
    }
  }

  private static Signal signal(HttpTap.Message request) throws IOException {
    for (Signal signal : Signal.values()) {
      if (request.start().startsWith("POST " + signal.path() + " ")) {
        return signal;
      }
    }
    throw new IOException("no such request: " + request.start());
  }

  private void take(Batch batch, OtlpAnswer.Taken taken) {
    batches++;
    long unexpected = taken.rejected() - batch.refused();
    if (unexpected > 0) {
      refused += unexpected;
      firstRefusal = firstRefusal.isEmpty() ? taken.message() : firstRefusal;
    }
    batch.rows().forEach(row -> take(row, row.subject()));
    for (Step step : batch.steps()) {
      take(step.row(), step.row().subject() + "\n" + step.job() + "\n" + step.attempt());
    }
    for (Point point : batch.points()) {
      String key = String.join("\n", point.service(), point.metric(), point.attributes());
      put(point.host(), Table.METRIC, key(point.timeNanos(), key), 1);
    }
    for (Event event : batch.events()) {
      put(event.host(), Table.EVENT, key(event.timeNanos(), event.id()), 1);
    }
  }

  private void take(Row row, String key) {
    int values = 0;
    for (Column column : Contract.columns(row.table())) {
      values += row.has(column) ? 1 : 0;
    }
    put(row.host(), row.table(), key(row.timeNanos(), key), values);
  }

  private void put(String host, Table table, String key, int values) {
    hosts.computeIfAbsent(host, _ -> new Rows()).put(table, key, values);
    points += values;
  }

  /// A row's key in the store, whose times are of microseconds.
  static String key(long timeNanos, String rest) {
    return Math.floorDiv(timeNanos, 1000) + "\n" + rest;
  }

  /// Batches that were seen, or must have been made before one that was seen, and have not been
  /// acknowledged; by host.
  ///
  /// @param gapless the hosts of which nothing is cut off: a simulated one ends in the middle of a
  ///   second, with batches that have a number and are never sent
  Map<String, Integer> open(Predicate<String> gapless) {
    lock.lock();
    try {
      var open = new HashMap<String, Integer>();
      runs.forEach((run, numbers) -> {
        int missing = numbers.open(gapless.test(run.host()));
        if (missing > 0) {
          open.merge(run.host(), missing, Integer::sum);
        }
      });
      return open;
    } finally {
      lock.unlock();
    }
  }

  /// The hosts that have spoken.
  List<String> hosts() {
    lock.lock();
    try {
      return new ArrayList<>(hosts.keySet());
    } finally {
      lock.unlock();
    }
  }

  /// The rows of a host, by the time when nobody sends any more.
  Rows rows(String host) {
    lock.lock();
    try {
      return hosts.getOrDefault(host, new Rows());
    } finally {
      lock.unlock();
    }
  }

  long batches() {
    lock.lock();
    try {
      return batches;
    } finally {
      lock.unlock();
    }
  }

  /// Points, records and steps that were acknowledged.
  long points() {
    lock.lock();
    try {
      return points;
    } finally {
      lock.unlock();
    }
  }

  /// Points that were refused out of requests that were taken, though nothing is wrong with them.
  long refused() {
    lock.lock();
    try {
      return refused;
    } finally {
      lock.unlock();
    }
  }

  /// Why the first of them was; empty when none was.
  String firstRefusal() {
    lock.lock();
    try {
      return firstRefusal;
    } finally {
      lock.unlock();
    }
  }
}
