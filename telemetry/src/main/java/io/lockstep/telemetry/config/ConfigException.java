package io.lockstep.telemetry.config;

/// A configuration that can't be used. The message is one line: the file and line or the
/// environment variable, the key's full path, what it is and what it may be.
public final class ConfigException extends Exception {
  public ConfigException(String message) {
    super(message);
  }
}
