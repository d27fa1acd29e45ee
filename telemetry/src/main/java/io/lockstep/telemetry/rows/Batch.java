package io.lockstep.telemetry.rows;

import io.lockstep.telemetry.otlp.BatchId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One received request, read: what it holds for each table, and what had to be refused.
///
/// @param cluster the sender's cluster, never taken from the body
/// @param id the agent's batch id; null from senders without
/// @param rows wide rows, in the order of the request; empty when there are none. Of a batch with
///   an id they are for the window and the store; without one for the window only
/// @param points narrow rows, for the store: what no column takes; without an id also everything
///   that stands in `rows`
/// @param events log records
/// @param steps training steps
/// @param jobs jobs that use GPUs, for the window; they stand among `points`, too. Empty without an
///   id: only the server's own agent knows
/// @param refused data points, log records or spans that were refused, each once, as OTLP's partial
///   success counts them
/// @param reason why the first of them was refused; empty when none was
public record Batch(
    String cluster,
    @Nullable BatchId id,
    List<Row> rows,
    List<Point> points,
    List<Event> events,
    List<Step> steps,
    List<GpuJob> jobs,
    long refused,
    String reason) {

  /// One that says of no job which GPU it uses.
  public Batch(
      String cluster,
      @Nullable BatchId id,
      List<Row> rows,
      List<Point> points,
      List<Event> events,
      List<Step> steps,
      long refused,
      String reason) {
    this(cluster, id, rows, points, events, steps, List.of(), refused, reason);
  }
}
