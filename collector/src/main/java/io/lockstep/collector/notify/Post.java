package io.lockstep.collector.notify;

import io.netty.handler.ssl.NotSslRecordException;
import io.vertx.core.Future;
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
    var answer = new CompletableFuture<HttpAnswer>();
    Future<HttpClientRequest> connected = client.request(options);
    connected
        .onSuccess(request -> exchange(request, body, answer))
        .onFailure(answer::completeExceptionally);
    try {
      return answer.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new IOException("no answer within " + timeout.toMillis() / 1e3 + " s", e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new IOException(reason(cause), cause);
    } finally {
      // Whatever is still under way ends with its connection, and nothing begins any more.
      answer.cancel(false);
      connected.onSuccess(HttpClientRequest::reset);
    }
  }

  /// What failed, and why at bottom: of TLS only that tells what is wrong with a certificate.
  private static String reason(Throwable failure) {
    Throwable root = failure;
    for (int depth = 0; depth < 10 && root.getCause() != null; depth++) {
      root = root.getCause();
    }
    if (root instanceof NotSslRecordException) {
      return "it does not speak TLS; is the url http?";
    }
    String what = words(failure);
    String why = words(root);
    return what.contains(why) ? what : what + ": " + why;
  }

  private static String words(Throwable failure) {
    String message = failure.getMessage();
    if (failure instanceof IllegalArgumentException) {
      // Its decoder stumbled: a number that is none, a line that can't be.
      return "the answer is no HTTP";
    }
    return message == null || message.isBlank() ? failure.getClass().getSimpleName() : message;
  }

  private static void exchange(
      HttpClientRequest request, String body, CompletableFuture<HttpAnswer> answer) {
    if (answer.isDone()) {
      return;
    }
    request
        .send(Buffer.buffer(body.getBytes(StandardCharsets.UTF_8)))
        .onSuccess(response -> read(response, answer))
        .onFailure(answer::completeExceptionally);
  }

  /// Of a good answer the status is all that counts; of a bad one the beginning says why, as far as
  /// it comes.
  private static void read(HttpClientResponse response, CompletableFuture<HttpAnswer> answer) {
    boolean good = response.statusCode() >= 200 && response.statusCode() < 300;
    Buffer text = Buffer.buffer();
    Runnable end = () -> answer.complete(answer(response, text));
    response.handler(part -> {
      if (text.length() < TEXT_MAX) {
        text.appendBuffer(part);
      }
      if (text.length() >= TEXT_MAX) {
        end.run();
      }
    });
    response.endHandler(_ -> end.run());
    response.exceptionHandler(_ -> end.run());
    if (good) {
      end.run();
    }
  }

  private static HttpAnswer answer(HttpClientResponse response, Buffer text) {
    String beginning =
        text.slice(0, Math.min(text.length(), TEXT_MAX)).toString(StandardCharsets.UTF_8);
    return new HttpAnswer(response.statusCode(), response.getHeader("Retry-After"), beginning);
  }

  void close() {
    client.close();
  }
}
