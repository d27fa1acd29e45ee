package io.lockstep.simulator;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The sending side of one simulated server, with the two lanes of an agent: what is new is sent at
/// once, the newest first; what is not acknowledged waits and is sent again, the oldest first and
/// not too fast. A bounded queue in memory stands in for the agent's spool.
///
/// A collector whose store is slow takes up to two seconds to answer, and yet has the batch in its
/// window. So a few requests may be under way at once, each on a connection of its own; as long as
/// answers are prompt, there is one connection.
final class Lane implements AutoCloseable {
  private static final int UNDER_WAY_MAX = 4;
  private static final int FRESH_MAX = 16;
  private static final int PATIENT_MAX = 4;
  private static final long REST_NANOS = 50_000_000L;
  private static final long BACK_OFF_NANOS = 250_000_000L;
  private static final long BACK_OFF_MAX_NANOS = 5 * Nanos.SECOND;
  private static final long ASKED_MAX_SECONDS = 60;

  private final Fleet.Config config;
  private final Totals totals;
  private final Talk talk;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ArrayDeque<Parcel> newestFirst = new ArrayDeque<>();
  private final PriorityQueue<Parcel> oldestFirst =
      new PriorityQueue<>(Comparator.comparingLong(Parcel::timeNanos));
  private final ArrayDeque<Connection> connections = new ArrayDeque<>();
  private final Thread backFill;
  private int underWay;
  private int failures;
  private long pausedUntil = System.nanoTime();
  private long overloadedUntil = pausedUntil;
  private boolean patient;
  private boolean closed;

  Lane(String host, Fleet.Config config, Totals totals, Talk talk) {
    this.config = config;
    this.totals = totals;
    this.talk = talk;
    this.backFill = Thread.ofVirtual().name(host).start(this::backFill);
  }

  /// Takes a request to send at once.
  void offer(Parcel parcel) {
    lock.lock();
    try {
      newestFirst.addFirst(parcel);
      sendWhatMay();
    } finally {
      lock.unlock();
    }
  }

  /// Takes a request to send in its turn, and waits while others are before it.
  void offerPatiently(Parcel parcel) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      patient = true;
      while (oldestFirst.size() >= PATIENT_MAX && !closed) {
        changed.await();
      }
      keep(parcel);
    } finally {
      lock.unlock();
    }
  }

  /// Under the lock.
  private void sendWhatMay() {
    boolean may = !closed && System.nanoTime() - overloadedUntil >= 0;
    while (may && !newestFirst.isEmpty() && underWay < UNDER_WAY_MAX) {
      Parcel next = newestFirst.removeFirst();
      underWay++;
      Thread.ofVirtual().start(() -> live(next));
    }
    while (!newestFirst.isEmpty() && (!may || newestFirst.size() > FRESH_MAX)) {
      keep(newestFirst.removeLast());
    }
  }

  private void live(Parcel parcel) {
    boolean settled = false;
    try {
      settled = attempt(parcel);
    } finally {
      lock.lock();
      try {
        underWay--;
        if (!settled) {
          keep(parcel);
        }
        sendWhatMay();
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  /// Under the lock.
  private void keep(Parcel parcel) {
    oldestFirst.add(parcel);
    if (oldestFirst.size() > config.waitingMax()) {
      oldestFirst.poll();
      totals.dropped.increment();
    }
    changed.signalAll();
  }

  private void backFill() {
    try {
      while (true) {
        Parcel next = next();
        if (next == null) {
          return;
        }
        boolean settled = attempt(next);
        rest(next, settled);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt(); // closed: what waits is given up
    }
  }

  private @Nullable Parcel next() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!closed) {
        long left = Math.max(pausedUntil, overloadedUntil) - System.nanoTime();
        if (oldestFirst.isEmpty()) {
          changed.await();
        } else if (left > 0) {
          changed.awaitNanos(left);
        } else {
          underWay++;
          return oldestFirst.poll();
        }
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  private void rest(Parcel sent, boolean settled) {
    lock.lock();
    try {
      underWay--;
      if (!settled) {
        keep(sent);
      } else if (!patient) {
        pausedUntil = Math.max(pausedUntil, System.nanoTime() + REST_NANOS);
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Sends a request once.
  ///
  /// @return whether it is done with
  private boolean attempt(Parcel parcel) {
    Connection connection = take();
    try {
      byte[] body = Connection.packed(parcel.body(), config.gzip());
      totals.bytes.add(body.length);
      return settled(parcel, connection.post(parcel, body));
    } catch (IOException e) {
      later(0, false, e.getMessage() == null ? e.toString() : e.getMessage());
      return false;
    } finally {
      giveBack(connection);
    }
  }

  private boolean settled(Parcel parcel, Reply reply) {
    boolean taken = reply.status() == 200;
    if (taken) {
      totals.acknowledged.increment();
      totals.rejected.add(reply.rejected());
    } else if (reply.status() == 400 || reply.status() == 413) {
      totals.refused.increment();
      talk.refused(parcel, reply.reason());
    } else {
      later(reply.retrySeconds(), reply.status() == 429, reply.reason());
      return false;
    }
    works();
    return true;
  }

  private void works() {
    talk.works();
    lock.lock();
    try {
      failures = 0;
    } finally {
      lock.unlock();
    }
  }

  /// @param asked seconds that the collector asked for; 0 when it did not
  private void later(long asked, boolean overloaded, String reason) {
    totals.again.increment();
    talk.fails(reason);
    lock.lock();
    try {
      long backOff = Math.min(BACK_OFF_MAX_NANOS, BACK_OFF_NANOS << Math.min(failures++, 8));
      long wait = asked > 0 ? Math.min(asked, ASKED_MAX_SECONDS) * Nanos.SECOND : backOff;
      pausedUntil = System.nanoTime() + wait;
      overloadedUntil = overloaded ? pausedUntil : overloadedUntil;
    } finally {
      lock.unlock();
    }
  }

  private Connection take() {
    lock.lock();
    try {
      Connection idle = connections.pollFirst();
      return idle == null ? new Connection(config) : idle;
    } finally {
      lock.unlock();
    }
  }

  private void giveBack(Connection connection) {
    lock.lock();
    try {
      if (closed) {
        connection.close();
      } else {
        connections.addFirst(connection);
      }
    } finally {
      lock.unlock();
    }
  }

  /// Requests that are not done with.
  int waiting() {
    lock.lock();
    try {
      return newestFirst.size() + oldestFirst.size() + underWay;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      connections.forEach(Connection::close);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    backFill.interrupt();
  }
}
