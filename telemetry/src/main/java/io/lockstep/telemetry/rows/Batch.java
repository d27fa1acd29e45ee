package io.lockstep.telemetry.rows;

import io.lockstep.telemetry.otlp.BatchId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One received request, read: what it holds for each table, and what had to be refused.
///
/// @param cluster the sender's cluster, never taken from the body
/// @param id the agent's batch id; null from senders without
/// @param rows wide rows, in the order of the request; empty when there are none
/// @param points narrow rows
/// @param events log records
/// @param steps training steps
/// @param refused points, records or spans that were refused
/// @param reason why the first of them was refused; empty when none was
public record Batch(
    String cluster,
    @Nullable BatchId id,
    List<Row> rows,
    List<Point> points,
    List<Event> events,
    List<Step> steps,
    long refused,
    String reason) {}
