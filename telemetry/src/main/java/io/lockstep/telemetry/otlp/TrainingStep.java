package io.lockstep.telemetry.otlp;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.resources.Resource;

/// A training step to send: one OpenTelemetry span `training.step`.
///
/// @param rank the process's resource: `host.name`, `dl.rank`, `dl.world_size` …
/// @param startNanos begin of the step, Unix nanoseconds
/// @param endNanos end of the step, Unix nanoseconds
/// @param attributes `training.iteration`, `training.phase.compute` … as in
///   [io.lockstep.telemetry.contract.Contract#attributes()] and the columns of the table `rank`
public record TrainingStep(Resource rank, long startNanos, long endNanos, Attributes attributes) {}
