package io.lockstep.collector.http;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Who has logged in with a token: random ids, in memory only, so that a restart logs everybody
/// out. The token stays here, so that one that is withdrawn ends its sessions. Belongs to one event
/// loop.
final class Sessions {
  private static final int MOST = 1000;

  private final SecureRandom random = new SecureRandom();
  private final Duration idle;

  /// By id, least lately used first.
  private final Map<String, Session> sessions = new LinkedHashMap<>(16, 0.75f, true);

  private record Session(String token, Instant used) {}

  /// @param idle how long a session lasts without use
  Sessions(Duration idle) {
    this.idle = idle;
  }

  /// Begins a session; the one that was used least lately makes room where there are too many.
  ///
  /// @return its id, 256 bits
  String begin(String token, Instant now) {
    if (sessions.size() >= MOST) {
      sessions.remove(sessions.keySet().iterator().next());
    }
    byte[] random = new byte[32];
    this.random.nextBytes(random);
    String id = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    sessions.put(id, new Session(token, now));
    return id;
  }

  /// The token that the session was begun with, and the session's time begins anew; null when there
  /// is no such session, or none any more.
  @Nullable String use(String id, Instant now) {
    Session session = sessions.get(id);
    if (session == null) {
      return null;
    }
    if (Duration.between(session.used, now).compareTo(idle) > 0) {
      sessions.remove(id);
      return null;
    }
    sessions.put(id, new Session(session.token, now));
    return session.token;
  }

  void end(String id) {
    sessions.remove(id);
  }
}
