package io.lockstep.agent.sample;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// One line of calls that may never return. While one does not, nothing more is begun: a thread is
/// what it costs.
public final class Worker<T> implements AutoCloseable {
  private final Crew crew;
  private final boolean own;
  private @Nullable FutureTask<T> running;

  /// One with a thread of its own, which begins with the first work.
  ///
  /// @param name the thread's
  public Worker(String name) {
    crew = new Crew(name);
    own = true;
  }

  /// One of several that share threads.
  public Worker(Crew crew) {
    this.crew = crew;
    own = false;
  }

  /// Begins a piece of work, unless the last one still runs.
  public void begin(Callable<T> work) {
    if (running == null) {
      running = new FutureTask<>(work);
      crew.execute(running);
    }
  }

  /// Whether the last piece of work has not returned.
  public boolean isBusy() {
    return running != null && !running.isDone();
  }

  /// Waits until the last piece of work has returned. Who waits for several that share threads
  /// waits for the last of them first: then it is woken once.
  ///
  /// @param untilNanos waits so long at most, by the monotonic clock
  public void settle(long untilNanos) throws InterruptedException {
    FutureTask<T> work = running;
    if (work != null) {
      boolean _ = returns(work, untilNanos);
    }
  }

  /// What came of the last piece of work; null when it runs still.
  ///
  /// @param untilNanos waits so long at most, by the monotonic clock
  /// @throws ExecutionException with what it threw
  public @Nullable T await(long untilNanos) throws ExecutionException, InterruptedException {
    FutureTask<T> work = running;
    if (work == null || !returns(work, untilNanos)) {
      return null;
    }
    running = null;
    return work.get();
  }

  private boolean returns(FutureTask<T> work, long untilNanos) throws InterruptedException {
    long left = untilNanos - System.nanoTime();
    while (!returnsWithin(work, Math.clamp(left, 0, Crew.PATIENCE_NANOS))) {
      if (left > 0) {
        crew.help();
      }
      if (left <= Crew.PATIENCE_NANOS) {
        return false;
      }
      left = untilNanos - System.nanoTime();
    }
    return true;
  }

  private boolean returnsWithin(FutureTask<T> work, long nanos) throws InterruptedException {
    try {
      work.get(nanos, TimeUnit.NANOSECONDS);
    } catch (TimeoutException _) {
      return false;
    } catch (ExecutionException _) {
      return true; // thrown to who takes the result
    }
    return true;
  }

  /// Takes no more work. A call that hangs goes on hanging, on a thread that nobody waits for.
  @Override
  public void close() {
    if (own) {
      crew.close();
    }
  }
}
