package io.lockstep.launcher;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/// Takes OTLP over TLS on loopback, counts it and throws it away: what sends to it is measured, and
/// nothing else.
final class BenchReceiver implements AutoCloseable {
  private static final String PASSWORD = "only-for-this-bench";

  private final HttpsServer server;
  private final Path certificate;
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLong requests = new AtomicLong();
  private volatile boolean away;

  private BenchReceiver(HttpsServer server, Path certificate) {
    this.server = server;
    this.certificate = certificate;
    server.createContext("/", this::take);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.start();
  }

  /// Begins to listen.
  ///
  /// @param folder gets a key and its certificate
  /// @throws IOException when the JDK's keytool can't make them, or nothing can be listened on
  static BenchReceiver start(Path folder) throws IOException, InterruptedException {
    Path keys = folder.resolve("receiver.p12");
    Path certificate = folder.resolve("receiver.pem");
    keytool(
        "-genkeypair",
        "-keystore",
        keys.toString(),
        "-alias",
        "bench",
        "-keyalg",
        "EC",
        "-dname",
        "CN=localhost",
        "-ext",
        "SAN=dns:localhost",
        "-validity",
        "2");
    keytool(
        "-exportcert",
        "-rfc",
        "-keystore",
        keys.toString(),
        "-alias",
        "bench",
        "-file",
        certificate.toString());
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    HttpsServer server = HttpsServer.create(address, 0);
    try {
      server.setHttpsConfigurator(new HttpsConfigurator(context(keys)));
    } catch (GeneralSecurityException e) {
      throw new IOException("TLS can't be set up: " + e.getMessage(), e);
    }
    return new BenchReceiver(server, certificate);
  }

  private static void keytool(String... arguments) throws IOException, InterruptedException {
    Path program = Path.of(System.getProperty("java.home"), "bin", "keytool");
    var command = new ArrayList<>(List.of(program.toString()));
    command.addAll(List.of(arguments));
    command.addAll(List.of("-storetype", "PKCS12", "-storepass", PASSWORD));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new IOException("keytool made no certificate: " + said.strip());
    }
  }

  private static SSLContext context(Path keys) throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(keys)) {
      store.load(in, PASSWORD.toCharArray());
    }
    var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(store, PASSWORD.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    return context;
  }

  private void take(HttpExchange exchange) throws IOException {
    try (exchange) {
      bytes.addAndGet(exchange.getRequestBody().readAllBytes().length);
      requests.incrementAndGet();
      exchange.getResponseHeaders().add("Content-Type", "application/x-protobuf");
      exchange.sendResponseHeaders(away ? 503 : 200, -1);
    }
  }

  /// What the agent's configuration says of it, YAML.
  String configuration() {
    return """
    collectors: ["https://localhost:%d"]
    send: {ca_file: %s}
    """
        .formatted(server.getAddress().getPort(), Site.quoted(certificate));
  }

  /// Bodies' bytes so far, as they came: packed.
  long bytes() {
    return bytes.get();
  }

  long requests() {
    return requests.get();
  }

  /// Whether it takes nothing from now on.
  void away(boolean is) {
    away = is;
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
