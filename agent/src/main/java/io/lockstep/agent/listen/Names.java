package io.lockstep.agent.listen;

import io.lockstep.telemetry.config.Listen;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The names that a listener is reached by. One that only this machine reaches goes by this
/// machine's own names alone: a web page whose name has been made to point here (DNS rebinding)
/// would be served as if it were from here. Others are reached by names that only their callers
/// know; who calls them is known by token or certificate.
final class Names {
  private final @Nullable String own;

  Names(Listen listen) {
    own = listen.loopback() ? listen.host().toLowerCase(Locale.ROOT) : null;
  }

  /// Checks whom a request was meant for.
  ///
  /// @param host the header `Host`; null when absent, which no browser leaves out
  /// @throws Problem when that is somebody else
  void check(@Nullable String host) throws Problem {
    if (own == null || host == null) {
      return;
    }
    String name = name(host.strip().toLowerCase(Locale.ROOT));
    if (!name.equals(own) && !isLoopback(name)) {
      throw new Problem(
          421,
          "Not served under the name "
              + name
              + ": listen.address is only for this machine; ask for 127.0.0.1 or localhost");
    }
  }

  /// Without its port, and brackets.
  private static String name(String host) {
    if (host.startsWith("[")) {
      int end = host.indexOf(']');
      return host.substring(1, end < 0 ? host.length() : end);
    }
    int colon = host.indexOf(':');
    return colon < 0 ? host : host.substring(0, colon);
  }

  private static boolean isLoopback(String name) {
    return name.equals("localhost") || name.equals("::1") || name.matches("127(\\.[0-9]{1,3}){3}");
  }
}
