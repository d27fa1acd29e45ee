package io.lockstep.collector.store;

import io.lockstep.telemetry.config.FileProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where an external store listens, with the secret as its file has it now: a token that is
/// exchanged is used without a restart, and with what it could not be read the one before is kept.
final class ExternalAddress implements Supplier<@Nullable StoreAddress> {
  private static final Logger LOG = LoggerFactory.getLogger(ExternalAddress.class);

  private final SeriesStore.Influx config;
  private StoreAddress address;
  private @Nullable FileTime written;
  private String problem = "";

  /// @throws IOException when the token's file can't be read; says which
  ExternalAddress(SeriesStore.Influx config) throws IOException {
    this.config = config;
    try {
      written = config.tokenFile().isEmpty() ? null : written();
      address = read();
    } catch (IOException e) {
      throw new IOException("store.influx.token_file " + words(e), e);
    }
  }

  @Override
  public synchronized StoreAddress get() {
    if (!config.tokenFile().isEmpty()) {
      readAgain();
    }
    return address;
  }

  private void readAgain() {
    try {
      FileTime now = written();
      if (!now.equals(written)) {
        address = read();
        written = now;
        LOG.info("the store's token is read again file={}", config.tokenFile());
      }
      problem = "";
    } catch (IOException e) {
      String words = words(e);
      if (!words.equals(problem)) {
        LOG.warn("the store's token is kept as it was reason=\"{}\"", words);
      }
      problem = words;
    }
  }

  private StoreAddress read() throws IOException {
    if (config.tokenFile().isEmpty()) {
      return StoreAddress.open(config.url());
    }
    String secret = Files.readString(Path.of(config.tokenFile())).strip();
    if (secret.isEmpty() || !secret.chars().allMatch(c -> c > ' ' && c < 127)) {
      throw new IOException("must hold the token or password alone, in ASCII");
    }
    return config.user().isEmpty()
        ? StoreAddress.withToken(config.url(), secret)
        : StoreAddress.withPassword(config.url(), config.user(), secret);
  }

  private FileTime written() throws IOException {
    return Files.getLastModifiedTime(Path.of(config.tokenFile()));
  }

  private String words(IOException e) {
    return FileProblem.words(Path.of(config.tokenFile()), e);
  }
}
