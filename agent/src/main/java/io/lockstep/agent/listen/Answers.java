package io.lockstep.agent.listen;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import io.lockstep.telemetry.otlp.Gzip;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.zip.Deflater;
import org.jspecify.annotations.Nullable;

/// Writes answers as OTLP/HTTP wants them: in the encoding of the request, errors as a
/// `google.rpc.Status` ([OTLP 1.11](https://opentelemetry.io/docs/specs/otlp/#failures-1)).
final class Answers {
  /// Below it a page is one packet either way.
  private static final int WORTH_BYTES = 1 << 10;

  private static final Pattern NONE = Pattern.compile("\\s*q\\s*=\\s*0(\\.0{0,3})?\\s*");

  private Answers() {}

  /// All of an OTLP request is taken: an empty ExportXServiceResponse.
  static void ok(HttpExchange exchange, boolean json) throws IOException {
    byte[] body = json ? "{}".getBytes(StandardCharsets.UTF_8) : new byte[0];
    write(exchange, 200, json ? "application/json" : "application/x-protobuf", body);
  }

  static void text(HttpExchange exchange, int status, String type, String text) throws IOException {
    write(exchange, status, type, text.getBytes(StandardCharsets.UTF_8));
  }

  /// What is shown to whoever scrapes: smaller where it may be and that is worth it.
  static void page(HttpExchange exchange, String type, String text) throws IOException {
    byte[] plain = text.getBytes(StandardCharsets.UTF_8);
    Headers answer = exchange.getResponseHeaders();
    answer.set("Vary", "Accept, Accept-Encoding");
    boolean smaller =
        plain.length >= WORTH_BYTES
            && takesGzip(exchange.getRequestHeaders().get("Accept-Encoding"));
    if (smaller) {
      answer.set("Content-Encoding", "gzip");
    }
    write(exchange, 200, type, smaller ? gzip(plain) : plain);
  }

  private static byte[] gzip(byte[] plain) {
    try (var fast = new Gzip(Deflater.BEST_SPEED)) {
      return fast.compress(plain);
    }
  }

  /// Whether gzip may come, by [RFC 9110,
  /// 12.5.3](https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3): what it says of `gzip` goes
  /// before what it says of `*`; a quality of 0 is none.
  ///
  /// @param headers each `Accept-Encoding`; null when there is none
  static boolean takesGzip(@Nullable List<String> headers) {
    if (headers == null) {
      return false;
    }
    boolean others = false;
    for (String one : String.join(",", headers).toLowerCase(Locale.ROOT).split(",", -1)) {
      String[] parts = one.split(";", 2);
      String coding = parts[0].strip();
      boolean wanted = parts.length < 2 || !NONE.matcher(parts[1]).matches();
      if (coding.equals("gzip") || coding.equals("x-gzip")) {
        return wanted;
      }
      others |= coding.equals("*") && wanted;
    }
    return others;
  }

  /// An error, in the request's own encoding where that is known.
  static void problem(HttpExchange exchange, Problem problem) throws IOException {
    String type = String.valueOf(exchange.getRequestHeaders().getFirst("Content-Type"));
    String kind = type.toLowerCase(Locale.ROOT);
    if (kind.startsWith("application/json")) {
      String json = "{\"message\":\"" + escape(problem.text()) + "\"}";
      text(exchange, problem.status(), "application/json", json);
    } else if (kind.startsWith("application/x-protobuf")) {
      write(exchange, problem.status(), "application/x-protobuf", status(problem.text()));
    } else {
      text(exchange, problem.status(), "text/plain; charset=utf-8", problem.text() + "\n");
    }
  }

  /// `Status { message = 2 }`.
  private static byte[] status(String message) {
    byte[] text = message.getBytes(StandardCharsets.UTF_8);
    var out = new ByteArrayOutputStream();
    out.write(2 << 3 | 2);
    int length = text.length;
    while (length >= 0x80) {
      out.write((length & 0x7f) | 0x80);
      length >>>= 7;
    }
    out.write(length);
    out.writeBytes(text);
    return out.toByteArray();
  }

  private static String escape(String text) {
    var out = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ') {
        out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }

  private static void write(HttpExchange exchange, int status, String type, byte[] body)
      throws IOException {
    exchange.getResponseHeaders().set("Content-Type", type);
    boolean head = exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(status, body.length == 0 || head ? -1 : body.length);
    if (!head) {
      exchange.getResponseBody().write(body);
    }
  }
}
