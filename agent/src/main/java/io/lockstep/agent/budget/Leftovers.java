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

  /// By then the start is over; then what is read each minute has been read once; from then on it
  /// is as it will be.
  private static final Duration FIRST = Duration.ofSeconds(20);

  private static final Duration SECOND = Duration.ofMinutes(1);

  /// Costs some 50 ms of a core each time.
  private static final Duration EVERY = Duration.ofMinutes(5);

  private boolean told;

  private Leftovers() {}

  /// Does it from now on, until the process ends.
  public static void clear() {
    Thread.ofPlatform().daemon().name("leftovers").start(new Leftovers()::run);
  }

  private void run() {
    try {
      Thread.sleep(FIRST);
      once();
      Thread.sleep(SECOND);
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
