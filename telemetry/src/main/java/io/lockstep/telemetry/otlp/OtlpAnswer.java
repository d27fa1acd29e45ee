package io.lockstep.telemetry.otlp;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Reads the few fields of OTLP's answers that matter to a sender: `ExportXServiceResponse {
/// partial_success = 1 { rejected = 1, error_message = 2 } }`, the same for every signal, and
/// `google.rpc.Status { message = 2 }` ([OTLP
/// 1.11](https://opentelemetry.io/docs/specs/otlp/#otlphttp-response)).
public final class OtlpAnswer {
  private static final int TEXT_MAX = 300;

  private OtlpAnswer() {}

  /// What a request that was taken lost on the way.
  ///
  /// @param rejected points, log records or spans that were refused, 0 or more
  /// @param message why, in one line; empty when nothing was said
  public record Taken(long rejected, String message) {}

  /// What a 200 says.
  ///
  /// @return null when the bytes are no such answer
  public static @Nullable Taken taken(byte[] bytes) {
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
    return new Taken(rejected, message);
  }

  /// What an error's body says, in one line; empty when it says nothing readable.
  ///
  /// @param type the response's content type
  public static String error(String type, byte[] bytes) {
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
