package io.lockstep.collector.receive;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.telemetry.config.Listen;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// A certificate for this machine, made by keytool in a folder.
public record SelfSigned(Path folder, Listen listen) {
  public static SelfSigned in(Path folder) throws Exception {
    Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
    Process process =
        new ProcessBuilder(
                keytool.toString(),
                "-genkeypair",
                "-alias",
                "it",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=dns:localhost,ip:127.0.0.1",
                "-storetype",
                "PKCS12",
                "-storepass",
                "changeit",
                "-keystore",
                folder.resolve("store.p12").toString())
            .redirectErrorStream(true)
            .start();
    String said =
        new String(
            process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    KeyStore store = store(folder);
    var key = store.getKey("it", "changeit".toCharArray());
    assertThat(key).isNotNull();
    Path certFile = pem(folder, "cert.pem", "CERTIFICATE", store.getCertificate("it").getEncoded());
    Path keyFile = pem(folder, "key.pem", "PRIVATE KEY", key.getEncoded());
    return new SelfSigned(folder, new Listen("127.0.0.1:0", certFile, keyFile, null, false));
  }

  private static KeyStore store(Path folder) throws Exception {
    return KeyStore.getInstance(folder.resolve("store.p12").toFile(), "changeit".toCharArray());
  }

  private static Path pem(Path folder, String name, String kind, byte[] der) throws IOException {
    String text = Base64.getMimeEncoder().encodeToString(der);
    return Files.writeString(
        folder.resolve(name),
        "-----BEGIN " + kind + "-----\n" + text + "\n-----END " + kind + "-----\n");
  }

  /// PEM of the certificate.
  byte[] pem() throws IOException {
    return Files.readAllBytes(folder.resolve("cert.pem"));
  }

  SSLContext trusting() throws Exception {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("it", store(folder).getCertificate("it"));
    var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, factory.getTrustManagers(), null);
    return context;
  }
}
