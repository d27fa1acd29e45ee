package io.lockstep.collector.detect;

import io.lockstep.collector.window.Iteration;
import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import java.util.List;

/// What of a step a rank worked itself, and what it waited for the others.
///
/// All ranks of a synchronous job end a step together, so the step's length tells nothing about who
/// was slow. The culprit works longest and waits least.
final class OwnWork {
  static final Column COMPUTE = column("compute");
  static final Column DATA = column("data");
  static final Column OPTIMIZER = column("optimizer");
  static final Column TOKENS = column("tokens");
  static final Column MICROBATCHES = column("microbatches");
  static final Column LENGTH_SQUARES = column("length_squares");

  private static final Column STEP = column("step");
  private static final Column COMMUNICATION = column("communication");
  private static final List<Column> PAUSES = List.of(column("checkpoint"), column("evaluation"));
  private static final List<Column> WAITS =
      List.of(
          column("tensor_wait"),
          column("pipeline_wait"),
          column("data_wait"),
          column("expert_wait"),
          column("context_wait"));

  private OwnWork() {}

  private static Column column(String name) {
    return Contract.column(Table.RANK, name);
  }

  /// Computing, loading data and the optimizer; where the process did not say, the step without
  /// communication and pauses. Seconds; NaN when neither is known.
  static double seconds(Iteration iteration, int rank) {
    double compute = iteration.value(rank, COMPUTE);
    if (!Double.isNaN(compute)) {
      return compute
          + orNothing(iteration.value(rank, DATA))
          + orNothing(iteration.value(rank, OPTIMIZER));
    }
    return iteration.value(rank, STEP)
        - iteration.value(rank, COMMUNICATION)
        - pauses(iteration, rank);
  }

  /// Waiting for the others as far as the process can tell it from moving bytes; else all its
  /// communication; else what own work and pauses leave of the step. Seconds; NaN when unknown.
  static double waiting(Iteration iteration, int rank) {
    double waits = 0;
    boolean told = false;
    for (Column column : WAITS) {
      double wait = iteration.value(rank, column);
      told |= !Double.isNaN(wait);
      waits += orNothing(wait);
    }
    if (told) {
      return waits;
    }
    double communication = iteration.value(rank, COMMUNICATION);
    return Double.isNaN(communication)
        ? iteration.value(rank, STEP) - seconds(iteration, rank) - pauses(iteration, rank)
        : communication;
  }

  /// Checkpoint and evaluation within the step, seconds; 0 when the process told of none.
  static double pauses(Iteration iteration, int rank) {
    double pauses = 0;
    for (Column column : PAUSES) {
      pauses += orNothing(iteration.value(rank, column));
    }
    return pauses;
  }

  private static double orNothing(double seconds) {
    return Double.isNaN(seconds) ? 0 : seconds;
  }
}
