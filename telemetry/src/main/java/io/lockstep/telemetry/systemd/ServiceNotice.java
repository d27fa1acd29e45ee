package io.lockstep.telemetry.systemd;

import java.io.IOException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells systemd how this process fares, as
/// [sd_notify(3)](https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html)
/// describes: that it is ready, that it still lives, that it stops. Started by anyone else it says
/// nothing and costs nothing.
public final class ServiceNotice implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ServiceNotice.class);

  private final @Nullable Datagrams manager;
  private final @Nullable Duration watchdog;
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile boolean unheard;
  private volatile @Nullable BooleanSupplier lives;

  private ServiceNotice(@Nullable Datagrams manager, @Nullable Duration watchdog) {
    this.manager = manager;
    this.watchdog = watchdog;
  }

  /// Looks for who wants to be told.
  ///
  /// @param environment with `NOTIFY_SOCKET`, `WATCHDOG_USEC` and `WATCHDOG_PID`, or without
  /// @param pid this process
  public static ServiceNotice of(Map<String, String> environment, long pid) {
    String socket = environment.get("NOTIFY_SOCKET");
    if (socket == null || socket.isEmpty()) {
      return new ServiceNotice(null, null);
    }
    try {
      return new ServiceNotice(new Datagrams(socket), watchdog(environment, pid));
    } catch (IOException e) {
      LOG.warn("systemd can't be told how this process fares reason=\"{}\"", e.getMessage());
      return new ServiceNotice(null, null);
    }
  }

  private static @Nullable Duration watchdog(Map<String, String> environment, long pid) {
    String micros = environment.getOrDefault("WATCHDOG_USEC", "");
    String whose = environment.getOrDefault("WATCHDOG_PID", "");
    boolean ours = whose.isEmpty() || whose.equals(Long.toString(pid));
    if (!ours || !micros.matches("[1-9][0-9]{3,14}")) {
      return null;
    }
    return Duration.of(Long.parseLong(micros) / 2, ChronoUnit.MICROS);
  }

  /// Says that it is ready and from now on, twice in the watchdog's time, that it lives. When it
  /// does not, nothing is said, and systemd ends the process and starts it again. Once more after
  /// [#reloading].
  ///
  /// @param alive whether the process does its work; asked on a thread of its own
  public synchronized void ready(BooleanSupplier alive) {
    boolean first = lives == null;
    lives = alive;
    say("READY=1");
    if (watchdog != null && first) {
      Thread.ofPlatform().daemon().name("watchdog").start(() -> watch(watchdog));
    }
  }

  /// Says that it reads its configuration anew; it is ready again some seconds later.
  public void reloading() {
    say("RELOADING=1\nMONOTONIC_USEC=" + System.nanoTime() / 1000);
  }

  private void watch(Duration every) {
    boolean lived = true;
    try {
      do {
        boolean living = Objects.requireNonNull(lives).getAsBoolean();
        if (living) {
          say("WATCHDOG=1");
        } else if (lived) {
          LOG.error("the work stands still, systemd will start it anew unless it goes on soon");
        }
        lived = living;
      } while (!closed.await(every.toNanos(), TimeUnit.NANOSECONDS));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void say(String state) {
    if (manager == null) {
      return;
    }
    try {
      manager.send(state);
      unheard = false;
    } catch (IOException e) {
      if (!unheard) {
        unheard = true;
        LOG.warn("systemd does not hear state={} reason=\"{}\"", state, e.getMessage());
      }
    }
  }

  /// Says that it stops, and nothing after that.
  @Override
  public void close() {
    if (closed.getCount() > 0) {
      closed.countDown();
      say("STOPPING=1");
    }
  }
}
