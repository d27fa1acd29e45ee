package io.lockstep.collector;

import io.lockstep.collector.notify.Notifier;
import io.lockstep.telemetry.config.ConfigException;
import io.lockstep.telemetry.config.FileProblem;
import io.lockstep.telemetry.config.KeyPairCheck;
import io.lockstep.telemetry.config.Listen;
import io.lockstep.telemetry.config.Tokens;
import io.vertx.core.Vertx;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.X509KeyManager;

/// `--check-config`: reads the files that the configuration names, and starts nothing.
final class Check {
  private interface Reading {
    void read() throws ConfigException;
  }

  private final List<String> mistakes = new ArrayList<>();

  private Check() {}

  /// @throws ConfigException naming each file that can't be used
  static void files(Vertx vertx, CollectorConfig config) throws ConfigException {
    var check = new Check();
    check.part(() -> listener(vertx, "receive.listen", config.receive().listen()));
    String token = config.store().influx().tokenFile();
    if (!token.isEmpty()) {
      check.part(() -> readable("store.influx.token_file", Path.of(token)));
    }
    check.part(() -> Notifier.open(vertx, config.notifier(), InstantSource.system()));
    check.part(() -> listener(vertx, "http.listen", config.http().listen()));
    if (!check.mistakes.isEmpty()) {
      throw new ConfigException(check.mistakes);
    }
  }

  private void part(Reading files) {
    try {
      files.read();
    } catch (ConfigException e) {
      mistakes.addAll(e.mistakes());
    }
  }

  private static void listener(Vertx vertx, String key, Listen listen) throws ConfigException {
    if (listen.tokenFile() != null) {
      Tokens.read(listen.tokenFile());
    }
    certificate(vertx, key, listen);
  }

  /// A server with a key of another certificate would start, and fail at each handshake.
  ///
  /// @param key where the address is configured
  /// @throws ConfigException when its certificate and key can't be used together
  static void certificate(Vertx vertx, String key, Listen listen) throws ConfigException {
    if (listen.tlsCertFile() == null || listen.tlsKeyFile() == null) {
      return;
    }
    readable(key + ".tls_cert_file", listen.tlsCertFile());
    readable(key + ".tls_key_file", listen.tlsKeyFile());
    if (!fits(keys(vertx, key, listen.tlsCertFile(), listen.tlsKeyFile()))) {
      throw new ConfigException(
          "%s: tls_key_file %s is not the key of the first certificate in tls_cert_file %s; put both of one pair there"
              .formatted(key, listen.tlsKeyFile(), listen.tlsCertFile()));
    }
  }

  private static X509KeyManager keys(Vertx vertx, String key, Path certificates, Path own)
      throws ConfigException {
    var pem =
        new PemKeyCertOptions().setCertPath(certificates.toString()).setKeyPath(own.toString());
    try {
      return (X509KeyManager) pem.getKeyManagerFactory(vertx).getKeyManagers()[0];
    } catch (Exception e) { // what Vert.x throws, it does not say
      throw new ConfigException(key + ": certificate or key can't be used: " + e.getMessage());
    }
  }

  private static boolean fits(X509KeyManager keys) {
    for (String type : List.of("EC", "RSA", "EdDSA")) {
      String[] aliases = keys.getServerAliases(type, null);
      if (aliases != null && aliases.length > 0) {
        PrivateKey own = keys.getPrivateKey(aliases[0]);
        return KeyPairCheck.fits(keys.getCertificateChain(aliases[0])[0].getPublicKey(), own);
      }
    }
    return true; // of a kind that is not known here
  }

  private static void readable(String key, Path file) throws ConfigException {
    try {
      Files.readString(file);
    } catch (IOException e) {
      throw new ConfigException(key + ": " + FileProblem.words(file, e));
    }
  }
}
