package io.lockstep.collector.notify;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/// An on-call tool for tests: a real HTTP server on loopback that can be told to misbehave, down to
/// single bytes.
final class Tool implements AutoCloseable {
  private final int port;
  private final List<Got> got = new CopyOnWriteArrayList<>();
  private final List<Socket> open = new CopyOnWriteArrayList<>();
  private volatile Behaviour behaviour = status(204);
  private final ServerSocket server;

  /// A request as it came.
  ///
  /// @param headers by their names in lower case
  /// @param nanos when it came, by [System#nanoTime()]
  record Got(String target, Map<String, String> headers, String body, long nanos) {
    String id() {
      return headers.getOrDefault("webhook-id", "");
    }
  }

  /// What is answered. The connection is closed afterwards.
  @FunctionalInterface
  interface Behaviour {
    void answer(Got request, Socket socket) throws IOException, InterruptedException;
  }

  Tool() throws IOException {
    this(0);
  }

  Tool(int port) throws IOException {
    this(new ServerSocket(port, 50, InetAddress.getLoopbackAddress()));
  }

  /// @param server bound already
  Tool(ServerSocket server) {
    this.server = server;
    this.port = server.getLocalPort();
    Thread.ofVirtual().start(this::accept);
  }

  static Behaviour status(int status, String... headers) {
    return text(status, "", headers);
  }

  static Behaviour text(int status, String body, String... headers) {
    return (_, socket) -> {
      var text = new StringBuilder("HTTP/1.1 " + status + " X\r\n");
      for (String header : headers) {
        text.append(header).append("\r\n");
      }
      text.append("Content-Length: ").append(body.length()).append("\r\n\r\n").append(body);
      raw(socket, text.toString());
    };
  }

  /// Any bytes.
  static void raw(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    socket.getOutputStream().flush();
  }

  void behave(Behaviour next) {
    behaviour = next;
  }

  /// What came so far, oldest first.
  List<Got> got() {
    return List.copyOf(got);
  }

  List<String> ids() {
    return got.stream().map(Got::id).toList();
  }

  int port() {
    return port;
  }

  String url() {
    return "http://127.0.0.1:" + port + "/hook";
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        open.add(socket);
        Thread.ofVirtual().start(() -> serve(socket));
      } catch (IOException _) {
        // Closed.
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      Got request = read(socket.getInputStream());
      if (request != null) {
        got.add(request);
        behaviour.answer(request, socket);
      }
    } catch (IOException | InterruptedException _) {
      // The sender went away.
    } finally {
      open.remove(socket);
    }
  }

  private static @Nullable Got read(InputStream in) throws IOException {
    List<String> head = new ArrayList<>();
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      head.add(line);
    }
    if (head.isEmpty()) {
      return null;
    }
    Map<String, String> headers = new LinkedHashMap<>();
    for (String line : head.subList(1, head.size())) {
      int colon = line.indexOf(':');
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    byte[] body = in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0")));
    return new Got(
        head.getFirst(), headers, new String(body, StandardCharsets.UTF_8), System.nanoTime());
  }

  private static String line(InputStream in) throws IOException {
    var line = new StringBuilder();
    for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
      line.append((char) c);
    }
    return line.toString().strip();
  }

  @Override
  public void close() throws IOException {
    stop();
  }

  /// Nobody listens any more, and what was under way is cut off.
  void stop() throws IOException {
    server.close();
    for (Socket socket : open) {
      socket.close();
    }
  }
}
