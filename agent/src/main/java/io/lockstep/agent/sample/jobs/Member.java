package io.lockstep.agent.sample.jobs;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/// A process as a member of a job.
///
/// @param started when it began, in the kernel's ticks since boot; 0 when not known. Tells it apart
///   from an earlier process of its number
/// @param owner the job, by attribute names (`slurm.job.id`, `k8s.pod.uid`, `container.id` …),
///   sorted; empty when nothing is known of it. Equal for all processes of one job on one server
/// @param launch what it says of itself: its rank, its attempt; empty when it can't be read
/// @param launchRead whether what it was started with could be read
record Member(
    long started, Map<String, String> owner, Map<String, String> launch, boolean launchRead) {
  static final Member NOBODY = new Member(0, Map.of(), Map.of(), false);

  Member {
    owner = Collections.unmodifiableMap(new TreeMap<>(owner));
    launch = Map.copyOf(launch);
  }
}
