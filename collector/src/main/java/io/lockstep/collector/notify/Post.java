package io.lockstep.collector.notify;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.PemTrustOptions;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// Posts to one address, once, within a time that bounds everything: finding the address, TLS, the
/// request and the answer, however slowly it drips. Redirects are not followed, and each request
/// has a connection of its own: messages are few, and one that was kept may be dead.
final class Post {
  private static final int TEXT_MAX = 1024;
  private static final int HEADERS_MAX = 16 * 1024;

  private final HttpClient client;
  private final URI url;
  private final Duration timeout;

  /// @param caFile PEM of the authorities to trust instead of Java's; null for Java's
  Post(Vertx vertx, URI url, Duration timeout, @Nullable Path caFile) {
    this.url = url;
    this.timeout = timeout;
    var options =
        new HttpClientOptions()
            .setKeepAlive(false)
            .setConnectTimeout((int) timeout.toMillis())
            .setSslHandshakeTimeout(timeout.toMillis())
            .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS)
            .setMaxHeaderSize(HEADERS_MAX);
    if (caFile != null) {
      options.setTrustOptions(new PemTrustOptions().addCertPath(caFile.toString()));
    }
    // What goes wrong is said once, by the sink; without this Vert.x says each.
    this.client =
        vertx
            .httpClientBuilder()
            .with(options)
            .withConnectHandler(connection -> connection.exceptionHandler(_ -> {}))
            .build();
  }

  /// @throws IOException when there was no answer; the message says why
  HttpAnswer send(Map<String, String> headers, String body)
      throws IOException, InterruptedException {
    var options =
        new RequestOptions()
            .setMethod(HttpMethod.POST)
            .setAbsoluteURI(url.toString())
            .setFollowRedirects(false);
    headers.forEach(options::addHeader);
    var attempt = new Attempt();
    client
        .request(options)
        .onSuccess(request -> attempt.send(request, body))
        .onFailure(attempt.answer::completeExceptionally);
    try {
      return attempt.answer.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new IOException("no answer within " + timeout.toMillis() / 1e3 + " s", e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new IOException(reason(cause), cause);
    } finally {
      attempt.end();
    }
  }

  private static String reason(Throwable cause) {
    String message = cause.getMessage();
    return message == null || message.isBlank() ? cause.getClass().getSimpleName() : message;
  }

  void close() {
    client.close();
  }

  /// One request under way. The first that completes `answer` wins.
  private static final class Attempt {
    final CompletableFuture<HttpAnswer> answer = new CompletableFuture<>();
    private @Nullable HttpClientRequest request;
    private boolean ended;

    synchronized void send(HttpClientRequest connected, String body) {
      request = connected;
      if (ended) {
        connected.reset();
        return;
      }
      connected
          .send(Buffer.buffer(body.getBytes(StandardCharsets.UTF_8)))
          .onSuccess(this::read)
          .onFailure(answer::completeExceptionally);
    }

    /// Of a good answer the status is all that counts; of a bad one the beginning says why, as far
    /// as it comes.
    private void read(HttpClientResponse response) {
      if (response.statusCode() >= 200 && response.statusCode() < 300) {
        response.exceptionHandler(_ -> {});
        complete(response, "");
        return;
      }
      Buffer text = Buffer.buffer();
      response.handler(part -> {
        text.appendBuffer(part);
        if (text.length() > TEXT_MAX) {
          complete(response, text(text));
        }
      });
      response.endHandler(_ -> complete(response, text(text)));
      response.exceptionHandler(_ -> complete(response, text(text)));
    }

    private static String text(Buffer buffer) {
      return buffer.slice(0, Math.min(buffer.length(), TEXT_MAX)).toString(StandardCharsets.UTF_8);
    }

    private void complete(HttpClientResponse response, String text) {
      answer.complete(
          new HttpAnswer(response.statusCode(), response.getHeader("Retry-After"), text));
    }

    /// Whatever is still under way ends with its connection.
    synchronized void end() {
      ended = true;
      if (request != null) {
        request.reset();
      }
    }
  }
}
