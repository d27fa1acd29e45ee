package io.lockstep.collector.receive;

import io.lockstep.collector.receive.Refusal.Reason;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Says that a sender is refused when it begins, and again each ten minutes while it lasts; how
/// often it happens is a counter. Belongs to the event loop.
final class RefusalLog {
  private static final Logger LOG = LoggerFactory.getLogger(OtlpReceiver.class);
  private static final long SILENCE_NANOS = 600_000_000_000L;
  private static final int KEYS_MAX = 1_000;

  private record Key(String who, Reason reason) {}

  private final Map<Key, Long> said =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Long> eldest) {
          return size() > KEYS_MAX;
        }
      };

  /// A store that is behind says so itself, and that the collector is full concerns all senders: of
  /// both, no line for each of a thousand agents.
  ///
  /// @param who the sender's name, or its address when it is not known
  /// @param nowNanos a clock that only differences are taken of
  void refused(String who, Refusal refusal, long nowNanos) {
    Reason reason = refusal.reason();
    String from = reason == Reason.BUSY ? "all" : who;
    if (reason != Reason.LATER && isNews(from, reason, nowNanos)) {
      LOG.warn(
          "refused from={} reason={} told=\"{}\"",
          from,
          reason.label(),
          refusal.message().replace("\"", "\\\""));
    }
  }

  /// A fault of ours, not of the sender's.
  void failed(String who, @Nullable Throwable error, long nowNanos) {
    if (isNews(who, Reason.FAILED, nowNanos)) {
      LOG.error("request failed from={}", who, error);
    }
  }

  private boolean isNews(String who, Reason reason, long nowNanos) {
    var key = new Key(who, reason);
    Long last = said.get(key);
    if (last != null && nowNanos - last <= SILENCE_NANOS) {
      return false;
    }
    said.remove(key);
    said.put(key, nowNanos);
    return true;
  }
}
