package io.lockstep.telemetry.contract;

import static io.lockstep.telemetry.contract.Column.Type.DOUBLE;
import static io.lockstep.telemetry.contract.Column.Type.FLOAT;
import static io.lockstep.telemetry.contract.Column.Type.INT;
import static io.lockstep.telemetry.contract.Column.Type.LONG;
import static io.lockstep.telemetry.contract.Rows.live;
import static io.lockstep.telemetry.contract.Rows.stored;
import static io.lockstep.telemetry.contract.Table.RANK;

/// What a training process says of one step: the attributes of a span `training.step`, one span per
/// rank and iteration. All are optional but job and iteration; absent is absent, never zero.
final class TrainingAttributes {
  private TrainingAttributes() {}

  static void addTo(Rows rows) {
    phases(rows);
    for (String group : new String[] {"tensor", "pipeline", "data", "expert", "context"}) {
      communication(rows, group);
    }
    work(rows);
  }

  private static void phases(Rows rows) {
    rows.spanAttribute(
        "training.step.duration",
        "s",
        "Length of the span itself: the whole step, all phases. Not sent as an attribute.",
        live(RANK, "step", FLOAT));
    rows.spanAttribute(
        "training.phase.data",
        "s",
        "Waiting for the next batch of training data.",
        live(RANK, "data", FLOAT));
    rows.spanAttribute(
        "training.phase.compute",
        "s",
        "Own work: forward and backward, without any collective.",
        live(RANK, "compute", FLOAT));
    rows.spanAttribute(
        "training.phase.communication",
        "s",
        "Everything inside collectives, waiting for the others included.",
        live(RANK, "communication", FLOAT));
    rows.spanAttribute(
        "training.phase.optimizer", "s", "Optimizer step.", live(RANK, "optimizer", FLOAT));
    rows.spanAttribute(
        "training.phase.checkpoint",
        "s",
        "Saving a checkpoint within the step.",
        live(RANK, "checkpoint", FLOAT));
    rows.spanAttribute(
        "training.phase.evaluation",
        "s",
        "Evaluation within the step.",
        live(RANK, "evaluation", FLOAT));
  }

  private static void communication(Rows rows, String group) {
    String name = "training.communication." + group;
    String of = " in collectives of the " + group + "-parallel group.";
    rows.spanAttribute(
        name + ".wait", "s", "Waiting for the others" + of, live(RANK, group + "_wait", FLOAT));
    rows.spanAttribute(
        name + ".transfer", "s", "Moving bytes" + of, stored(RANK, group + "_transfer", FLOAT));
  }

  private static void work(Rows rows) {
    rows.spanAttribute(
        "training.tokens", "{token}", "Tokens of this rank's step.", live(RANK, "tokens", LONG));
    rows.spanAttribute(
        "training.microbatches",
        "{microbatch}",
        "Microbatches of this rank's step.",
        live(RANK, "microbatches", INT));
    rows.spanAttribute(
        "training.sequence.length_squares",
        "{token}2",
        "Sum of the squared lengths of the rank's sequences: attention's share of the work.",
        live(RANK, "length_squares", DOUBLE));
    rows.spanAttribute("training.loss", "1", "Loss of the step.", stored(RANK, "loss", FLOAT));
    rows.spanAttribute(
        "training.grad_norm", "1", "Norm of the gradient.", stored(RANK, "grad_norm", FLOAT));
  }
}
