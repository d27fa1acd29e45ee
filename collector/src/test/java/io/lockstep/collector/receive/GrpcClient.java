package io.lockstep.collector.receive;

import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Speaks HTTP/2 as a gRPC client does, and as none would.
final class GrpcClient implements AutoCloseable {
  private final Vertx vertx = Vertx.vertx();
  private final HttpClient client;
  private final int port;

  GrpcClient(int port) {
    this.port = port;
    this.client =
        vertx.createHttpClient(
            new HttpClientOptions()
                .setProtocolVersion(HttpVersion.HTTP_2)
                .setHttp2ClearTextUpgrade(false));
  }

  /// @param fields headers and trailers
  record Reply(int httpStatus, MultiMap fields, Buffer body) {
    int status() {
      return Integer.parseInt(header("grpc-status"));
    }

    String header(String name) {
      @Nullable String value = fields.get(name);
      if (value == null) {
        throw new AssertionError("no " + name + " in " + fields);
      }
      return value;
    }

    /// What is in the frame.
    byte[] message() {
      byte[] all = body.getBytes();
      int length = ByteBuffer.wrap(all, 1, 4).getInt();
      if (all[0] != 0 || length != all.length - 5) {
        throw new AssertionError("no frame: " + Arrays.toString(all));
      }
      return Arrays.copyOfRange(all, 5, all.length);
    }
  }

  /// A call whose message is not whole yet.
  record Open(HttpClientRequest request, CompletableFuture<Reply> reply) {
    void write(byte[] bytes) throws Exception {
      get(request.write(Buffer.buffer(bytes)));
    }

    void reset() throws Exception {
      get(request.reset(8));
    }
  }

  static byte[] frame(byte[] message) {
    return frame(0, message);
  }

  static byte[] frame(int compressed, byte[] message) {
    return ByteBuffer.allocate(5 + message.length)
        .put((byte) compressed)
        .putInt(message.length)
        .put(message)
        .array();
  }

  Open open(String method, String... headers) throws Exception {
    HttpClientRequest request = get(client.request(HttpMethod.POST, port, "127.0.0.1", method));
    request.putHeader("content-type", "application/grpc").putHeader("te", "trailers");
    for (int i = 0; i < headers.length; i += 2) {
      request.putHeader(headers[i], headers[i + 1]);
    }
    request.setChunked(true);
    var reply =
        request
            .response()
            .compose(response ->
                response
                    .body()
                    .map(body -> {
                      MultiMap all = MultiMap.caseInsensitiveMultiMap().addAll(response.headers());
                      return new Reply(
                          response.statusCode(), all.addAll(response.trailers()), body);
                    }));
    return new Open(request, reply.toCompletionStage().toCompletableFuture());
  }

  CompletableFuture<Reply> begin(String method, byte[] body, String... headers) throws Exception {
    Open open = open(method, headers);
    open.request().end(Buffer.buffer(body));
    return open.reply();
  }

  Reply call(String method, byte[] body, String... headers) throws Exception {
    return begin(method, body, headers).get(20, TimeUnit.SECONDS);
  }

  Reply callUnchecked(String method, byte[] body) {
    try {
      return call(method, body);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static <T> T get(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}
