package io.lockstep.agent.send;

import io.lockstep.telemetry.otlp.OtlpException;
import io.lockstep.telemetry.otlp.ProtoCursor;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Reads the few fields of OTLP's answers that matter here: `ExportXServiceResponse {
/// partial_success = 1 { rejected = 1, error_message = 2 } }`, the same for every signal, and
/// `google.rpc.Status { message = 2 }` ([OTLP
/// 1.11](https://opentelemetry.io/docs/specs/otlp/#otlphttp-response)).
final class ResponseBody {
  private static final int TEXT_MAX = 300;

  private ResponseBody() {}

  /// What a 200 says.
  ///
  /// @return null when the bytes are no such answer
  static Answer.@Nullable Acknowledged acknowledged(byte[] bytes) {
    long rejected = 0;
    String message = "";
    try {
      var response = new ProtoCursor(bytes);
      while (response.next()) {
        if (response.field() != 1) {
          response.skip();
          continue;
        }
        var partial = response.message();
        while (partial.next()) {
          switch (partial.field()) {
            case 1 -> rejected = Math.max(0, partial.number());
            case 2 -> message = line(partial.text());
            default -> partial.skip();
          }
        }
      }
    } catch (OtlpException _) {
      return null;
    }
    return new Answer.Acknowledged(rejected, message);
  }

  /// What an error's body says, in one line; empty when it says nothing readable.
  ///
  /// @param type the response's content type
  static String error(String type, byte[] bytes) {
    if (!type.startsWith("application/x-protobuf")) {
      return line(new String(bytes, StandardCharsets.UTF_8));
    }
    String message = "";
    try {
      var status = new ProtoCursor(bytes);
      while (status.next()) {
        if (status.field() == 2) {
          message = line(status.text());
        } else {
          status.skip();
        }
      }
    } catch (OtlpException _) {
      // Not a status: then it says what was readable so far.
    }
    return message;
  }

  private static String line(String text) {
    String cut = text.length() <= 4 * TEXT_MAX ? text : text.substring(0, 4 * TEXT_MAX);
    String line = cut.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
    return line.length() <= TEXT_MAX ? line : line.substring(0, TEXT_MAX) + "…";
  }
}
