package io.lockstep.collector.notify;

import io.lockstep.collector.state.Delivery;
import io.lockstep.collector.state.Message;

/// A message that waits for one sink.
///
/// @param delivery how far it has come
/// @param dueNanos from when on it may be sent, by [System#nanoTime()]
record Parcel(Message message, Delivery delivery, long dueNanos) {
  Parcel after(Delivery tried, long due) {
    return new Parcel(message, tried, due);
  }
}
