package io.lockstep.collector.http;

/// Someone who may see something.
///
/// @param name the token's sender; empty where no token is asked for
/// @param cluster the cluster that may be seen; `*` for all
record Visitor(String name, String cluster) {
  static final String ALL = "*";

  /// Whoever comes, where no token is asked for.
  static final Visitor ANYBODY = new Visitor("", ALL);

  boolean sees(String other) {
    return cluster.equals(ALL) || cluster.equals(other);
  }
}
