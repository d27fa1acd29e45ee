package io.lockstep.collector.store;

import io.lockstep.telemetry.config.ByteSize;

/// How much room the store's disk has.
///
/// @param free bytes that can be written; −1 when it can't be told
/// @param keep below so many free bytes the oldest rows are given up
/// @param full whether so little is free that QuestDB can't begin a new partition or table
/// @param exhausted whether too little is free and nothing is left that may be given up
/// @param dropped partitions given up for room since the collector's start, each of one table and
///   hour
public record Room(long free, long keep, boolean full, boolean exhausted, long dropped) {
  /// With less, QuestDB can't begin a new partition or table.
  private static final long MIN = 64L << 20;

  static final Room UNKNOWN = new Room(-1, 0, false, false, 0);

  /// @param total of the disk, bytes: what is to be kept free is a tenth of it at most
  static Room of(long free, long total, ByteSize keep, Room before) {
    return new Room(
        free, Math.min(keep.bytes(), total / 10), free < MIN, before.exhausted, before.dropped);
  }

  /// Whether the oldest rows must go.
  boolean isShort() {
    return free >= 0 && free < keep;
  }

  /// The same after something was given up, or nothing was left to be.
  Room after(long more) {
    return new Room(free, keep, full, isShort() && more == 0, dropped + more);
  }

  /// Its fullness as the end of a sentence; empty when it is not full.
  String words() {
    return full ? "; its disk is full (" + (free >> 20) + " MiB left): make room" : "";
  }
}
