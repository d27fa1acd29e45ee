package io.lockstep.agent.send;

import java.time.Duration;
import java.util.function.Supplier;

/// Brings the agent back to the first of its collectors once that takes requests again, several
/// times on end. One that fails soon after is asked for twice as long the next time, so that nobody
/// goes to and fro. One virtual thread, where there is more than one collector.
final class Homecoming implements AutoCloseable {
  private static final int GOOD = 3;
  private static final int GOOD_MAX = 60;

  /// A return that lasted so many rounds was a good one.
  private static final int LASTED = 30;

  private final Collector collector;
  private final Duration every;
  private final Supplier<byte[]> farewell;
  private final Thread thread;
  private int wanted = GOOD;
  private int good;
  private int since = LASTED;
  private boolean away;

  /// @param every time between two looks
  /// @param farewell a request of [Signal#LOGS], gzip, that tells the collector which is left that
  ///   silence is meant
  Homecoming(Collector collector, Duration every, Supplier<byte[]> farewell) {
    this.collector = collector;
    this.farewell = farewell;
    this.every = every;
    this.thread = Thread.ofVirtual().name("homecoming").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  private void run() {
    try {
      while (true) {
        Thread.sleep(every);
        look();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void look() {
    if (collector.isAtFirst()) {
      away = false;
      since = Math.min(LASTED, since + 1);
      return;
    }
    if (!away) {
      away = true;
      good = 0;
      wanted = since < LASTED ? Math.min(GOOD_MAX, 2 * wanted) : GOOD;
    }
    good = collector.firstTakes() ? good + 1 : 0;
    if (good >= wanted) {
      since = 0;
      away = false;
      collector.first(farewell.get());
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
