package io.lockstep.collector.http;

import java.time.Instant;
import java.util.List;

/// A cluster's servers with what is in them.
///
/// @param cluster its name
/// @param time when the view was made
/// @param hosts in natural order of their names (`node-2` before `node-10`); empty until an agent
///   has reported
public record ClusterView(String cluster, Instant time, List<HostView> hosts) {
  public ClusterView {
    hosts = List.copyOf(hosts);
  }
}
