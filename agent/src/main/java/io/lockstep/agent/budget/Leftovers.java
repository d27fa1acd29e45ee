package io.lockstep.agent.budget;

import java.io.IOException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Gives memory back that was needed once: most of it for the start. A thread of its own, as a
/// collection takes some tens of milliseconds; on the JVM's side all wait for it anyhow.
///
/// Left to itself the JVM lets its old objects grow up to `-Xmx` before it looks through them,
/// which at the little that outlives a round takes it days.
public final class Leftovers {
  private static final Logger LOG = LoggerFactory.getLogger(Leftovers.class);

  /// By then the start is over.
  private static final Duration FIRST = Duration.ofSeconds(20);

  /// In the minutes after, memory grows by 4 MiB each; once costs some 25 ms of a core.
  private static final Duration EVERY = Duration.ofMinutes(1);

  private boolean told;

  private Leftovers() {}

  /// Does it from now on, until the process ends.
  public static void clear() {
    Thread.ofPlatform().daemon().name("leftovers").start(new Leftovers()::run);
  }

  private void run() {
    try {
      Thread.sleep(FIRST);
      while (true) {
        once();
        Thread.sleep(EVERY);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  // The one place where a full collection is wanted: what it finds is given back to the system.
  @SuppressWarnings("SystemGc")
  private void once() {
    System.gc();
    try {
      MappedFiles.release();
    } catch (IOException | LinkageError e) {
      if (!told) {
        LOG.info("pages of files stay mapped reason=\"{}\"", e.getMessage());
      }
      told = true;
    }
  }
}
