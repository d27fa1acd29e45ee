package io.lockstep.agent.send;

import io.lockstep.agent.spool.Spooled;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/// Sends each new batch at once, the newest first. Several are under way at a time, because a
/// collector whose store is slow takes up to two seconds to answer and yet has the batch in its
/// window. What can't go at once is released to the spool lane.
final class LiveLane {
  private static final int UNDER_WAY_MAX = 8;
  private static final int QUEUE_MAX = 32;
  private static final long BYTES_MAX = 8 << 20;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition idle = lock.newCondition();
  private final ArrayDeque<Spooled> newestFirst = new ArrayDeque<>();
  private final ExecutorService threads;
  private final Link link;
  private final Consumer<Spooled> attempt;
  private final Consumer<Spooled> release;
  private int underWay;
  private long bytes;

  /// @param attempt sends a batch once and settles it; blocks
  /// @param release gives a batch to the spool lane
  LiveLane(Link link, Consumer<Spooled> attempt, Consumer<Spooled> release) {
    // One thread goes on as long as there is a batch now and then; a slow collector makes it more.
    this.threads =
        new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            5,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            Thread.ofPlatform().daemon().name("live").factory());
    this.link = link;
    this.attempt = attempt;
    this.release = release;
  }

  /// Takes a new batch.
  void offer(Spooled spooled) {
    List<Spooled> later;
    lock.lock();
    try {
      newestFirst.addFirst(spooled);
      bytes += size(spooled);
      later = sendWhatMay();
    } finally {
      lock.unlock();
    }
    later.forEach(release);
  }

  /// @return what is for the spool lane
  private List<Spooled> sendWhatMay() {
    boolean may = true;
    while (may && !newestFirst.isEmpty() && underWay < UNDER_WAY_MAX) {
      may = link.mayGoLive();
      if (may) {
        Spooled next = newestFirst.removeFirst();
        underWay++;
        threads.execute(() -> send(next));
      }
    }
    // As long as one is under way nobody knows: its end decides on those that wait.
    boolean never = !may && underWay == 0;
    var later = new ArrayList<Spooled>();
    while (!newestFirst.isEmpty()
        && (never || newestFirst.size() > QUEUE_MAX || bytes > BYTES_MAX)) {
      Spooled oldest = newestFirst.removeLast();
      bytes -= size(oldest);
      later.add(oldest);
    }
    return later;
  }

  private void send(Spooled spooled) {
    try {
      attempt.accept(spooled);
    } finally {
      List<Spooled> later;
      lock.lock();
      try {
        underWay--;
        bytes -= size(spooled);
        later = sendWhatMay();
        if (underWay == 0) {
          idle.signalAll();
        }
      } finally {
        lock.unlock();
      }
      later.forEach(release);
    }
  }

  private static long size(Spooled spooled) {
    return spooled.batch().gzip().length;
  }

  /// Waits until nothing is under way, or so long.
  void awaitIdle(Duration time) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = time.toNanos();
      while ((underWay > 0 || !newestFirst.isEmpty()) && left > 0) {
        left = idle.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }
}
