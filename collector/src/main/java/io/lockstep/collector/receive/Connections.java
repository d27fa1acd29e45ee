package io.lockstep.collector.receive;

import io.vertx.core.http.HttpConnection;
import java.util.HashMap;
import java.util.Map;

/// Keeps the number of open connections within its bound. An address other than this machine's may
/// have as many as are still free, so that none takes all. Belongs to the event loop.
final class Connections {
  private final int max;
  private final ReceiveCounters counters;
  private final Map<String, Integer> byAddress = new HashMap<>();
  private int open;

  Connections(int max, ReceiveCounters counters) {
    this.max = max;
    this.counters = counters;
  }

  void opened(HttpConnection connection) {
    String address = address(connection);
    int its = address.isEmpty() ? 0 : byAddress.getOrDefault(address, 0);
    if (open >= max || (its > 0 && its >= max - open)) {
      counters.connectionRefused();
      connection.close();
      return;
    }
    count(address, 1);
    counters.connectionOpened();
    connection.closeHandler(_ -> {
      count(address, -1);
      counters.connectionClosed();
    });
  }

  private void count(String address, int more) {
    open += more;
    if (!address.isEmpty()) {
      byAddress.merge(address, more, (had, now) -> had + now == 0 ? null : had + now);
    }
  }

  /// Empty for this machine's own.
  private static String address(HttpConnection connection) {
    var remote = connection.remoteAddress();
    String address = remote == null ? null : remote.hostAddress();
    return address == null || Senders.isLoopback(address) ? "" : address;
  }
}
