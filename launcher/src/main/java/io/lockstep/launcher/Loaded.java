package io.lockstep.launcher;

import io.lockstep.launcher.IngestReport.Stored;
import io.lockstep.launcher.LoadGenerator.To;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// What is loaded by `lockstep bench ingest`.
interface Loaded extends AutoCloseable {
  /// Where to send, and how.
  To to();

  /// Its process; null when it is not one of this measurement's own.
  @Nullable ProcessHandle program() throws IOException;

  /// Its store's process; null when it has none of its own.
  @Nullable ProcessHandle store() throws IOException;

  /// What it says of itself; nothing when that is not known here.
  SelfMetrics metrics() throws IOException, InterruptedException;

  /// Incidents that it has opened.
  long incidents() throws IOException, InterruptedException;

  /// Waits until all that it has acknowledged is where it shall stay.
  void settle() throws IOException, InterruptedException;

  /// What it has stored between two times; null when nobody can tell.
  @Nullable Stored stored(SelfMetrics before, SelfMetrics now)
      throws IOException, InterruptedException;

  /// How it is, with the end of its log, for people.
  String obituary();

  @Override
  void close();
}
