package io.lockstep.collector.window;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.BatchId;
import io.lockstep.telemetry.rows.Batch;
import io.lockstep.telemetry.rows.Event;
import io.lockstep.telemetry.rows.GpuJob;
import io.lockstep.telemetry.rows.Row;
import io.lockstep.telemetry.rows.Step;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Makes batches as the reader of requests gives them.
public final class Batches {
  public static final long SECOND = 1_000_000_000L;

  /// A round time to begin at: 2026-01-01T00:00:00Z.
  public static final long START = 1_767_225_600L * SECOND;

  private Batches() {}

  public static Batch rows(@Nullable BatchId id, Row... rows) {
    return batch(id, List.of(rows), List.of(), List.of());
  }

  public static Batch events(@Nullable BatchId id, Event... events) {
    return batch(id, List.of(), List.of(events), List.of());
  }

  public static Batch steps(@Nullable BatchId id, List<Step> steps) {
    return batch(id, List.of(), List.of(), steps);
  }

  public static Batch batch(
      @Nullable BatchId id, List<Row> rows, List<Event> events, List<Step> steps) {
    return new Batch("c", id, rows, List.of(), events, steps, 0, "");
  }

  /// What an agent says of the Slurm jobs on one GPU.
  public static Batch jobs(
      @Nullable BatchId id, String host, String gpu, long nanos, String... jobs) {
    Row count =
        row(Contract.column(Table.PART, "gpu_jobs"), host, "gpu/" + gpu, nanos, jobs.length);
    List<GpuJob> all =
        Stream.of(jobs)
            .map(job -> new GpuJob(host, gpu, Map.of("slurm.job.id", job), nanos, 1))
            .toList();
    return new Batch("c", id, List.of(count), List.of(), List.of(), List.of(), all, 0, "");
  }

  /// A row with one value.
  public static Row row(Column column, String host, String subject, long nanos, double value) {
    var row = new Row(column.table(), host, subject, nanos);
    row.set(column, value);
    return row;
  }

  public static Event event(String name, String host, String subject, long nanos) {
    return new Event(
        host + name + nanos, nanos, host, "lockstep-agent", name, 9, subject, "", Map.of());
  }

  /// A step of a rank of the job `job`, attempt `0`.
  ///
  /// @param seconds column name → value
  public static Step step(
      long iteration, Rank rank, int worldSize, long endNanos, Map<String, Double> seconds) {
    return step("0", iteration, rank, worldSize, endNanos, seconds);
  }

  /// A step of a rank of the job `job`.
  ///
  /// @param seconds column name → value
  public static Step step(
      String attempt,
      long iteration,
      Rank rank,
      int worldSize,
      long endNanos,
      Map<String, Double> seconds) {
    var row = new Row(Table.RANK, rank.host(), "rank/" + rank.rank(), endNanos);
    seconds.forEach((column, value) -> row.set(Contract.column(Table.RANK, column), value));
    long start = endNanos - (long) (seconds.getOrDefault("step", 0.0) * SECOND);
    return new Step(
        "job",
        attempt,
        iteration,
        rank.rank(),
        worldSize,
        rank.stage(),
        rank.expertGroup(),
        rank.gpu(),
        start,
        row);
  }
}
