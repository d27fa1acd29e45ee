package io.lockstep.agent.sample;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;

/// Reads one source of data, for example all InfiniBand ports. Called by one thread at a time;
/// keeps what it needs from round to round (last states, last counters) itself.
///
/// The loop around it measures duration and success, gives each round a deadline and reports a
/// source that fails or hangs once, when that changes. All columns of a row come from one sampler.
public interface Sampler {
  /// Unique, lower case: `host`, `host-slow`, `infiniband`.
  String name();

  /// Time between two rounds.
  Duration interval();

  /// When it is given up for the agent's cost.
  default Importance importance() {
    return Importance.EXTRA;
  }

  /// The process by which it reads, whose cost is the agent's too; 0 where it is the agent's own.
  default long pid() {
    return 0;
  }

  /// Reads the source once.
  ///
  /// @param now stamped on every sample, so one round shares one time
  /// @return what it read; empty when the source is present and has nothing to say
  /// @throws IOException when the source could not be read; the round goes on without it
  Reading sample(Instant now) throws IOException;
}
