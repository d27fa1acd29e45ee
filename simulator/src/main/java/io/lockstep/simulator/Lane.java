package io.lockstep.simulator;

import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The sending side of one simulated server: what is newest first, then what was not acknowledged,
/// in order. A queue in memory stands in for the agent's spool.
final class Lane implements Runnable, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Lane.class);
  private static final int WAITING_MAX = 600;

  private final String host;
  private final Totals totals;
  private final Connection connection;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final TreeMap<Long, Parcel> fresh = new TreeMap<>();
  private final TreeMap<Long, Parcel> again = new TreeMap<>();
  private long taken;
  private long retryAtNanos = System.nanoTime();
  private boolean closed;
  private boolean refusedBefore;

  Lane(String host, URI url, @Nullable String token, Totals totals) {
    this.host = host;
    this.totals = totals;
    this.connection = new Connection(url, token);
  }

  void offer(Parcel parcel) {
    lock.lock();
    try {
      fresh.put(taken++, parcel);
      if (fresh.size() + again.size() > WAITING_MAX) {
        (again.isEmpty() ? fresh : again).pollFirstEntry();
        totals.dropped.increment();
      }
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void run() {
    try {
      for (var next = next(); next != null; next = next()) {
        send(next.getKey(), next.getValue());
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      connection.close();
    }
  }

  private Map.@Nullable Entry<Long, Parcel> next() throws InterruptedException {
    lock.lock();
    try {
      while (!closed) {
        if (!fresh.isEmpty()) {
          return fresh.pollFirstEntry();
        }
        long wait = retryAtNanos - System.nanoTime();
        if (!again.isEmpty() && wait <= 0) {
          return again.pollFirstEntry();
        }
        changed.awaitNanos(again.isEmpty() ? 1_000_000_000L : wait);
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  private void send(long number, Parcel parcel) {
    try {
      Connection.Response response = connection.post(parcel);
      switch (response.status()) {
        case 200 -> totals.acknowledged.increment();
        case 429, 503 -> later(number, parcel, Math.max(1, response.retrySeconds()));
        default -> refused(response.status());
      }
    } catch (IOException _) {
      later(number, parcel, 1);
    }
  }

  private void later(long number, Parcel parcel, long seconds) {
    totals.again.increment();
    lock.lock();
    try {
      again.put(number, parcel);
      retryAtNanos = System.nanoTime() + seconds * 1_000_000_000L;
    } finally {
      lock.unlock();
    }
  }

  private void refused(int status) {
    totals.refused.increment();
    if (!refusedBefore) {
      refusedBefore = true;
      log.warn("collector refuses host={} status={}", host, status);
    }
  }

  int waiting() {
    lock.lock();
    try {
      return fresh.size() + again.size();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
  }
}
