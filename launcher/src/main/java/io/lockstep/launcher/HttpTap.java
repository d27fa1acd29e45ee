package io.lockstep.launcher;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/// Reads along one direction of an HTTP/1.1 connection and gives each message that has passed
/// whole. What is no HTTP with `Content-Length` it gives up on, for the rest of the connection. One
/// thread.
final class HttpTap {
  private static final int HEAD_MAX = 64 << 10;
  private static final byte[] END = "\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1);

  /// A request or response.
  ///
  /// @param start its first line
  /// @param fields of the head, names in lower case
  /// @param body as it was sent, for whoever reads it, once
  record Message(String start, Map<String, String> fields, ByteArrayInputStream body) {
    String field(String name) {
      return fields.getOrDefault(name, "");
    }
  }

  private final Consumer<Message> heard;
  private final ByteArrayOutputStream head = new ByteArrayOutputStream();
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private String start = "";
  private Map<String, String> fields = Map.of();
  private int matched;
  private long missing = -1;
  private boolean deaf;

  HttpTap(Consumer<Message> heard) {
    this.heard = heard;
  }

  /// Takes what has passed.
  void pass(byte[] bytes, int length) {
    int at = 0;
    while (at < length && !deaf) {
      at = missing < 0 ? head(bytes, at, length) : body(bytes, at, length);
    }
  }

  private int head(byte[] bytes, int from, int length) {
    int at = from;
    while (at < length) {
      byte one = bytes[at++];
      head.write(one);
      matched = one == END[matched] ? matched + 1 : one == END[0] ? 1 : 0;
      if (matched == END.length) {
        headEnds();
        return at;
      }
    }
    deaf = head.size() > HEAD_MAX;
    return at;
  }

  private void headEnds() {
    matched = 0;
    String[] lines = head.toString(StandardCharsets.ISO_8859_1).split("\r\n", -1);
    head.reset();
    start = lines[0];
    fields = new HashMap<>();
    for (int i = 1; i < lines.length; i++) {
      int colon = lines[i].indexOf(':');
      if (colon > 0) {
        String name = lines[i].substring(0, colon).toLowerCase(Locale.ROOT);
        fields.put(name, lines[i].substring(colon + 1).strip());
      }
    }
    String declared = fields.getOrDefault("content-length", "0");
    deaf = fields.containsKey("transfer-encoding") || !declared.matches("[0-9]{1,9}");
    missing = deaf ? -1 : Long.parseLong(declared);
    bodyEnds();
  }

  private int body(byte[] bytes, int from, int length) {
    int count = (int) Math.min(missing, length - from);
    body.write(bytes, from, count);
    missing -= count;
    bodyEnds();
    return from + count;
  }

  private void bodyEnds() {
    if (missing == 0) {
      missing = -1;
      var message = new Message(start, fields, new ByteArrayInputStream(body.toByteArray()));
      body.reset();
      heard.accept(message);
    }
  }
}
