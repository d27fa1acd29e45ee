package io.lockstep.agent.sample;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Threads for work that may never return. Mostly one does all of it, piece by piece: that costs a
/// server less than to wake a thread for each. Whoever has waited for a while calls for help; then
/// another thread takes what has not begun, and what hangs holds up nothing but itself. Platform
/// threads, because a call into a driver holds its carrier. Any thread.
public final class Crew implements Executor, AutoCloseable {
  /// After so long it is worth a thread not to wait for the piece of work before.
  public static final long PATIENCE_NANOS = 20_000_000;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();
  private final Queue<Runnable> waiting = new ArrayDeque<>();
  private final Set<Thread> threads = new HashSet<>();
  private final String name;
  private int idle;
  private boolean closed;

  /// @param name that of its threads
  public Crew(String name) {
    this.name = name;
  }

  /// Does a piece of work, in its turn. Whoever gives it sees to it that there is a bound of how
  /// many are given and have not returned: so many threads there may be.
  @Override
  public void execute(Runnable piece) {
    lock.lock();
    try {
      waiting.add(piece);
      if (idle > 0) {
        work.signal();
      } else if (threads.isEmpty()) {
        begin();
      }
    } finally {
      lock.unlock();
    }
  }

  /// Puts another thread to what has not begun, if there is any.
  public void help() {
    lock.lock();
    try {
      if (idle == 0 && !waiting.isEmpty()) {
        begin();
      }
    } finally {
      lock.unlock();
    }
  }

  private void begin() {
    threads.add(Thread.ofPlatform().daemon().name(name).start(this::run));
  }

  private void run() {
    try {
      Runnable piece = next();
      while (piece != null) {
        piece.run();
        piece = next();
      }
    } finally {
      left();
    }
  }

  /// A piece that throws takes its thread along; what waits behind it does not wait for ever.
  private void left() {
    lock.lock();
    try {
      threads.remove(Thread.currentThread());
      if (threads.isEmpty() && !waiting.isEmpty()) {
        begin();
      }
    } finally {
      lock.unlock();
    }
  }

  /// @return null when there is nothing to do, and another thread already waits for more
  private @Nullable Runnable next() {
    lock.lock();
    try {
      while (waiting.isEmpty() && !closed && idle == 0) {
        idle++;
        work.awaitUninterruptibly();
        idle--;
      }
      return waiting.poll();
    } finally {
      lock.unlock();
    }
  }

  /// Ends when all is done that was given; what hangs goes on hanging, on a thread that nobody
  /// waits for.
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      work.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Interrupts what has not returned.
  public void interrupt() {
    lock.lock();
    try {
      threads.forEach(Thread::interrupt);
    } finally {
      lock.unlock();
    }
  }
}
