package io.lockstep.agent.spool;

import io.lockstep.agent.batch.Batch;

/// A batch of the spool in somebody's hand: nobody else gets it until it is released. Whoever has
/// it acknowledges, releases or refuses it.
public final class Spooled {
  private final Batch batch;
  private final Segment segment;
  private final int record;

  Spooled(Batch batch, Segment segment, int record) {
    this.batch = batch;
    this.segment = segment;
    this.record = record;
  }

  public Batch batch() {
    return batch;
  }

  Segment segment() {
    return segment;
  }

  int record() {
    return record;
  }
}
