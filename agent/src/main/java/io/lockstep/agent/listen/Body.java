package io.lockstep.agent.listen;

import com.sun.net.httpserver.Headers;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/// Reads a request's body, inflated where it is compressed, and bounded both ways.
final class Body {
  /// Bytes of a body, as sent and as inflated, at most.
  static final int BYTES_MAX = 2 << 20;

  /// Of a body that is too large so much is read and dropped.
  private static final long DRAINED_MAX = 64 << 20;

  private Body() {}

  /// The body's bytes.
  ///
  /// @throws Problem when it is too large, or compressed in a way that is not served or broken
  static byte[] read(Headers headers, InputStream in) throws IOException, Problem {
    String length = headers.getFirst("Content-Length");
    if (length != null && tooLong(length)) {
      drain(in);
      throw tooLarge("The body");
    }
    byte[] sent = in.readNBytes(BYTES_MAX + 1);
    if (sent.length > BYTES_MAX) {
      drain(in);
      throw tooLarge("The body");
    }
    String coding = coding(headers.getFirst("Content-Encoding"));
    return switch (coding) {
      case "", "identity" -> sent;
      case "gzip" -> inflate(sent);
      default ->
          throw new Problem(415, "Content-Encoding must be gzip or absent, is " + cut(coding));
    };
  }

  /// Reads on for a while: a sender that is cut off in the middle does not see the answer.
  private static void drain(InputStream in) throws IOException {
    var rest = new byte[8192];
    long left = DRAINED_MAX;
    for (int count = in.read(rest); count > 0 && left > 0; count = in.read(rest)) {
      left -= count;
    }
  }

  private static boolean tooLong(String length) {
    try {
      return Long.parseLong(length.strip()) > BYTES_MAX;
    } catch (NumberFormatException _) {
      return false; // the server below has its own opinion of such a header
    }
  }

  private static byte[] inflate(byte[] sent) throws IOException, Problem {
    try (var gzip = new GZIPInputStream(new ByteArrayInputStream(sent))) {
      byte[] plain = gzip.readNBytes(BYTES_MAX + 1);
      if (plain.length > BYTES_MAX) {
        throw tooLarge("The inflated body");
      }
      return plain;
    } catch (ZipException | EOFException e) {
      throw new Problem(400, "The body is not gzip: " + e.getMessage());
    }
  }

  private static Problem tooLarge(String what) {
    return new Problem(413, what + " must not be above " + BYTES_MAX + " bytes: send less at once");
  }

  private static String coding(@Nullable String header) {
    return header == null ? "" : header.strip().toLowerCase(Locale.ROOT);
  }

  private static String cut(String text) {
    return text.length() <= 40 ? text : text.substring(0, 40) + "…";
  }
}
