package io.lockstep.telemetry.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Where a server listens and who may speak to it; the same for every listener of agent and
/// collector.
///
/// @param address `host:port`; IPv6 as `[::1]:4318`; port 0 takes a free one
/// @param tlsCertFile PEM chain of the server, with [#tlsKeyFile] turns TLS on; null for plain text
/// @param tlsKeyFile PEM private key, PKCS#8
/// @param tokenFile lines as [Tokens] reads them; null when no token is asked for
/// @param insecure serves an address that is not loopback without token and TLS
public record Listen(
    String address,
    @Nullable Path tlsCertFile,
    @Nullable Path tlsKeyFile,
    @Nullable Path tokenFile,
    boolean insecure) {

  public Listen {
    String host = hostOf(address);
    portOf(address);
    if ((tlsCertFile == null) != (tlsKeyFile == null)) {
      throw new IllegalArgumentException(
          "tls_cert_file and tls_key_file go together, one is missing");
    }
    if (!isLoopback(host) && tokenFile == null && tlsCertFile == null && !insecure) {
      throw new IllegalArgumentException(
          "address "
              + address
              + " is open to others without token_file or tls_cert_file; set one, or insecure: true");
    }
  }

  /// A plain listener on a loopback address.
  public static Listen on(String address) {
    return new Listen(address, null, null, null, false);
  }

  /// The same certificate and tokens at another address.
  public Listen at(String other) {
    return new Listen(other, tlsCertFile, tlsKeyFile, tokenFile, insecure);
  }

  /// The host part; an IPv6 address without brackets.
  public String host() {
    return hostOf(address);
  }

  /// The port, 0 to 65535; 0 takes a free one.
  public int port() {
    return portOf(address);
  }

  public boolean tls() {
    return tlsCertFile != null;
  }

  /// Whether only this machine can reach it.
  public boolean loopback() {
    return isLoopback(host());
  }

  private static int colon(String address) {
    int colon = address.lastIndexOf(':');
    if (colon < 1 || address.lastIndexOf(']') > colon) {
      throw malformed(address);
    }
    return colon;
  }

  private static String hostOf(String address) {
    String host = address.substring(0, colon(address));
    if (host.startsWith("[") && host.endsWith("]") && host.contains(":")) {
      return host.substring(1, host.length() - 1);
    }
    if (host.contains(":") || host.contains("[") || host.contains("/") || host.isBlank()) {
      throw malformed(address);
    }
    return host;
  }

  private static int portOf(String address) {
    String port = address.substring(colon(address) + 1);
    if (!port.matches("[0-9]{1,5}") || Integer.parseInt(port) > 65_535) {
      throw malformed(address);
    }
    return Integer.parseInt(port);
  }

  private static IllegalArgumentException malformed(String address) {
    return new IllegalArgumentException(
        "address must be host:port such as 127.0.0.1:4318 or [::1]:4318, is \"" + address + "\"");
  }

  /// Literals only: what a name means is for others to change.
  private static boolean isLoopback(String host) {
    return host.equals("localhost")
        || host.equals("::1")
        || host.equals("0:0:0:0:0:0:0:1")
        || host.matches("127(\\.[0-9]{1,3}){3}");
  }
}
