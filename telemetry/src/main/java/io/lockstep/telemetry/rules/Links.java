package io.lockstep.telemetry.rules;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// When ports went down and came back, by their indexes, for rules that look back further than the
/// window. Fed by samples and by events, which tell the same story in any order. One thread writes;
/// any thread may read.
public final class Links {
  private final Map<Integer, LinkHistory> histories = new ConcurrentHashMap<>();

  public @Nullable LinkHistory get(int port) {
    return histories.get(port);
  }

  /// The indexes of the ports of which something is known.
  public Set<Integer> ports() {
    return Set.copyOf(histories.keySet());
  }

  /// Takes what was known of a port before, as from the store after a restart: what is known now
  /// goes on from there.
  public void recall(int port, LinkHistory before) {
    histories.merge(port, before, (now, _) -> now.after(before));
  }

  /// Notes what a sample says: the port is up, or not.
  public void is(int port, long nanos, boolean up) {
    LinkHistory before = histories.get(port);
    LinkHistory after = before == null ? LinkHistory.first(nanos, up) : before.with(nanos, up);
    if (!after.equals(before)) {
      histories.put(port, after);
    }
  }

  /// Notes what an event says: the port came up, or went down, and so was the other before.
  public void became(int port, long nanos, boolean up) {
    if (!histories.containsKey(port)) {
      is(port, nanos, !up);
    }
    is(port, nanos, up);
  }
}
