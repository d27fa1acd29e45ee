package io.lockstep.agent.spool;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// Does the spool's file work on a thread of its own: a dying disk can hold a write for minutes,
/// and must cost the spool a deadline, not the agent its voice. Called under the spool's lock.
final class Disk implements AutoCloseable {
  /// File work with a result.
  interface Work<T> {
    T run() throws IOException;
  }

  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("spool-disk").factory());
  private final Duration deadline;
  private @Nullable Future<?> stuck;

  /// @param deadline how long one piece of work may take
  Disk(Duration deadline) {
    this.deadline = deadline;
  }

  /// Does the work and gives its result.
  ///
  /// @throws IOException when it failed, did not end within the deadline, or an earlier one has not
  ///   ended yet
  <T> T run(Work<T> work) throws IOException {
    if (stuck()) {
      throw new IOException("the disk has not answered since an earlier request");
    }
    stuck = null;
    return await(thread.submit(work::run));
  }

  /// Whether a piece of work that missed its deadline still has not ended.
  boolean stuck() {
    return stuck != null && !stuck.isDone();
  }

  /// Waits without being interruptible: who is stopped while it hands over a batch still hands it
  /// over.
  private <T> T await(Future<T> future) throws IOException {
    boolean interrupted = false;
    long end = System.nanoTime() + deadline.toNanos();
    try {
      while (true) {
        try {
          return future.get(end - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException _) {
          interrupted = true;
        }
      }
    } catch (TimeoutException _) {
      stuck = future;
      throw new IOException("the disk did not answer within " + deadline.toMillis() + " ms");
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException failed ? failed : new IOException(e.getCause());
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void close() {
    thread.shutdown();
  }
}
