package io.lockstep.agent.send;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.lockstep.telemetry.otlp.BatchId;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/// A collector on loopback that answers as it is told and remembers what it acknowledged.
public final class TestCollector implements AutoCloseable {
  /// A request as it came in.
  ///
  /// @param body inflated
  @SuppressWarnings("ArrayRecordComponent") // only read in tests
  public record Received(
      String path, BatchId id, byte[] body, @Nullable String authorization, int status) {}

  /// What to answer.
  ///
  /// @param status 0 to close the connection without an answer, −1 to hang until closed
  @SuppressWarnings("ArrayRecordComponent") // only read in tests
  public record Reply(int status, String type, byte[] body, @Nullable String retryAfter) {
    public static final Reply OK = new Reply(200, "application/x-protobuf", new byte[0], null);

    public static Reply of(int status) {
      return new Reply(status, "text/plain", ("status " + status).getBytes(UTF_8), null);
    }
  }

  /// Decides about one request.
  public interface Behaviour {
    Reply reply(BatchId id, String path, @Nullable String authorization);
  }

  /// Of a request that has no batch id: of a probe, of what is forwarded.
  public static final BatchId NONE = new BatchId("none", 0, 0);

  private static final java.nio.charset.Charset UTF_8 = java.nio.charset.StandardCharsets.UTF_8;

  public final List<Received> received = new CopyOnWriteArrayList<>();
  public volatile Behaviour behaviour = (_, _, _) -> Reply.OK;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpServer server;

  public TestCollector() throws IOException {
    this(0);
  }

  /// @param port 0 for any
  public TestCollector(int port) throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 100);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  public URI url() {
    return URI.create("http://127.0.0.1:" + port());
  }

  public int port() {
    return server.getAddress().getPort();
  }

  /// Ids of the batches that were acknowledged, in the order of their coming, repeats included.
  public List<BatchId> acknowledged() {
    return received.stream().filter(one -> one.status == 200).map(Received::id).toList();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      var headers = exchange.getRequestHeaders();
      byte[] gzip = exchange.getRequestBody().readAllBytes();
      boolean packed = "gzip".equals(headers.getFirst("Content-Encoding"));
      byte[] body =
          packed ? new GZIPInputStream(new ByteArrayInputStream(gzip)).readAllBytes() : gzip;
      String header = headers.getFirst(BatchId.HEADER);
      BatchId id = header == null ? NONE : BatchId.parse(header);
      String path = exchange.getRequestURI().getPath();
      String authorization = headers.getFirst("Authorization");
      Reply reply = behaviour.reply(id, path, authorization);
      received.add(new Received(path, id, body, authorization, reply.status));
      if (reply.status < 0) {
        Thread.sleep(60_000);
      }
      if (reply.status <= 0) {
        return;
      }
      exchange.getResponseHeaders().set("Content-Type", reply.type);
      if (reply.retryAfter != null) {
        exchange.getResponseHeaders().set("Retry-After", reply.retryAfter);
      }
      exchange.sendResponseHeaders(reply.status, reply.body.length == 0 ? -1 : reply.body.length);
      exchange.getResponseBody().write(reply.body);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
