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

  private static String rejectedName(Signal signal) {
    return switch (signal) {
      case METRICS -> "rejectedDataPoints";
      case LOGS -> "rejectedLogRecords";
      case TRACES -> "rejectedSpans";
    };
  }

  private static String cut(String text) {
    return text.length() <= MESSAGE_LENGTH_MAX ? text : text.substring(0, MESSAGE_LENGTH_MAX) + "…";
  }

  /// A message with a whole number as field 1 and text as field 2, which both bodies are.
  private static byte[] pair(long number, String text) {
    var out = new ByteArrayOutputStream();
    if (number != 0) {
      out.write(1 << 3);
      varint(out, number);
    }
    if (!text.isEmpty()) {
      out.writeBytes(message(2, text.getBytes(StandardCharsets.UTF_8)));
    }
    return out.toByteArray();
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
