package io.lockstep.collector.store;

import io.lockstep.telemetry.config.Listen;

/// Whether others, such as Grafana, may read the default store in SQL over PostgreSQL's protocol:
/// one user, [#USER], who can change nothing.
///
/// QuestDB speaks no TLS there: on an address that is not loopback the password and all answers go
/// in the clear.
///
/// @param enabled whether it listens at all
/// @param address an IPv4 address and a port, as in `127.0.0.1:8812`; port 0 is any free one, said
///   in the log
/// @param passwordFile file with the password, made with a random one where it is missing; empty
///   for `read-password` in the store's folder
/// @param insecure allows an address that is not loopback
public record ReadAccess(boolean enabled, String address, String passwordFile, boolean insecure) {
  public static final ReadAccess DEFAULT = new ReadAccess(false, "127.0.0.1:8812", "", false);

  /// The user's name.
  public static final String USER = "lockstep_read";

  /// The database's name, which PostgreSQL's clients ask for; QuestDB has one only.
  public static final String DATABASE = "qdb";

  public ReadAccess {
    var listen = new Listen(address, null, null, null, true);
    if (!listen.host().matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}")) {
      throw new IllegalArgumentException(
          "address must be an IPv4 address and a port such as 127.0.0.1:8812, is " + address);
    }
    if (!listen.loopback() && !insecure) {
      throw new IllegalArgumentException(
          "address "
              + address
              + " is open to others without TLS, which the store can't speak; take a loopback"
              + " address and a tunnel, or set insecure: true");
    }
  }

  String host() {
    return listen().host();
  }

  int port() {
    return listen().port();
  }

  private Listen listen() {
    return new Listen(address, null, null, null, true);
  }
}
