package io.lockstep.collector.store;

import io.lockstep.telemetry.config.FileProblem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/// The authorities that a store's certificate may come from, instead of Java's.
///
/// @param sockets for TLS
record StoreTrust(SSLSocketFactory sockets, X509TrustManager manager) {

  /// @throws IOException when the file can't be read or holds no certificate; says which
  static StoreTrust only(Path pem) throws IOException {
    try (InputStream in = Files.newInputStream(pem)) {
      return of(CertificateFactory.getInstance("X.509").generateCertificates(in));
    } catch (GeneralSecurityException e) {
      throw new IOException(
          "store.influx.ca_file "
              + pem
              + " must hold certificates, PEM: -----BEGIN CERTIFICATE-----",
          e);
    } catch (IOException e) {
      throw new IOException("store.influx.ca_file " + FileProblem.words(pem, e), e);
    }
  }

  private static StoreTrust of(Collection<? extends Certificate> all)
      throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    for (Certificate certificate : all) {
      store.setCertificateEntry("ca" + store.size(), certificate);
    }
    var managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(store);
    TrustManager[] made = managers.getTrustManagers();
    if (all.isEmpty() || !(made[0] instanceof X509TrustManager manager)) {
      throw new GeneralSecurityException("no certificate");
    }
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, made, null);
    return new StoreTrust(context.getSocketFactory(), manager);
  }
}
