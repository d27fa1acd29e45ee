package io.lockstep.agent.listen;

import io.lockstep.telemetry.config.FileProblem;
import io.lockstep.telemetry.config.KeyPairCheck;
import io.lockstep.telemetry.config.Listen;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.X509ExtendedKeyManager;

/// TLS of a server from two PEM files.
public final class ServerTls {
  private static final String[] ALGORITHMS = {"EC", "RSA", "EdDSA"};

  private ServerTls() {}

  /// Checks the files, where TLS is on.
  ///
  /// @throws IOException when they can't be read or used; names the file
  public static void check(Listen listen) throws IOException {
    if (listen.tlsCertFile() != null && listen.tlsKeyFile() != null) {
      keys(listen.tlsCertFile(), listen.tlsKeyFile());
    }
  }

  /// A context with that certificate, as it is in its files at each handshake.
  ///
  /// @param certificates chain, the server's own first
  /// @param key its private key, PKCS#8
  /// @throws IOException when they can't be read or used; names the file
  static SSLContext context(Path certificates, Path key) throws IOException {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(new KeyManager[] {new FreshKeys(certificates, key)}, null, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException("no TLS: " + e.getMessage(), e);
    }
  }

  /// The key and its chain, as they are in their files now.
  static X509ExtendedKeyManager keys(Path certificates, Path key) throws IOException {
    char[] password = new char[0];
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      PrivateKey own = privateKey(key);
      Certificate[] chain = chain(certificates);
      if (!KeyPairCheck.fits(chain[0].getPublicKey(), own)) {
        throw new IOException(
            "tls_key_file "
                + key
                + " is not the key of the first certificate in tls_cert_file "
                + certificates
                + "; put both of one pair there");
      }
      store.setKeyEntry("server", own, password, chain);
      var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      managers.init(store, password);
      return (X509ExtendedKeyManager) managers.getKeyManagers()[0];
    } catch (GeneralSecurityException e) {
      throw new IOException(
          "tls_cert_file "
              + certificates
              + " and tls_key_file "
              + key
              + " can't be used for TLS: "
              + e.getMessage(),
          e);
    }
  }

  private static Certificate[] chain(Path file) throws IOException, GeneralSecurityException {
    try (InputStream in = new ByteArrayInputStream(bytes("tls_cert_file", file))) {
      var all = CertificateFactory.getInstance("X.509").generateCertificates(in);
      if (all.isEmpty()) {
        throw new IOException("tls_cert_file " + file + " holds no certificate");
      }
      return all.toArray(Certificate[]::new);
    }
  }

  private static byte[] bytes(String key, Path file) throws IOException {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new IOException(key + " " + FileProblem.words(file, e), e);
    }
  }

  private static PrivateKey privateKey(Path file) throws IOException {
    String pem = new String(bytes("tls_key_file", file), StandardCharsets.ISO_8859_1);
    int begin = pem.indexOf("-----BEGIN PRIVATE KEY-----");
    int end = pem.indexOf("-----END PRIVATE KEY-----");
    if (begin < 0 || end < begin) {
      throw new IOException(
          "tls_key_file " + file + " must hold a PEM block PRIVATE KEY (PKCS#8, not encrypted)");
    }
    String base64 = pem.substring(begin + "-----BEGIN PRIVATE KEY-----".length(), end);
    byte[] encoded = Base64.getMimeDecoder().decode(base64);
    for (String algorithm : ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded));
      } catch (GeneralSecurityException _) {
        // the next algorithm
      }
    }
    throw new IOException("tls_key_file " + file + " holds a key that is none of EC, RSA, EdDSA");
  }
}
