package io.lockstep.agent.batch;

import io.lockstep.telemetry.otlp.Occurrence;
import io.lockstep.telemetry.otlp.Sample;
import java.time.Instant;
import java.util.List;

/// An outlet behind which nobody is.
public final class Nowhere implements Outlet {
  @Override
  public void metrics(Instant time, List<Sample> samples) {}

  @Override
  public void events(List<Occurrence> events) {}
}
