package io.lockstep.collector.receive;

import io.lockstep.telemetry.otlp.Signal;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// OTLP over HTTP/1.1 (https://opentelemetry.io/docs/specs/otlp/#otlphttp).
final class HttpWire implements Wire {
  private final Function<HttpServerRequest, Head> door;

  /// @param door judges heads
  HttpWire(Function<HttpServerRequest, Head> door) {
    this.door = door;
  }

  @Override
  public String label() {
    return "http";
  }

  @Override
  public @Nullable Signal signal(@Nullable String path) {
    return Door.signal(path);
  }

  @Override
  public Head read(HttpServerRequest request) {
    return door.apply(request);
  }

  @Override
  public long lengthMax(long bodyMax) {
    return bodyMax;
  }

  @Override
  public Opened open(Head.Accepted head, Buffer body) {
    return new Message(head, body.getBytes());
  }

  @Override
  public Future<?> stored(
      HttpServerRequest request, Head.Accepted head, Intake.Answer.Stored stored) {
    byte[] content = Reply.stored(head.encoding(), head.signal(), stored);
    return end(request.response().setStatusCode(200), head.encoding(), content);
  }

  @Override
  public Future<?> refused(HttpServerRequest request, Refusal refusal, boolean whole) {
    HttpServerResponse response = request.response();
    if (!refusal.reason().header().isEmpty()) {
      response.putHeader(refusal.reason().header(), refusal.reason().headerValue());
    }
    if (refusal.retryAfter().isPositive()) {
      long seconds = refusal.retryAfter().plusMillis(999).toSeconds();
      response.putHeader(HttpHeaders.RETRY_AFTER, Long.toString(seconds));
    }
    if (!whole) {
      response.putHeader(HttpHeaders.CONNECTION, "close");
    }
    boolean protobuf =
        Encoding.of(request.getHeader(HttpHeaders.CONTENT_TYPE)) == Encoding.PROTOBUF;
    Encoding encoding = protobuf ? Encoding.PROTOBUF : Encoding.JSON;
    response.setStatusCode(refusal.reason().status());
    return end(response, encoding, Reply.refused(encoding, refusal));
  }

  private static Future<?> end(HttpServerResponse response, Encoding encoding, byte[] content) {
    return response
        .putHeader(HttpHeaders.CONTENT_TYPE, encoding.contentType())
        .end(Buffer.buffer(content));
  }

  @Override
  public void readLate(HttpServerRequest request) {
    request.connection().close();
  }

  @Override
  public void cut(HttpServerRequest request) {
    request.connection().close();
  }
}
