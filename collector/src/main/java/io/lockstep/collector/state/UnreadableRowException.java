package io.lockstep.collector.state;

/// A row that SQLite reads and that makes no sense: the file is damaged where SQLite has no
/// checksum.
final class UnreadableRowException extends Exception {
  UnreadableRowException(Exception cause) {
    super(cause.getMessage(), cause);
  }
}
