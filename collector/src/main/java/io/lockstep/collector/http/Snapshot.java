package io.lockstep.collector.http;

import java.util.List;

/// One cluster at one moment: all that REST and the page's live stream are made of.
///
/// @param cells servers with their GPUs and ports
/// @param jobs jobs that report steps, by name; empty when none does
/// @param incidents open ones first, then resolved ones, each newest first
/// @param placements jobs on GPUs, as the agents see them, by job and rank
/// @param full whether senders were lately refused for want of room: what they say is not judged
/// @param memory what is remembered
public record Snapshot(
    ClusterView cells,
    List<JobView> jobs,
    List<IncidentView> incidents,
    List<PlacementView> placements,
    boolean full,
    MemoryView memory) {
  public Snapshot {
    placements = List.copyOf(placements);
    jobs = List.copyOf(jobs);
    incidents = List.copyOf(incidents);
  }

  /// Of a cluster for which there is room.
  public Snapshot(ClusterView cells, List<JobView> jobs, List<IncidentView> incidents) {
    this(cells, jobs, incidents, List.of(), false, MemoryView.WHOLE);
  }
}
