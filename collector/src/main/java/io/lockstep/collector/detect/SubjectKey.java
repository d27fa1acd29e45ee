package io.lockstep.collector.detect;

/// What a verdict is about.
///
/// @param cluster the cluster
/// @param host the server; empty when the finding is about a job or the cluster
/// @param subject a GPU's UUID, `mlx5_0/1`, `rank/7`, `job/llama`; [Table#HOST_SUBJECT] for the
///   server itself
public record SubjectKey(String cluster, String host, String subject) {
  @Override
  public String toString() {
    return cluster + "/" + host + "/" + subject;
  }
}
