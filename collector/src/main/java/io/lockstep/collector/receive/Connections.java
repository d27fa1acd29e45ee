package io.lockstep.collector.receive;

import io.vertx.core.http.HttpConnection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;

/// Keeps the number of connections within its bound and closes those that bring no request for too
/// long, also when they send a byte now and then. Belongs to the event loop.
final class Connections {
  private static final long NEVER = Long.MAX_VALUE;
  private final Map<HttpConnection, Long> idleSince = new HashMap<>();
  private final int max;
  private final long idleMaxNanos;
  private final ReceiveCounters counters;

  Connections(int max, long idleMaxNanos, ReceiveCounters counters) {
    this.max = max;
    this.idleMaxNanos = idleMaxNanos;
    this.counters = counters;
  }

  void opened(HttpConnection connection, long nowNanos) {
    if (idleSince.size() >= max) {
      counters.connectionRefused();
      connection.close();
      return;
    }
    counters.connectionOpened();
    idleSince.put(connection, nowNanos);
    connection.closeHandler(_ -> closed(connection));
  }

  private void closed(HttpConnection connection) {
    if (idleSince.remove(connection) != null) {
      counters.connectionClosed();
    }
  }

  /// A request's head has arrived whole; its own deadline holds from here.
  void busy(HttpConnection connection) {
    idleSince.replace(connection, NEVER);
  }

  void idle(HttpConnection connection, long nowNanos) {
    idleSince.replace(connection, nowNanos);
  }

  /// Closes what has been idle for too long.
  void sweep(long nowNanos) {
    Iterator<Map.Entry<HttpConnection, Long>> entries = idleSince.entrySet().iterator();
    while (entries.hasNext()) {
      var entry = entries.next();
      if (entry.getValue() != NEVER && nowNanos - entry.getValue() > idleMaxNanos) {
        entries.remove();
        counters.connectionClosed();
        counters.connectionIdle();
        entry.getKey().close();
      }
    }
  }
}
