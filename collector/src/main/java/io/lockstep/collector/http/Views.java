package io.lockstep.collector.http;

import java.time.Instant;

/// One cluster as operators see it. Reads the window and the alert book; cheap enough to be asked
/// every second.
public interface Views {
  /// The cluster's name.
  String cluster();

  /// What is known now. Called from a worker thread, never twice at once.
  ///
  /// @param now ages are counted up to here
  Snapshot at(Instant now);
}
