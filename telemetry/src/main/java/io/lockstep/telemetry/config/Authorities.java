package io.lockstep.telemetry.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/// Whom a TLS client trusts instead of Java's authorities: the certificates of one file.
///
/// @param sockets for TLS
public record Authorities(SSLSocketFactory sockets, X509TrustManager manager) {

  /// Reads a file of certificates, PEM.
  ///
  /// @return nothing when it holds no certificate
  /// @throws IOException when it can't be read
  /// @throws GeneralSecurityException when what it holds is no certificate, or of no use here
  public static Optional<Authorities> read(Path pem) throws IOException, GeneralSecurityException {
    Collection<? extends Certificate> all;
    try (InputStream in = Files.newInputStream(pem)) {
      all = CertificateFactory.getInstance("X.509").generateCertificates(in);
    }
    return all.isEmpty() ? Optional.empty() : Optional.of(of(all));
  }

  private static Authorities of(Collection<? extends Certificate> all)
      throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    for (Certificate certificate : all) {
      store.setCertificateEntry("ca" + store.size(), certificate);
    }
    var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    TrustManager[] managers = factory.getTrustManagers();
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, managers, null);
    return new Authorities(context.getSocketFactory(), (X509TrustManager) managers[0]);
  }
}
