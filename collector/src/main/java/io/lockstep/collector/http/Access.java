package io.lockstep.collector.http;

import io.lockstep.telemetry.config.Tokens;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/// Who may see something: anybody where no token is configured (only loopback is served then), else
/// programs with a token as Bearer, and people with the session that a token has begun.
final class Access {
  private static final String BEARER = "Bearer ";

  private final @Nullable Tokens tokens;
  private final boolean tls;
  private final Sessions sessions;
  private final InstantSource clock;

  /// @param tokens null when nobody needs one
  /// @param tls whether cookies are to go over TLS only
  Access(@Nullable Tokens tokens, boolean tls, Duration sessionIdle, InstantSource clock) {
    this.tokens = tokens;
    this.tls = tls;
    this.sessions = new Sessions(sessionIdle);
    this.clock = clock;
  }

  /// Who asks; null when nobody that we know. May be asked again while a stream goes on: a session
  /// may end, a token be withdrawn.
  @Nullable Visitor visitor(HttpServerRequest request) {
    if (tokens == null) {
      return Visitor.ANYBODY;
    }
    String bearer = bearer(request);
    return holder(bearer != null ? bearer : sessionToken(request));
  }

  @Nullable Visitor holder(@Nullable String token) {
    if (tokens == null || token == null) {
      return null;
    }
    Tokens.Holder holder = tokens.holder(token);
    return holder == null ? null : new Visitor(holder.sender(), holder.cluster());
  }

  private static @Nullable String bearer(HttpServerRequest request) {
    String header = request.getHeader("Authorization");
    return header != null && header.regionMatches(true, 0, BEARER, 0, BEARER.length())
        ? header.substring(BEARER.length()).strip()
        : null;
  }

  private @Nullable String sessionToken(HttpServerRequest request) {
    Cookie cookie = request.getCookie(cookieName());
    return cookie == null ? null : sessions.use(cookie.getValue(), clock.instant());
  }

  /// `GET /api/v1/session`: whether one must log in, and has.
  void show(RoutingContext context) {
    boolean session = tokens != null && holder(sessionToken(context.request())) != null;
    boolean allowed = visitor(context.request()) != null;
    Rest.json(
        context.response(),
        JsonText.object(json ->
            json.flag("tokenNeeded", tokens != null)
                .flag("allowed", allowed)
                .flag("session", session)));
  }

  /// `POST /api/v1/session` with the token as Bearer: begins a session.
  void login(RoutingContext context) {
    String token = bearer(context.request());
    if (tokens == null) {
      context.response().setStatusCode(204).end();
    } else if (token != null && holder(token) != null) {
      String id = sessions.begin(token, clock.instant());
      context.response().addCookie(cookie(id)).setStatusCode(204).end();
    } else {
      refuse(context, "this token is not known; tokens stand in http.listen.token_file");
    }
  }

  /// `DELETE /api/v1/session`: ends it.
  void logout(RoutingContext context) {
    Cookie known = context.request().getCookie(cookieName());
    if (known != null) {
      sessions.end(known.getValue());
    }
    context.response().addCookie(cookie("").setMaxAge(0)).setStatusCode(204).end();
  }

  static void refuse(RoutingContext context, String detail) {
    context.response().putHeader("WWW-Authenticate", "Bearer realm=\"lockstep\"");
    new Problem(401, detail).send(context.response());
  }

  /// The prefix makes browsers hold the cookie to this very host and to TLS.
  private String cookieName() {
    return tls ? "__Host-lockstep" : "lockstep";
  }

  private Cookie cookie(String value) {
    return Cookie.cookie(cookieName(), value)
        .setHttpOnly(true)
        .setSecure(tls)
        .setSameSite(CookieSameSite.STRICT)
        .setPath("/");
  }
}
