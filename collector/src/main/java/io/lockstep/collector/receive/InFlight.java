package io.lockstep.collector.receive;

import io.lockstep.collector.receive.Refusal.Reason;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Counts the bytes of all requests that are not answered yet, as sent and inflated, and keeps them
/// within bounds, overall and for each sender, so that none starves the others. Safe for any
/// thread.
final class InFlight {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
  private final long max;
  private final long senderMax;
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLong requests = new AtomicLong();
  private final Map<String, Long> bySender = new ConcurrentHashMap<>();

  /// @param max bytes of all together
  /// @param senderMax bytes of one sender with a token; those without share `max`
  InFlight(long max, long senderMax) {
    this.max = max;
    this.senderMax = senderMax;
  }

  long bytes() {
    return bytes.get();
  }

  long requests() {
    return requests.get();
  }

  /// Begins a request, which holds nothing yet.
  Hold begin(Sender sender) {
    requests.incrementAndGet();
    boolean local = sender.name().equals(Senders.LOCAL);
    return new Hold(sender.name(), local ? max : senderMax);
  }

  /// What one request holds. Used by one thread after the other, released by any.
  final class Hold {
    private final String sender;
    private final long limit;
    private final AtomicBoolean released = new AtomicBoolean();
    private final AtomicLong held = new AtomicLong();

    private Hold(String sender, long limit) {
      this.sender = sender;
      this.limit = limit;
    }

    /// Holds more bytes, or says why not.
    @Nullable Refusal grow(long more) {
      if (bytes.addAndGet(more) > max) {
        bytes.addAndGet(-more);
        return busy(Reason.BUSY, "the collector has all the unanswered bytes that it may hold");
      }
      if (bySender.merge(sender, more, Long::sum) > limit) {
        give(more);
        return busy(Reason.SENDER_BUSY, sender + " has all the unanswered bytes that it may have");
      }
      held.addAndGet(more);
      return null;
    }

    /// Gives back all that is held. Does nothing the second time.
    void release() {
      if (released.compareAndSet(false, true)) {
        requests.decrementAndGet();
        give(held.get());
      }
    }

    private void give(long less) {
      bytes.addAndGet(-less);
      bySender.computeIfPresent(sender, (_, had) -> had == less ? null : had - less);
    }

    private static Refusal busy(Reason reason, String message) {
      return new Refusal(reason, message + "; try again later", RETRY_AFTER);
    }
  }
}
