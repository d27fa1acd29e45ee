package io.lockstep.collector.store;

import java.util.Locale;

/// How the store is, in one word. In all but [#READY] and [#DISK_LOW] what comes waits in the
/// journal, and stays with its senders when that is full.
public enum StoreCondition {
  /// It takes what it is sent.
  READY,
  /// It takes what it is sent, but its disk has little room, and nothing is left to be given up.
  DISK_LOW,
  /// It has been started and is not ready yet.
  STARTING,
  /// Its process has ended, or could not begin; it is started again.
  DOWN,
  /// Its process runs and answers nothing; it is replaced when that lasts.
  HUNG,
  /// It applies nothing to some tables; they are let go on, again and again.
  SUSPENDED,
  /// Its disk is full.
  DISK_FULL,
  /// Files of its tables are missing or damaged; somebody has to see to it.
  DAMAGED,
  /// It does not take what it is sent, or can't be reached.
  UNREACHABLE,
  /// The collector stops, and has stopped it.
  STOPPED;

  /// In lower case with dashes.
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
