package io.lockstep.telemetry.rows;

/// One training step of one rank: who it is, and a row of the table `rank` with what it measured.
///
/// @param job `training.job.id`, else `slurm.job.id`, else `service.name`
/// @param attempt `training.attempt`, else the process's start, else `0`
/// @param iteration number of the step within the attempt
/// @param rank from 0
/// @param worldSize ranks of the job; 0 when the process did not say
/// @param pipelineStage from 0; −1 when the process did not say
/// @param expertGroup from 0; −1 when the process did not say
/// @param gpu `hw.id` (a GPU's UUID) or `gpu.index` as text; empty when the process did not say
/// @param startNanos begin of the step by the rank's own clock, Unix nanoseconds
/// @param row table `rank`, subject `rank/N`, stamped with the end of the step
public record Step(
    String job,
    String attempt,
    long iteration,
    int rank,
    int worldSize,
    int pipelineStage,
    int expertGroup,
    String gpu,
    long startNanos,
    Row row) {}
