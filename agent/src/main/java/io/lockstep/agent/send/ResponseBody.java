package io.lockstep.agent.send;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Reads the few fields of OTLP's answers that matter here, straight from their bytes:
/// `ExportXServiceResponse { partial_success = 1 { rejected = 1, error_message = 2 } }`, the same
/// for every signal, and `google.rpc.Status { message = 2 }` ([OTLP
/// 1.11](https://opentelemetry.io/docs/specs/otlp/#otlphttp-response)).
final class ResponseBody {
  private static final int TEXT_MAX = 300;

  private final byte[] bytes;
  private int at;
  private int end;

  private ResponseBody(byte[] bytes, int at, int end) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  /// What a 200 says.
  ///
  /// @return null when the bytes are no such answer
  static Answer.@Nullable Acknowledged acknowledged(byte[] bytes) {
    try {
      var response = new ResponseBody(bytes, 0, bytes.length);
      long rejected = 0;
      String message = "";
      while (response.at < response.end) {
        long tag = response.varint();
        if (tag == (1 << 3 | 2)) {
          ResponseBody partial = response.message();
          while (partial.at < partial.end) {
            long inner = partial.varint();
            if (inner == 1 << 3) {
              rejected = partial.varint();
            } else if (inner == (2 << 3 | 2)) {
              message = partial.message().text();
            } else {
              partial.skip(inner);
            }
          }
        } else {
          response.skip(tag);
        }
      }
      return new Answer.Acknowledged(Math.max(0, rejected), message);
    } catch (IndexOutOfBoundsException _) {
      return null;
    }
  }

  /// What an error's body says, in one line; empty when it says nothing readable.
  ///
  /// @param type the response's content type
  static String error(String type, byte[] bytes) {
    if (!type.startsWith("application/x-protobuf")) {
      return new ResponseBody(bytes, 0, bytes.length).text();
    }
    try {
      var status = new ResponseBody(bytes, 0, bytes.length);
      while (status.at < status.end) {
        long tag = status.varint();
        if (tag == (2 << 3 | 2)) {
          return status.message().text();
        }
        status.skip(tag);
      }
    } catch (IndexOutOfBoundsException _) {
      // Not a status: then it says nothing.
    }
    return "";
  }

  private ResponseBody message() {
    long length = varint();
    if (length < 0 || length > end - at) {
      throw new IndexOutOfBoundsException();
    }
    var message = new ResponseBody(bytes, at, at + (int) length);
    at += (int) length;
    return message;
  }

  private void skip(long tag) {
    switch ((int) (tag & 7)) {
      case 0 -> varint();
      case 1 -> at += 8;
      case 2 -> message();
      case 5 -> at += 4;
      default -> throw new IndexOutOfBoundsException();
    }
    if (at > end || tag >>> 3 == 0) {
      throw new IndexOutOfBoundsException();
    }
  }

  private long varint() {
    long value = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      if (at >= end) {
        throw new IndexOutOfBoundsException();
      }
      byte next = bytes[at++];
      value |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new IndexOutOfBoundsException();
  }

  /// The rest as one line of bounded length.
  private String text() {
    String all = new String(bytes, at, Math.min(end - at, 4 * TEXT_MAX), StandardCharsets.UTF_8);
    String line = all.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
    return line.length() <= TEXT_MAX ? line : line.substring(0, TEXT_MAX) + "…";
  }
}
