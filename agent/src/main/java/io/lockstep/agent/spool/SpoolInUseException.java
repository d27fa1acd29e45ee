package io.lockstep.agent.spool;

import java.io.IOException;

/// Another agent works on the same spool. The message names folder and process.
public final class SpoolInUseException extends IOException {
  SpoolInUseException(String message) {
    super(message);
  }
}
