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
    String type = request.getHeader(HttpHeaders.CONTENT_TYPE);
    return switch (identify(request)) {
      case Refusal refusal -> refusal;
      case Identity.Known known -> {
        Encoding encoding = Encoding.of(type);
        yield encoding == null
            ? new Refusal(
                Reason.WRONG_CONTENT_TYPE,
                "Content-Type must be application/x-protobuf or application/json, is "
                    + quoted(type))
            : accept(
                request, known.sender(), signal, encoding, HttpHeaders.CONTENT_ENCODING.toString());
      }
    };
  }

  /// Who sends, by token, address and the header that only browsers send.
  Identity identify(HttpServerRequest request) {
    var remote = request.remoteAddress();
    return senders.identify(
        request.getHeader(HttpHeaders.AUTHORIZATION),
        request.getHeader(HttpHeaders.ORIGIN),
        remote == null ? null : remote.hostAddress());
  }

  /// Judges what the heads of both ways in have: compression, length, batch id.
  ///
  /// @param codingHeader name of the header that says how the body is compressed
  Head accept(
      HttpServerRequest request,
      Sender sender,
      Signal signal,
      Encoding encoding,
      String codingHeader) {
    String coded = request.getHeader(codingHeader);
    Coding coding = Coding.of(coded);
    if (coding == null) {
      return new Refusal(
          Reason.WRONG_CONTENT_ENCODING,
          codingHeader + " must be one of " + Coding.ACCEPTED + ", or absent, is " + quoted(coded));
    }
    if (length(request) > bodyMax) {
      return tooLarge(bodyMax);
    }
    try {
      String batch = request.getHeader(BatchId.HEADER);
      return new Head.Accepted(
          sender, signal, encoding, coding, batch == null ? null : BatchId.parse(batch));
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

  static String quoted(@Nullable String header) {
    if (header == null) {
      return "absent";
    }
    return '"' + (header.length() <= 80 ? header : header.substring(0, 80) + "…") + '"';
  }
}
