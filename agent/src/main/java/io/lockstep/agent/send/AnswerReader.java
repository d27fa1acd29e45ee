package io.lockstep.agent.send;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.regex.Pattern;

/// Reads HTTP/1.1 answers ([RFC 9112](https://www.rfc-editor.org/rfc/rfc9112)) from one connection,
/// whatever comes: lines, headers, body and time are bounded.
final class AnswerReader {
  /// Of a body so much is read; OTLP's answers have some hundred bytes.
  static final int BODY_MAX = 64 << 10;

  private static final int LINE_MAX = 8 << 10;
  private static final int LINES_MAX = 200;
  private static final int INTERIM_MAX = 10;
  private static final int NO_CONTENT = 204;
  private static final int NOT_MODIFIED = 304;
  private static final Pattern SECONDS = Pattern.compile("[0-9]{1,6}");

  private final Socket socket;
  private final InputStream in;
  private final byte[] buffer = new byte[4096];
  private int at;
  private int end;
  private long deadline;
  private boolean begun;
  private boolean lasts;

  // Of the answer that is being read:
  private int status;
  private long length;
  private boolean chunked;
  private String type = "";
  private Duration retryAfter = Duration.ZERO;

  AnswerReader(Socket socket) throws IOException {
    this.socket = socket;
    this.in = socket.getInputStream();
  }

  /// A request is about to be sent.
  ///
  /// @param deadline when its answer must be there, by the monotonic clock
  void begin(long deadline) {
    this.deadline = deadline;
    begun = false;
    lasts = false;
  }

  /// Whether anything came since [#begin].
  boolean begun() {
    return begun;
  }

  /// Whether the connection is of use after the answer that was read.
  boolean lasts() {
    return lasts;
  }

  /// Reads one answer.
  ///
  /// @throws IOException when it is not HTTP, or does not come whole and in time
  Response read() throws IOException {
    head();
    for (int interim = 0; status < 200; interim++) {
      if (interim == INTERIM_MAX) {
        throw new IOException("the answer does not come to its end");
      }
      head();
    }
    byte[] body = body();
    lasts &= at == end && body.length <= BODY_MAX;
    return new Response(status, type, retryAfter, body);
  }

  private void head() throws IOException {
    String line = line();
    if (!line.startsWith("HTTP/1.") || line.length() < 12 || line.charAt(8) != ' ') {
      throw new IOException("the answer is not HTTP");
    }
    status = (int) number(line.substring(9, 12), 10);
    lasts = line.charAt(7) != '0';
    length = -1;
    chunked = false;
    type = "";
    retryAfter = Duration.ZERO;
    int lines = 0;
    for (line = line(); !line.isEmpty(); line = line()) {
      if (++lines > LINES_MAX) {
        throw new IOException("the answer has more than " + LINES_MAX + " headers");
      }
      header(line);
    }
  }

  private void header(String line) throws IOException {
    int colon = line.indexOf(':');
    String value = line.substring(colon + 1).strip();
    if (is(line, colon, "Content-Length")) {
      length = number(value, 10);
    } else if (is(line, colon, "Transfer-Encoding")) {
      chunked = value.equalsIgnoreCase("chunked");
    } else if (is(line, colon, "Content-Type")) {
      type = value;
    } else if (is(line, colon, "Connection")) {
      lasts &= !value.equalsIgnoreCase("close");
    } else if (is(line, colon, "Retry-After") && SECONDS.matcher(value).matches()) {
      // A date, which it may be as well, is none: the own back-off serves then.
      retryAfter = Duration.ofSeconds(Long.parseLong(value));
    }
  }

  private static boolean is(String line, int colon, String name) {
    return colon == name.length() && line.regionMatches(true, 0, name, 0, colon);
  }

  private static long number(String digits, int radix) throws IOException {
    try {
      long number = Long.parseLong(digits, radix);
      if (number >= 0) {
        return number;
      }
    } catch (NumberFormatException _) {
      // said below
    }
    throw new IOException("the answer is not HTTP: no number: " + digits);
  }

  /// At most one byte more than [#BODY_MAX].
  private byte[] body() throws IOException {
    if (status == NO_CONTENT || status == NOT_MODIFIED || (length == 0 && !chunked)) {
      return new byte[0];
    }
    var body = new ByteArrayOutputStream();
    if (chunked) {
      chunks(body);
    } else if (length > 0) {
      take(body, length);
    } else {
      lasts = false;
      untilTheEnd(body);
    }
    return body.toByteArray();
  }

  private void chunks(ByteArrayOutputStream body) throws IOException {
    for (long size = chunk(); size > 0; size = chunk()) {
      take(body, size);
      if (body.size() > BODY_MAX) {
        return;
      }
      if (!line().isEmpty()) {
        throw new IOException("the answer is not HTTP: a chunk is longer than it says");
      }
    }
    int lines = 0;
    while (!line().isEmpty()) { // trailers
      if (++lines > LINES_MAX) {
        throw new IOException("the answer has more than " + LINES_MAX + " trailers");
      }
    }
  }

  private long chunk() throws IOException {
    String line = line();
    int extension = line.indexOf(';');
    return number((extension < 0 ? line : line.substring(0, extension)).strip(), 16);
  }

  private void take(ByteArrayOutputStream body, long count) throws IOException {
    long left = Math.min(count, BODY_MAX + 1L - body.size());
    while (left > 0) {
      if (at == end && !fill()) {
        throw new IOException("the answer was cut off");
      }
      int some = (int) Math.min(left, end - at);
      body.write(buffer, at, some);
      at += some;
      left -= some;
    }
  }

  private void untilTheEnd(ByteArrayOutputStream body) throws IOException {
    while (body.size() <= BODY_MAX && (at < end || fill())) {
      int some = Math.min(BODY_MAX + 1 - body.size(), end - at);
      body.write(buffer, at, some);
      at += some;
    }
  }

  /// The next line, without its end.
  private String line() throws IOException {
    var line = new StringBuilder(64);
    while (line.length() <= LINE_MAX) {
      if (at == end && !fill()) {
        throw new IOException(
            begun ? "the answer was cut off" : "the connection was closed without an answer");
      }
      char one = (char) (buffer[at++] & 0xff);
      if (one == '\n') {
        int length = line.length();
        return length > 0 && line.charAt(length - 1) == '\r'
            ? line.substring(0, length - 1)
            : line.toString();
      }
      line.append(one);
    }
    throw new IOException("the answer is not HTTP: a line of more than " + LINE_MAX + " bytes");
  }

  /// @return false at the end of the connection
  private boolean fill() throws IOException {
    long left = (deadline - System.nanoTime()) / 1_000_000;
    if (left <= 0) {
      throw new SocketTimeoutException("Read timed out");
    }
    socket.setSoTimeout((int) Math.min(left, Integer.MAX_VALUE));
    int count = in.read(buffer, 0, buffer.length);
    at = 0;
    end = Math.max(0, count);
    begun |= count > 0;
    return count > 0;
  }
}
