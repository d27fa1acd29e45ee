package io.lockstep.collector.receive;

import io.lockstep.collector.receive.Refusal.Reason;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Counts the bytes of all requests that are not answered yet, as sent and inflated, and keeps them
/// within bounds, overall, for each sender, and for each place that a sender sends from, so that
/// none starves the others. Safe for any thread.
///
/// Who has more than one request under way may hold no more than is still free (dynamic thresholds:
/// Choudhury and Hahne, IEEE/ACM Transactions on Networking 6(2), 1998): one alone gets half, two
/// get a third each, and there is always room for one more.
final class InFlight {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
  private final long max;
  private final long senderMax;
  private final int requestsMax;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Share> senders = new HashMap<>();
  private long bytes;
  private int requests;

  /// What one sender, or one of its places, holds. Guarded by the lock.
  private static final class Share {
    private final Map<String, Share> places = new HashMap<>();
    private long bytes;
    private int requests;

    /// Whether the rest of a room that it is one of several in is less than its own part.
    boolean outgrows(long free, long more) {
      return requests > 1 && bytes + more > free - more;
    }
  }

  /// @param max bytes of all together
  /// @param senderMax bytes of one sender; all that send from this machine without a token have
  ///   `max`
  /// @param requestsMax of all together; of one sender half of it
  InFlight(long max, long senderMax, int requestsMax) {
    this.max = max;
    this.senderMax = senderMax;
    this.requestsMax = requestsMax;
  }

  long bytes() {
    lock.lock();
    try {
      return bytes;
    } finally {
      lock.unlock();
    }
  }

  long requests() {
    lock.lock();
    try {
      return requests;
    } finally {
      lock.unlock();
    }
  }

  /// Why not one more request is taken; null when it is.
  ///
  /// @param sender its name
  @Nullable Refusal full(String sender) {
    lock.lock();
    try {
      if (requests >= requestsMax) {
        return busy(Reason.BUSY, "the collector has all the requests that it may have under way");
      }
      Share share = senders.get(sender);
      return share != null && !isLocal(sender) && share.requests >= requestsMax / 2
          ? busy(Reason.SENDER_BUSY, sender + " has all the requests that it may have under way")
          : null;
    } finally {
      lock.unlock();
    }
  }

  /// Begins a request, which holds nothing yet.
  ///
  /// @param sender its name
  /// @param place what it sends from; empty when that is not known
  Hold begin(String sender, String place) {
    lock.lock();
    try {
      requests++;
      Share share = senders.computeIfAbsent(sender, _ -> new Share());
      share.requests++;
      Share part = place.isEmpty() ? null : share.places.computeIfAbsent(place, _ -> new Share());
      if (part != null) {
        part.requests++;
      }
      return new Hold(sender, place, share, part);
    } finally {
      lock.unlock();
    }
  }

  private static boolean isLocal(String sender) {
    return sender.equals(Senders.LOCAL);
  }

  /// What one request holds. Used by one thread after the other, released by any.
  final class Hold {
    private final String sender;
    private final String place;
    private final Share share;
    private final @Nullable Share part;
    private final long limit;
    private boolean released;
    private long held;

    private Hold(String sender, String place, Share share, @Nullable Share part) {
      this.sender = sender;
      this.place = place;
      this.share = share;
      this.part = part;
      this.limit = isLocal(sender) ? max : senderMax;
    }

    /// Holds more bytes, or says why not.
    @Nullable Refusal grow(long more) {
      lock.lock();
      try {
        if (bytes + more > max) {
          return busy(Reason.BUSY, "the collector has all the unanswered bytes that it may hold");
        }
        if (share.bytes + more > limit || (!isLocal(sender) && share.outgrows(max - bytes, more))) {
          return busy(
              Reason.SENDER_BUSY, sender + " has all the unanswered bytes that it may have");
        }
        if (part != null && part.outgrows(limit - share.bytes, more)) {
          return busy(
              Reason.SENDER_BUSY,
              place + " has all the unanswered bytes that it may have of those of " + sender);
        }
        if (!released) {
          take(more);
        }
        return null;
      } finally {
        lock.unlock();
      }
    }

    private void take(long more) {
      bytes += more;
      share.bytes += more;
      held += more;
      if (part != null) {
        part.bytes += more;
      }
    }

    /// Gives back all that is held. Does nothing the second time.
    void release() {
      lock.lock();
      try {
        if (released) {
          return;
        }
        released = true;
        take(-held);
        requests--;
        if (part != null && --part.requests == 0) {
          share.places.remove(place);
        }
        if (--share.requests == 0) {
          senders.remove(sender);
        }
      } finally {
        lock.unlock();
      }
    }
  }

  private static Refusal busy(Reason reason, String message) {
    return new Refusal(reason, message + "; try again later", RETRY_AFTER);
  }
}
