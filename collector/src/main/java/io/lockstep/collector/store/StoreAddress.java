package io.lockstep.collector.store;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/// Where a store listens, and the secret that it asks for. Not a record that logs itself: the
/// secret is never printed.
public final class StoreAddress {
  private final String url;
  private final String authorization;

  private StoreAddress(String url, String authorization) {
    this.url = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    this.authorization = authorization;
  }

  /// A store without a secret.
  public static StoreAddress open(String url) {
    return new StoreAddress(url, "");
  }

  /// A store with InfluxDB's tokens.
  public static StoreAddress withToken(String url, String token) {
    return new StoreAddress(url, "Token " + token);
  }

  /// A store with a user and a password, as QuestDB or VictoriaMetrics.
  public static StoreAddress withPassword(String url, String user, String password) {
    byte[] both = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
    return new StoreAddress(url, "Basic " + Base64.getEncoder().encodeToString(both));
  }

  /// Without a slash at its end.
  public String url() {
    return url;
  }

  /// The header `Authorization`; empty when the store asks for none.
  String authorization() {
    return authorization;
  }

  @Override
  public String toString() {
    return url;
  }
}
