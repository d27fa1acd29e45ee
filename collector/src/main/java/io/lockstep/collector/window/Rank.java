package io.lockstep.collector.window;

/// Who a rank of a job is.
///
/// @param rank from 0
/// @param host the server it runs on
/// @param gpu its GPU's UUID, or its index on the host as text; empty when the process did not say
/// @param stage pipeline stage from 0; −1 when the process did not say
/// @param expertGroup from 0; −1 when the process did not say
public record Rank(int rank, String host, String gpu, int stage, int expertGroup) {}
