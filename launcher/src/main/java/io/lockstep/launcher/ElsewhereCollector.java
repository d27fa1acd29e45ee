package io.lockstep.launcher;

import io.lockstep.launcher.IngestReport.Stored;
import io.lockstep.launcher.LoadGenerator.To;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A collector that runs already. What it costs is what it says at its operators' port.
///
/// @param to where it takes OTLP
/// @param api its operators' port; null when that is not known
record ElsewhereCollector(To to, @Nullable Api api) implements Loaded {
  private static final Duration SETTLED_MAX = Duration.ofSeconds(30);

  @Override
  public @Nullable ProcessHandle program() {
    return null;
  }

  @Override
  public @Nullable ProcessHandle store() {
    return null;
  }

  @Override
  public SelfMetrics metrics() throws IOException, InterruptedException {
    return api == null ? SelfMetrics.NONE : api.metrics();
  }

  @Override
  public long incidents() throws IOException, InterruptedException {
    return api == null ? 0 : api.incidents().size();
  }

  @Override
  public void settle() throws IOException, InterruptedException {
    // What its store has put off can't be asked from here.
    if (api != null) {
      api.awaitStored(SETTLED_MAX);
    }
  }

  @Override
  public @Nullable Stored stored(SelfMetrics before, SelfMetrics now) {
    return api == null ? null : Stored.told(before, now);
  }

  @Override
  public String obituary() {
    return "the collector at " + to.url();
  }

  @Override
  public void close() {
    // It goes on.
  }
}
