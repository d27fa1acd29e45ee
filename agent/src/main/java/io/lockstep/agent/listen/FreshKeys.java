package io.lockstep.agent.listen;

import io.lockstep.telemetry.config.FileProblem;
import io.lockstep.telemetry.config.FileStamp;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A server's key and certificate, read again when their files were changed, so that a new
/// certificate needs no restart. Files that can't be used, or are not of one pair (yet), leave
/// those before in force. Any thread.
final class FreshKeys extends X509ExtendedKeyManager {
  private static final Logger LOG = LoggerFactory.getLogger(FreshKeys.class);

  private final Path certificates;
  private final Path key;
  private FileStamp certificatesStamp;
  private FileStamp keyStamp;
  private X509ExtendedKeyManager keys;
  private String problem = "";

  /// Reads the files.
  ///
  /// @throws IOException when they can't be read or used
  FreshKeys(Path certificates, Path key) throws IOException {
    this.certificates = certificates;
    this.key = key;
    this.certificatesStamp = FileStamp.of(certificates);
    this.keyStamp = FileStamp.of(key);
    this.keys = ServerTls.keys(certificates, key);
  }

  /// At the begin of a handshake, so that its chain and its key are of one pair.
  private synchronized X509ExtendedKeyManager fresh() {
    try {
      FileStamp certificatesNow = FileStamp.of(certificates);
      FileStamp keyNow = FileStamp.of(key);
      if (!certificatesNow.equals(certificatesStamp) || !keyNow.equals(keyStamp)) {
        keys = ServerTls.keys(certificates, key);
        certificatesStamp = certificatesNow;
        keyStamp = keyNow;
        LOG.info("certificate is read again file={}", certificates);
      }
      problem = "";
    } catch (IOException e) {
      String found = FileProblem.words(e);
      if (!found.equals(problem)) {
        LOG.warn("certificate is kept as it was reason=\"{}\"", found);
      }
      problem = found;
    }
    return keys;
  }

  private synchronized X509ExtendedKeyManager present() {
    return keys;
  }

  @Override
  public @Nullable String chooseEngineServerAlias(
      String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
    return fresh().chooseEngineServerAlias(keyType, issuers, engine);
  }

  @Override
  public @Nullable String chooseServerAlias(
      String keyType, Principal @Nullable [] issuers, Socket socket) {
    return fresh().chooseServerAlias(keyType, issuers, socket);
  }

  @Override
  public X509Certificate @Nullable [] getCertificateChain(String alias) {
    return present().getCertificateChain(alias);
  }

  @Override
  public @Nullable PrivateKey getPrivateKey(String alias) {
    return present().getPrivateKey(alias);
  }

  @Override
  public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
    return present().getServerAliases(keyType, issuers);
  }

  @Override
  public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
    return null;
  }

  @Override
  public @Nullable String chooseClientAlias(
      String[] keyType, Principal @Nullable [] issuers, Socket socket) {
    return null;
  }
}
