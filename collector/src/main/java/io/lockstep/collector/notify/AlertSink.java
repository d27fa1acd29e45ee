package io.lockstep.collector.notify;

import io.lockstep.collector.state.Message;

/// One place that messages go to, for example an on-call tool. Sends once; waiting, trying again
/// and keeping the order is its [Lane]'s work.
interface AlertSink extends AutoCloseable {
  /// As the configuration names it.
  String name();

  /// Where it leads to, for people: no path and no query, which may be secret.
  String address();

  /// Sends a message once. Blocks as long as the receiver takes, within the sink's own time-out.
  Outcome send(Message message) throws InterruptedException;

  @Override
  void close();
}
