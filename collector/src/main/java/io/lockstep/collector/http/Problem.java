package io.lockstep.collector.http;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.http.HttpServerResponse;

/// An answer that says what is wrong and how to mend it (RFC 9457).
///
/// @param status HTTP status
/// @param detail what was wrong with this very request
record Problem(int status, String detail) {
  static final String CONTENT_TYPE = "application/problem+json";

  static Problem notFound(String detail) {
    return new Problem(404, detail);
  }

  static Problem bad(String detail) {
    return new Problem(400, detail);
  }

  /// Answers with it.
  void send(HttpServerResponse response) {
    if (response.ended() || response.closed()) {
      return;
    }
    response
        .setStatusCode(status)
        .putHeader("Content-Type", CONTENT_TYPE)
        .putHeader("Cache-Control", "no-store")
        .end(
            JsonText.object(json ->
                json.text("type", "about:blank")
                    .text("title", HttpResponseStatus.valueOf(status).reasonPhrase())
                    .number("status", status)
                    .text("detail", detail)));
  }
}
