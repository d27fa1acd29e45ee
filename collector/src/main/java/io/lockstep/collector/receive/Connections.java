package io.lockstep.collector.receive;

import io.vertx.core.http.HttpConnection;

/// Keeps the number of open connections within its bound. Belongs to the event loop.
final class Connections {
  private final int max;
  private final ReceiveCounters counters;
  private int open;

  Connections(int max, ReceiveCounters counters) {
    this.max = max;
    this.counters = counters;
  }

  void opened(HttpConnection connection) {
    if (open >= max) {
      counters.connectionRefused();
      connection.close();
      return;
    }
    open++;
    counters.connectionOpened();
    connection.closeHandler(_ -> {
      open--;
      counters.connectionClosed();
    });
  }
}
