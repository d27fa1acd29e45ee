package io.lockstep.agent.send;

import io.lockstep.telemetry.otlp.OtlpAnswer;
import java.time.Duration;

/// An HTTP answer, read.
final class Response {
  final int status;
  private final String type;
  private final Duration retryAfter;
  private final byte[] body;

  /// @param type content type; empty when absent
  /// @param retryAfter zero when absent
  Response(int status, String type, Duration retryAfter, byte[] body) {
    this.status = status;
    this.type = type;
    this.retryAfter = retryAfter;
    this.body = body;
  }

  /// What it means for a batch.
  Answer answer(String url) {
    return switch (status) {
      case 200 -> success(url);
      case 400 -> type.startsWith("text/html") ? notOtlp(url) : new Answer.Refused(reason());
      case 413 -> new Answer.Refused(reason());
      case 401, 403 ->
          new Answer.Misconfigured(
              reason() + ": send.token_file must hold the token that the collector knows");
      case 429 -> new Answer.TryLater(retryAfter, true, reason());
      case 408, 502, 503, 504 -> new Answer.TryLater(retryAfter, false, reason());
      case 500 -> new Answer.Away(reason());
      default -> notOtlp(url);
    };
  }

  /// A web server that answers everything with a page is no collector: what it "took" is lost.
  private Answer success(String url) {
    if (body.length == 0 || type.startsWith("application/json")) {
      return new Answer.Acknowledged(0, "");
    }
    OtlpAnswer.Taken taken =
        type.startsWith("application/x-protobuf") ? OtlpAnswer.taken(body) : null;
    return taken == null
        ? notOtlp(url)
        : new Answer.Acknowledged(taken.rejected(), taken.message());
  }

  private Answer notOtlp(String url) {
    return new Answer.Misconfigured(
        reason() + ": not an answer of OTLP/HTTP; is the address in collectors right? " + url);
  }

  /// Whether a web page answers, and no OTLP.
  boolean isPage() {
    return type.startsWith("text/html");
  }

  /// Zero when it did not say.
  long retryAfterMillis() {
    return retryAfter.toMillis();
  }

  /// In one line.
  String reason() {
    String text = OtlpAnswer.error(type, body);
    return "HTTP " + status + (text.isEmpty() ? "" : " " + text);
  }
}
