package io.lockstep.agent.send;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/// One connection to a collector: HTTP/1.1, one request after the other. A plain socket, because
/// the JDK's clients cost several times as much, in time and memory, for the one request a second
/// that an agent sends. One thread at a time.
final class Connection implements AutoCloseable {
  private static final int HTTP_PORT = 80;
  private static final int HTTPS_PORT = 443;
  private static final String CHEAP = "TLS_CHACHA20_POLY1305_SHA256";

  private final URI base;
  private final Socket socket;
  private final AnswerReader reader;
  private long lastUsed;

  private Connection(URI base, Socket socket) throws IOException {
    this.base = base;
    this.socket = socket;
    this.reader = new AnswerReader(socket);
  }

  /// Connects.
  ///
  /// @param sockets for https; null for the JDK's own trust
  /// @param cheap whether TLS 1.3 is only offered with what costs least here
  /// @param timeout for connecting, and for each answer within a TLS handshake
  static Connection open(
      URI base, @Nullable SSLSocketFactory sockets, boolean cheap, Duration timeout)
      throws IOException {
    boolean secure = "https".equalsIgnoreCase(base.getScheme());
    int port = base.getPort() >= 0 ? base.getPort() : secure ? HTTPS_PORT : HTTP_PORT;
    String host = base.getHost().replaceAll("[\\[\\]]", "");
    Socket socket = new Socket();
    try {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout((int) timeout.toMillis());
      var address = new InetSocketAddress(host, port);
      if (address.isUnresolved()) {
        throw new UnknownHostException(host);
      }
      socket.connect(address, (int) timeout.toMillis());
      return new Connection(base, secure ? secured(socket, sockets, cheap, host, port) : socket);
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  /// With the name of the certificate checked, which a socket does not do by itself.
  private static Socket secured(
      Socket plain, @Nullable SSLSocketFactory sockets, boolean cheap, String host, int port)
      throws IOException {
    var factory = sockets == null ? (SSLSocketFactory) SSLSocketFactory.getDefault() : sockets;
    var secure = (SSLSocket) factory.createSocket(plain, host, port, true);
    SSLParameters parameters = secure.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    if (cheap) {
      parameters.setCipherSuites(withoutAes(parameters.getCipherSuites()));
    }
    secure.setSSLParameters(parameters);
    secure.startHandshake();
    return secure;
  }

  /// AES with GHASH is fast where the JVM's second compiler replaces it by the processor's own
  /// instructions. This JVM has the first alone, and there ChaCha20 is cheaper; a server that has
  /// both would choose by its own taste.
  private static String[] withoutAes(String[] suites) {
    List<String> all = List.of(suites);
    return all.contains(CHEAP)
        ? all.stream().filter(suite -> !suite.startsWith("TLS_AES_")).toArray(String[]::new)
        : suites;
  }

  /// Sends a request and reads its answer.
  ///
  /// @param timeout for the whole answer
  Response exchange(byte[] request, Duration timeout) throws IOException {
    reader.begin(System.nanoTime() + timeout.toNanos());
    socket.getOutputStream().write(request);
    Response response = reader.read();
    lastUsed = System.nanoTime();
    return response;
  }

  /// Whether an answer had begun to come when the last exchange failed.
  boolean answered() {
    return reader.begun();
  }

  /// Whether the next request may go the same way.
  boolean lasts() {
    return reader.lasts();
  }

  /// Whether it leads there, and was used of late.
  boolean serves(URI to, Duration idle) {
    return base.equals(to) && System.nanoTime() - lastUsed < idle.toNanos();
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException _) {
      // as good as closed
    }
  }
}
