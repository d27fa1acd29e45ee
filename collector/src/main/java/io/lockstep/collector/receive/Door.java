package io.lockstep.collector.receive;

import io.lockstep.collector.receive.Refusal.Reason;
import io.lockstep.telemetry.otlp.BatchId;
import io.lockstep.telemetry.otlp.Signal;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Judges a request by its head, before any of its body is read.
final class Door {
  private static final String PATHS =
      Arrays.stream(Signal.values()).map(Signal::path).collect(Collectors.joining(", "));

  private final Senders senders;
  private final long bodyMax;

  /// @param bodyMax bytes of a body as sent
  Door(Senders senders, long bodyMax) {
    this.senders = senders;
    this.bodyMax = bodyMax;
  }

  /// The signal of a path; null when it is none of OTLP's.
  static @Nullable Signal signal(@Nullable String path) {
    for (Signal one : Signal.values()) {
      if (one.path().equals(path)) {
        return one;
      }
    }
    return null;
  }

  Head read(HttpServerRequest request) {
    Signal signal = signal(request.path());
    if (signal == null) {
      return new Refusal(Reason.UNKNOWN_PATH, "OTLP is taken by POST at " + PATHS);
    }
    if (!request.method().equals(HttpMethod.POST)) {
      return new Refusal(Reason.WRONG_METHOD, signal.path() + " takes POST");
    }
    var remote = request.remoteAddress();
    Identity identity =
        senders.identify(
            request.getHeader(HttpHeaders.AUTHORIZATION),
            request.getHeader(HttpHeaders.ORIGIN),
            remote == null ? null : remote.hostAddress());
    return switch (identity) {
      case Refusal refusal -> refusal;
      case Identity.Known known -> headers(request, signal, known.sender());
    };
  }

  private Head headers(HttpServerRequest request, Signal signal, Sender sender) {
    String type = request.getHeader(HttpHeaders.CONTENT_TYPE);
    Encoding encoding = Encoding.of(type);
    if (encoding == null) {
      return new Refusal(
          Reason.WRONG_CONTENT_TYPE,
          "Content-Type must be application/x-protobuf or application/json, is " + quoted(type));
    }
    String coding = request.getHeader(HttpHeaders.CONTENT_ENCODING);
    boolean gzip = "gzip".equalsIgnoreCase(coding);
    if (coding != null && !gzip && !coding.equalsIgnoreCase("identity")) {
      return new Refusal(
          Reason.WRONG_CONTENT_ENCODING,
          "Content-Encoding must be gzip or absent, is " + quoted(coding));
    }
    if (length(request) > bodyMax) {
      return tooLarge(bodyMax);
    }
    try {
      String batch = request.getHeader(BatchId.HEADER);
      return new Head.Accepted(
          sender, signal, encoding, gzip, batch == null ? null : BatchId.parse(batch));
    } catch (IllegalArgumentException e) {
      return new Refusal(Reason.BAD_BATCH_ID, String.valueOf(e.getMessage()));
    }
  }

  static Refusal tooLarge(long bodyMax) {
    return new Refusal(
        Reason.BODY_TOO_LARGE,
        "the body is above " + bodyMax + " bytes (receive.body_max); send smaller batches");
  }

  /// The declared length; 0 when it is not declared, as the body is counted anyway.
  private static long length(HttpServerRequest request) {
    String header = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    return header != null && header.matches("[0-9]{1,18}") ? Long.parseLong(header) : 0;
  }

  private static String quoted(@Nullable String header) {
    if (header == null) {
      return "absent";
    }
    return '"' + (header.length() <= 80 ? header : header.substring(0, 80) + "…") + '"';
  }
}
