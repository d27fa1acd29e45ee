package io.lockstep.collector.notify;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.collector.notify.SinkStatus.Count;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Only a receiver whose certificate is good gets anything.
class TlsTest {
  private static final char[] PASSWORD = "changeit".toCharArray();

  @TempDir Path folder;

  @Test
  void deliversToACertificateOfTheNamedAuthorityOnly() throws Exception {
    KeyStore store = selfSigned();
    Path authority = folder.resolve("ca.pem");
    Files.writeString(
        authority,
        "-----BEGIN CERTIFICATE-----\n"
            + Base64.getMimeEncoder().encodeToString(store.getCertificate("it").getEncoded())
            + "\n-----END CERTIFICATE-----\n");
    try (var tool = new Tool(server(store));
        var rig =
            new Rig(
                folder,
                Rig.config(
                    sink("good", "localhost", tool, authority),
                    sink("untrusted", "localhost", tool, null),
                    sink("othername", "127.0.0.1", tool, authority)))) {
      rig.open(1);
      Rig.await("delivery", () -> rig.status("good").count(Count.DELIVERED) == 1);
      for (String bad : new String[] {"untrusted", "othername"}) {
        Rig.await(bad, () -> rig.status(bad).count(Count.RETRIED) >= 2);
        assertThat(rig.status(bad).count(Count.DELIVERED)).isZero();
      }
      assertThat(rig.status("untrusted").lastError()).contains("certification path");
      assertThat(rig.status("othername").lastError()).contains("127.0.0.1");
      assertThat(tool.got()).hasSize(1);
    }
  }

  @Test
  void saysThatAReceiverDoesNotSpeakTls() throws Exception {
    try (var plain = new ServerSocket(0, 16, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual().start(() -> answerInPlainText(plain));
      try (var rig =
          new Rig(folder, Rig.config(sink("plain", "localhost", plain.getLocalPort())))) {
        rig.open(1);
        Rig.await("retry", () -> rig.status("plain").count(Count.RETRIED) >= 1);
        assertThat(rig.status("plain").lastError()).contains("does not speak TLS");
      }
    }
  }

  private static void answerInPlainText(ServerSocket server) {
    try {
      while (true) {
        try (Socket socket = server.accept()) {
          socket.getInputStream().read();
          socket
              .getOutputStream()
              .write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
          socket.getOutputStream().flush();
          socket.getInputStream().transferTo(OutputStream.nullOutputStream());
        }
      }
    } catch (IOException _) {
      // it was closed
    }
  }

  private WebhookSink.Config sink(String name, String host, int port) throws Exception {
    return new WebhookSink.Config(
        name,
        URI.create("https://" + host + ":" + port + "/"),
        Rig.secret(folder, name),
        null,
        null,
        Duration.ofSeconds(5),
        null,
        null);
  }

  private WebhookSink.Config sink(String name, String host, Tool tool, @Nullable Path authority)
      throws Exception {
    return new WebhookSink.Config(
        name,
        URI.create("https://" + host + ":" + tool.port() + "/"),
        Rig.secret(folder, name),
        null,
        null,
        Duration.ofSeconds(5),
        authority,
        null);
  }

  private static ServerSocket server(KeyStore store) throws Exception {
    var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, PASSWORD);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return context
        .getServerSocketFactory()
        .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
  }

  private KeyStore selfSigned() throws Exception {
    Path file = folder.resolve("store.p12");
    Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
    Process process =
        new ProcessBuilder(
                (keytool
                        + " -genkeypair -alias it -keyalg EC -dname CN=localhost"
                        + " -ext san=dns:localhost -storetype PKCS12 -storepass changeit -keystore "
                        + file)
                    .split(" "))
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return KeyStore.getInstance(file.toFile(), PASSWORD);
  }
}
