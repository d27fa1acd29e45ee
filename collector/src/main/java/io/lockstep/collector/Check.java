package io.lockstep.collector;

import io.lockstep.collector.notify.Notifier;
import io.lockstep.telemetry.config.ConfigException;
import io.lockstep.telemetry.config.FileProblem;
import io.lockstep.telemetry.config.Listen;
import io.lockstep.telemetry.config.Tokens;
import io.vertx.core.Vertx;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

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
    if (listen.tlsCertFile() != null && listen.tlsKeyFile() != null) {
      readable(key + ".tls_cert_file", listen.tlsCertFile());
      readable(key + ".tls_key_file", listen.tlsKeyFile());
      try {
        var _ =
            new PemKeyCertOptions()
                .setCertPath(listen.tlsCertFile().toString())
                .setKeyPath(listen.tlsKeyFile().toString())
                .getKeyManagerFactory(vertx);
      } catch (Exception e) { // what Vert.x throws, it does not say
        throw new ConfigException(key + ": certificate or key can't be used: " + e.getMessage());
      }
    }
  }

  private static void readable(String key, Path file) throws ConfigException {
    try {
      Files.readString(file);
    } catch (IOException e) {
      throw new ConfigException(key + ": " + FileProblem.words(file, e));
    }
  }
}
