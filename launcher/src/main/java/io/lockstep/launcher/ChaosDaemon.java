package io.lockstep.launcher;

import java.io.IOException;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// A daemon that is started again whenever it ends, as a service manager does it. A thread of its
/// own.
final class ChaosDaemon implements AutoCloseable {
  private static final int PAUSE_MILLIS = 2_000;

  /// Starts it once.
  interface Start {
    Child start() throws IOException;
  }

  private final String name;
  private final Start start;
  private final Random random;
  private final AtomicReference<@Nullable Child> running = new AtomicReference<>();
  private final AtomicInteger ordered = new AtomicInteger();
  private final AtomicInteger ended = new AtomicInteger();
  private final Thread keeper;
  private volatile boolean closing;
  private volatile String lastWords = "";

  /// @param seed of the pauses before it is started again
  ChaosDaemon(String name, Start start, long seed) {
    this.name = name;
    this.start = start;
    this.random = new Random(seed);
    this.keeper = Thread.ofPlatform().daemon().name("keeper-" + name).start(this::keep);
  }

  private void keep() {
    try {
      while (!closing) {
        Child child = start.start();
        running.set(child);
        if (closing) {
          child.close();
          return;
        }
        child.process().waitFor();
        ended.incrementAndGet();
        lastWords = closing ? "" : child.obituary();
        Thread.sleep(100 + random.nextInt(PAUSE_MILLIS));
      }
    } catch (IOException e) {
      lastWords = name + " can't be started: " + e.getMessage();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /// Ends it as `kill -9` does.
  ///
  /// @return whether it was there to be killed
  boolean kill() {
    Child child = running.get();
    if (child == null || !child.alive()) {
      return false;
    }
    ordered.incrementAndGet();
    child.handle().destroyForcibly();
    return true;
  }

  /// It; empty while there is none.
  Optional<ProcessHandle> process() {
    Child child = running.get();
    return child == null || !child.alive() ? Optional.empty() : Optional.of(child.handle());
  }

  /// How often it has ended without having been killed.
  int endedByItself() {
    return closing ? 0 : Math.max(0, ended.get() - ordered.get());
  }

  /// How it ended last, for people.
  String lastWords() {
    return lastWords;
  }

  /// Ends it as a service manager does: asks it to, and after 15 seconds makes it.
  @Override
  public void close() {
    closing = true;
    Child child = running.get();
    if (child != null) {
      child.close();
    }
    keeper.interrupt();
  }
}
