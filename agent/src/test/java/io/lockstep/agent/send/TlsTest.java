package io.lockstep.agent.send;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.lockstep.agent.Certificate;
import io.lockstep.agent.batch.Batch;
import io.lockstep.telemetry.otlp.BatchId;
import io.lockstep.telemetry.otlp.Gzip;
import io.lockstep.telemetry.otlp.Signal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsTest {
  @TempDir Path folder;
  private final Set<InetSocketAddress> connections = ConcurrentHashMap.newKeySet();
  private final List<String> ciphers = new CopyOnWriteArrayList<>();
  private volatile String[] suites = {};
  private Certificate certificate;
  private HttpsServer server;

  @BeforeEach
  void open() throws Exception {
    certificate = Certificate.make(folder, "collector");
    server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(
        new HttpsConfigurator(certificate.context()) {
          @Override
          public void configure(HttpsParameters parameters) {
            var ours = getSSLContext().getDefaultSSLParameters();
            if (suites.length > 0) {
              ours.setCipherSuites(suites);
            }
            parameters.setSSLParameters(ours);
          }
        });
    server.createContext(
        "/",
        exchange -> {
          connections.add(exchange.getRemoteAddress());
          ciphers.add(((HttpsExchange) exchange).getSSLSession().getCipherSuite());
          exchange.getRequestBody().readAllBytes();
          exchange.sendResponseHeaders(200, -1);
          exchange.getResponseBody().close();
        });
    server.start();
  }

  @AfterEach
  void close() {
    server.stop(0);
  }

  @Test
  void trustsTheCertificateInItsFileAndKeepsTheConnection() throws Exception {
    var collector = collector(certificate.pem());
    for (int i = 0; i < 5; i++) {
      assertThat(collector.post(batch(i))).isEqualTo(new Answer.Acknowledged(0, ""));
    }
    assertThat(connections).hasSize(1);
  }

  @Test
  void trustsNobodyElse() throws Exception {
    Certificate other = Certificate.make(folder, "other");
    assertThat(collector(other.pem()).post(batch(0))).isInstanceOf(Answer.Away.class);
    assertThat(collector(null).post(batch(0))).isInstanceOf(Answer.Away.class);
    assertThat(connections).isEmpty();
  }

  @Test
  void usesTheCheapCipherAndWhatTheServerHasWhereItHasNot() throws Exception {
    var cheap = collector(certificate.pem());
    assertThat(cheap.post(batch(0))).isEqualTo(new Answer.Acknowledged(0, ""));
    assertThat(ciphers).containsExactly("TLS_CHACHA20_POLY1305_SHA256");
    suites = new String[] {"TLS_AES_128_GCM_SHA256"};
    var other = collector(certificate.pem());
    assertThat(other.post(batch(1))).isEqualTo(new Answer.Acknowledged(0, ""));
    assertThat(other.post(batch(2))).isEqualTo(new Answer.Acknowledged(0, ""));
    assertThat(ciphers).containsExactly("TLS_CHACHA20_POLY1305_SHA256", suites[0], suites[0]);
  }

  @Test
  void doesNotTakeACertificateOfAnotherName() throws Exception {
    var named = URI.create("https://localhost:" + server.getAddress().getPort());
    var collector =
        new Collector(
            List.of(named),
            new Collector.Config(null, certificate.pem(), Duration.ofSeconds(5)),
            "test");
    assertThat(collector.post(batch(0))).isInstanceOf(Answer.Away.class);
    assertThat(connections).isEmpty();
  }

  @Test
  void trustsWhatItsFileSaysNow() throws Exception {
    Path file = folder.resolve("ca.pem");
    Files.copy(Certificate.make(folder, "other").pem(), file);
    var collector = collector(file);
    assertThat(collector.post(batch(0))).isInstanceOf(Answer.Away.class);
    Files.writeString(file, "-----BEGIN CERTIFICATE-----\nhalf of a");
    assertThat(collector.post(batch(1))).isInstanceOf(Answer.Away.class);
    Files.writeString(file, Files.readString(certificate.pem()) + "\n");
    assertThat(collector.post(batch(2))).isEqualTo(new Answer.Acknowledged(0, ""));
  }

  private Collector collector(@org.jspecify.annotations.Nullable Path caFile) throws Exception {
    var url = URI.create("https://127.0.0.1:" + server.getAddress().getPort());
    return new Collector(
        List.of(url), new Collector.Config(null, caFile, Duration.ofSeconds(5)), "test");
  }

  private static Batch batch(int number) {
    try (var gzip = new Gzip(1)) {
      byte[] body = gzip.compress("body".getBytes(UTF_8));
      return new Batch(new BatchId("node-1", 1, number), Signal.METRICS, 0, body);
    }
  }
}
