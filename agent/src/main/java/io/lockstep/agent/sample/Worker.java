package io.lockstep.agent.sample;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// One thread for calls that may never return. While one does not, nothing more is begun: the
/// thread is what it costs. A platform thread, because a call into the driver holds its carrier.
public final class Worker<T> implements AutoCloseable {
  private final ExecutorService thread;
  private @Nullable FutureTask<T> running;

  /// Makes the thread; it begins with the first work.
  ///
  /// @param name the thread's
  public Worker(String name) {
    thread = Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name(name).factory());
  }

  /// Begins a piece of work, unless the last one still runs.
  public void begin(Callable<T> work) {
    if (running == null) {
      running = new FutureTask<>(work);
      thread.execute(running);
    }
  }

  /// Whether the last piece of work has not returned.
  public boolean isBusy() {
    return running != null && !running.isDone();
  }

  /// What came of the last piece of work; null when it runs still.
  ///
  /// @param untilNanos waits so long at most, by the monotonic clock
  /// @throws ExecutionException with what it threw
  public @Nullable T await(long untilNanos) throws ExecutionException, InterruptedException {
    FutureTask<T> work = running;
    if (work == null) {
      return null;
    }
    try {
      T result = work.get(Math.max(0, untilNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
      running = null;
      return result;
    } catch (ExecutionException e) {
      running = null;
      throw e;
    } catch (TimeoutException _) {
      return null;
    }
  }

  /// Takes no more work. A call that hangs goes on hanging, on a thread that nobody waits for.
  @Override
  public void close() {
    thread.shutdown();
  }
}
