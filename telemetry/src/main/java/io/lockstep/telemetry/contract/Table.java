package io.lockstep.telemetry.contract;

import java.util.Locale;

/// A table of the store. Wide tables hold one column per known metric and fixed attribute values; a
/// row comes from one round of one sampler, because a store with de-duplication replaces whole
/// rows.
///
/// Every row has the cluster, the host and a subject (what on the host it is about) as its key, and
/// a timestamp.
public enum Table {
  /// One GPU each second; the subject is its UUID.
  GPU,
  /// What changes slowly about a GPU; the subject is its UUID.
  GPU_SLOW,
  /// One InfiniBand or RoCE port each second; the subject is `device/port`, as in `mlx5_0/1`.
  PORT,
  /// The server as a whole, each second; the subject is `host`.
  HOST,
  /// What changes slowly about the server; the subject is `host`.
  HOST_SLOW,
  /// One training rank and iteration; the subject is `rank/7`. Job and attempt belong to the key.
  RANK,
  /// Parts of a server of which there are many kinds; the subject is `kind/name`, as in `disk/sda`.
  PART,
  /// Metrics that the contract does not know, or that come without a batch id: one value a row.
  METRIC,
  /// Log records.
  EVENT;

  /// The subject of the tables that have one row per host and time.
  public static final String HOST_SUBJECT = "host";

  /// The table's name in the store, lower case.
  public String tableName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// How old a row may be that still speaks of now, seconds: of parts there is one every ten.
  public int freshSeconds() {
    return this == PART ? 35 : 5;
  }

  /// Whether the contract gives this table its columns.
  public boolean wide() {
    return this != METRIC && this != EVENT;
  }
}
