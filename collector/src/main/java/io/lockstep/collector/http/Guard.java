package io.lockstep.collector.http;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.HostAndPort;
import java.net.URI;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Keeps other web sites' pages in the reader's browser from using the reader's access: only known
/// names are served (a name under someone else's control could be made to point here), foreign
/// origins are refused, and headers tell the browser what the page may do.
final class Guard {
  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "::1", "[::1]");

  /// Trusted types make Chromium refuse to parse text as HTML at all.
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
          + " img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
          + " require-trusted-types-for 'script'; trusted-types 'none'";

  private final Set<String> hosts;
  private final boolean anyAddress;

  /// @param address what the server listens on
  /// @param hosts further names that it is reached by
  Guard(String address, List<String> hosts) {
    this.hosts = new HashSet<>(LOOPBACK);
    this.hosts.add(address.toLowerCase(Locale.ROOT));
    hosts.forEach(host -> this.hosts.add(host.toLowerCase(Locale.ROOT)));
    this.anyAddress = address.equals("0.0.0.0") || address.equals("::");
  }

  static void addHeaders(HttpServerResponse response) {
    response
        .putHeader("Content-Security-Policy", POLICY)
        .putHeader("X-Content-Type-Options", "nosniff")
        .putHeader("X-Frame-Options", "DENY")
        .putHeader("Referrer-Policy", "no-referrer")
        .putHeader("Cross-Origin-Opener-Policy", "same-origin")
        .putHeader("Cross-Origin-Embedder-Policy", "require-corp")
        .putHeader("Cross-Origin-Resource-Policy", "same-origin")
        .putHeader("Permissions-Policy", "camera=(), geolocation=(), microphone=()");
  }

  /// What is wrong with where the request says that it goes to or comes from; null when nothing is.
  @Nullable Problem problem(HttpServerRequest request) {
    HostAndPort host = request.authority();
    if (host == null) {
      return Problem.bad("the request has no valid Host header");
    }
    if (!known(host.host())) {
      return new Problem(
          421, "not served under the name " + host.host() + "; add it to http.hosts if it is ours");
    }
    String origin = request.getHeader("Origin");
    if (origin != null && !sameAuthority(origin, host)) {
      return new Problem(403, "requests from the origin " + origin + " are refused");
    }
    return null;
  }

  /// A name that is an address can't be made to point elsewhere, so it is as good as known where
  /// the server listens on all addresses.
  private boolean known(String host) {
    String name = host.toLowerCase(Locale.ROOT);
    return hosts.contains(name) || (anyAddress && isAddress(name));
  }

  private static boolean isAddress(String name) {
    return name.startsWith("[") || name.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
  }

  /// Schemes are not compared: a proxy before us may speak TLS for us.
  private static boolean sameAuthority(String origin, HostAndPort host) {
    try {
      URI uri = URI.create(origin);
      int port = uri.getPort();
      return host.host().equalsIgnoreCase(uri.getHost()) && port == host.port();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
