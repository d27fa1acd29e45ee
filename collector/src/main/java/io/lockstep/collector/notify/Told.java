package io.lockstep.collector.notify;

import io.lockstep.collector.state.Delivery;
import io.lockstep.collector.state.Message;
import java.util.List;

/// What is to be told of a round: to be written down first, in one transaction with the round, and
/// sent then.
///
/// @param messages in the order of what happened; empty when nobody is to be told
/// @param deliveries one for each message and sink, in the messages' order
public record Told(List<Message> messages, List<Delivery> deliveries) {
  static final Told NOTHING = new Told(List.of(), List.of());

  public Told {
    messages = List.copyOf(messages);
    deliveries = List.copyOf(deliveries);
  }
}
