package io.lockstep.telemetry.config;

import java.io.IOException;

/// Another process works on the same folder. The message names folder and process.
public final class FolderInUseException extends IOException {
  private static final long serialVersionUID = 1;

  FolderInUseException(String message) {
    super(message);
  }
}
