package io.lockstep.agent.budget;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Gives memory back that was needed once: most of it for the start. A thread of its own, as a
/// collection takes some tens of milliseconds; on the JVM's side all wait for it anyhow.
///
/// Left to itself the JVM lets its old objects grow up to `-Xmx` before it looks through them,
/// which at the little that outlives a round takes it days.
public final class Leftovers {
  private static final Logger LOG = LoggerFactory.getLogger(Leftovers.class);

  /// When it is done first, each so long after the one before, milliseconds: while the start goes
  /// on, so that what its parts need does not add up, and after it.
  private static final List<Integer> FIRST = List.of(300, 700, 2_000, 7_000, 20_000, 60_000);

  /// Once costs some 40 ms of a core, of which half is spent by those who go on with cold code.
  private static final Duration EVERY = Duration.ofMinutes(5);

  /// Of what is mapped of files 8 MiB are back within a minute, though few of them are used: the
  /// kernel maps what lies around each page that is. Letting them go again costs little.
  private static final Duration EVERY_FILES = Duration.ofSeconds(20);

  private final MappedFiles files = new MappedFiles();
  private boolean told;

  private Leftovers() {}

  /// Does it from now on, until the process ends.
  public static void clear() {
    Thread.ofPlatform().daemon().name("leftovers").start(new Leftovers()::run);
  }

  private void run() {
    try {
      for (int one : FIRST) {
        Thread.sleep(one);
        once();
      }
      while (true) {
        for (long i = 1; i < EVERY.dividedBy(EVERY_FILES); i++) {
          Thread.sleep(EVERY_FILES);
          letGo(files::releaseKnown);
        }
        Thread.sleep(EVERY_FILES);
        once();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  // The one place where a full collection is wanted: what it finds is given back to the system.
  @SuppressWarnings("SystemGc")
  private void once() {
    System.gc();
    letGo(files::release);
  }

  private interface Release {
    void now() throws IOException;
  }

  private void letGo(Release release) {
    try {
      release.now();
    } catch (IOException | LinkageError e) {
      if (!told) {
        LOG.info("pages of files stay mapped reason=\"{}\"", e.getMessage());
      }
      told = true;
    }
  }
}
