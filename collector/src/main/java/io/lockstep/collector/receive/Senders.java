package io.lockstep.collector.receive;

import io.lockstep.collector.receive.Refusal.Reason;
import io.lockstep.telemetry.config.Tokens;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/// Tells who sends: by token where tokens are configured; else by address, and all on this machine
/// are the local sender.
final class Senders {
  /// Name of the sender of everything that comes from this machine without a token.
  static final String LOCAL = "local";

  private static final String BEARER = "Bearer ";
  private final @Nullable Tokens tokens;
  private final boolean open;
  private final String cluster;
  private final Identity.Known local;

  /// @param tokens null when none are configured
  /// @param open whether, without tokens, other machines are served too
  /// @param cluster of senders without tokens
  Senders(@Nullable Tokens tokens, boolean open, String cluster) {
    this.tokens = tokens;
    this.open = open;
    this.cluster = cluster;
    this.local = byName(LOCAL);
  }

  /// @param authorization the header; null when absent
  /// @param origin the header, which only browsers send; null when absent
  /// @param remote the peer's address, a literal
  Identity identify(
      @Nullable String authorization, @Nullable String origin, @Nullable String remote) {
    if (tokens != null) {
      return byToken(tokens, authorization);
    }
    if (origin != null) {
      return new Refusal(Reason.BROWSER, "web pages may not send here without a token");
    }
    if (isLoopback(remote)) {
      return local;
    }
    return open && remote != null
        ? byName(remote)
        : new Refusal(
            Reason.NOT_LOOPBACK,
            "without tokens only this machine is served; set receive.listen.token_file");
  }

  private Identity.Known byName(String name) {
    return new Identity.Known(new Sender(name, cluster, _ -> true));
  }

  private static Identity byToken(Tokens tokens, @Nullable String authorization) {
    if (authorization == null
        || !authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
      return new Refusal(Reason.NO_TOKEN, "send a token as Authorization: Bearer TOKEN");
    }
    Tokens.Holder holder = tokens.holder(authorization.substring(BEARER.length()).strip());
    return holder == null
        ? new Refusal(Reason.WRONG_TOKEN, "the token is not in the collector's token file")
        : new Identity.Known(new Sender(holder.sender(), holder.cluster(), holder.hosts()));
  }

  static boolean isLoopback(@Nullable String remote) {
    try {
      return remote != null && InetAddress.ofLiteral(remote).isLoopbackAddress();
    } catch (IllegalArgumentException _) {
      return false;
    }
  }
}
