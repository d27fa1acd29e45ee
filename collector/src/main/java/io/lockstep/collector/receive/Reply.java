package io.lockstep.collector.receive;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.lockstep.telemetry.otlp.Signal;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// Bodies of answers in the request's own encoding: `ExportMetricsServiceResponse` and its like for
/// what was taken, `google.rpc.Status` for what was refused, as OTLP/HTTP asks
/// (https://opentelemetry.io/docs/specs/otlp/#otlphttp-response).
final class Reply {
  private static final int MESSAGE_LENGTH_MAX = 1000;

  private static final String RETRY_INFO = "type.googleapis.com/google.rpc.RetryInfo";

  private Reply() {}

  /// Of a request that was taken; says nothing when it was taken whole.
  static byte[] stored(Encoding encoding, Signal signal, Intake.Answer.Stored stored) {
    boolean whole = stored.refused() == 0 && stored.reason().isEmpty();
    String reason = cut(stored.reason());
    return switch (encoding) {
      case PROTOBUF -> whole ? new byte[0] : message(1, pair(stored.refused(), reason));
      case JSON -> {
        var root = JsonNodeFactory.instance.objectNode();
        if (!whole) {
          root.putObject("partialSuccess")
              .put(rejectedName(signal), Long.toString(stored.refused()))
              .put("errorMessage", reason);
        }
        yield root.toString().getBytes(StandardCharsets.UTF_8);
      }
    };
  }

  /// Of a request that was not taken.
  static byte[] refused(Encoding encoding, Refusal refusal) {
    String message = cut(refusal.message());
    return switch (encoding) {
      case PROTOBUF -> pair(refusal.reason().rpcCode(), message);
      case JSON ->
          JsonNodeFactory.instance
              .objectNode()
              .put("code", refusal.reason().rpcCode())
              .put("message", message)
              .toString()
              .getBytes(StandardCharsets.UTF_8);
    };
  }

  /// `google.rpc.Status` of a request that was not taken over gRPC, with `google.rpc.RetryInfo`
  /// where trying again is of use: without it a sender may take `RESOURCE_EXHAUSTED` as final
  /// (https://opentelemetry.io/docs/specs/otlp/#failures).
  ///
  /// @param code of `google.rpc.Code`
  static byte[] status(int code, Refusal refusal) {
    var out = new ByteArrayOutputStream();
    out.writeBytes(pair(code, cut(refusal.message())));
    if (refusal.retryAfter().isPositive()) {
      var delay = new ByteArrayOutputStream();
      number(delay, 1, refusal.retryAfter().toSeconds());
      number(delay, 2, refusal.retryAfter().toNanosPart());
      var any = new ByteArrayOutputStream();
      any.writeBytes(message(1, RETRY_INFO.getBytes(StandardCharsets.UTF_8)));
      any.writeBytes(message(2, message(1, delay.toByteArray())));
      out.writeBytes(message(3, any.toByteArray()));
    }
    return out.toByteArray();
  }

  private static String rejectedName(Signal signal) {
    return switch (signal) {
      case METRICS -> "rejectedDataPoints";
      case LOGS -> "rejectedLogRecords";
      case TRACES -> "rejectedSpans";
    };
  }

  static String cut(String text) {
    return text.length() <= MESSAGE_LENGTH_MAX ? text : text.substring(0, MESSAGE_LENGTH_MAX) + "…";
  }

  /// A message with a whole number as field 1 and text as field 2, which both bodies are.
  private static byte[] pair(long number, String text) {
    var out = new ByteArrayOutputStream();
    number(out, 1, number);
    if (!text.isEmpty()) {
      out.writeBytes(message(2, text.getBytes(StandardCharsets.UTF_8)));
    }
    return out.toByteArray();
  }

  private static void number(ByteArrayOutputStream out, int field, long number) {
    if (number != 0) {
      out.write(field << 3);
      varint(out, number);
    }
  }

  private static byte[] message(int field, byte[] content) {
    var out = new ByteArrayOutputStream();
    out.write((field << 3) | 2);
    varint(out, content.length);
    out.writeBytes(content);
    return out.toByteArray();
  }

  private static void varint(ByteArrayOutputStream out, long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      out.write((int) ((rest & 0x7f) | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
  }
}
