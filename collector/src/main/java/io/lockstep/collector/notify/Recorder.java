package io.lockstep.collector.notify;

import io.lockstep.collector.state.Delivery;
import java.util.concurrent.CompletionStage;

/// Where a lane writes down what became of a delivery.
@FunctionalInterface
public interface Recorder {
  /// Never blocks.
  ///
  /// @return completes once it is on the disk, or can't be brought there
  CompletionStage<?> record(Delivery delivery);
}
