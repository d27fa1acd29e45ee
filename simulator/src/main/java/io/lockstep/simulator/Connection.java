package io.lockstep.simulator;

import io.lockstep.telemetry.otlp.BatchId;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/// One simulated agent's HTTP/1.1 connection, kept open from request to request. A plain socket, so
/// that thousands fit into one process.
final class Connection implements AutoCloseable {
  private static final int TIMEOUT_MILLIS = 10_000;

  /// A response.
  ///
  /// @param status HTTP status
  /// @param retrySeconds `Retry-After`; 0 when absent
  record Response(int status, long retrySeconds) {}

  private final URI url;
  private final @Nullable String token;
  private @Nullable Socket socket;
  private @Nullable InputStream in;

  Connection(URI url, @Nullable String token) {
    this.url = url;
    this.token = token;
  }

  /// Posts one request and reads the response.
  ///
  /// @throws IOException when there is none; the connection is made anew next time
  Response post(Parcel parcel) throws IOException {
    try {
      Socket open = open();
      byte[] body = gzip(parcel.body());
      open.getOutputStream().write(head(parcel, body.length));
      open.getOutputStream().write(body);
      return response();
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  private Socket open() throws IOException {
    Socket open = socket;
    if (open == null) {
      open = new Socket();
      open.setTcpNoDelay(true);
      open.setSoTimeout(TIMEOUT_MILLIS);
      open.connect(new InetSocketAddress(url.getHost(), url.getPort()), TIMEOUT_MILLIS);
      socket = open;
      in = new BufferedInputStream(open.getInputStream(), 1024);
    }
    return open;
  }

  private static byte[] gzip(byte[] body) throws IOException {
    var out = new ByteArrayOutputStream(body.length / 4);
    try (var gzip =
        new GZIPOutputStream(out) {
          {
            def.setLevel(Deflater.BEST_SPEED);
          }
        }) {
      gzip.write(body);
    }
    return out.toByteArray();
  }

  private byte[] head(Parcel parcel, int length) {
    BatchId id = parcel.id();
    String head =
        "POST "
            + parcel.signal().path()
            + " HTTP/1.1\r\n"
            + "Host: "
            + url.getAuthority()
            + "\r\n"
            + "Content-Type: application/x-protobuf\r\nContent-Encoding: gzip\r\n"
            + "Content-Length: "
            + length
            + "\r\n"
            + (id == null ? "" : BatchId.HEADER + ": " + id.header() + "\r\n")
            + (token == null ? "" : "Authorization: Bearer " + token + "\r\n")
            + "\r\n";
    return head.getBytes(StandardCharsets.ISO_8859_1);
  }

  private Response response() throws IOException {
    String[] status = line().split(" ", 3);
    if (status.length < 2 || !status[0].startsWith("HTTP/1.")) {
      throw new IOException("no HTTP/1.1 response");
    }
    long retry = 0;
    long length = 0;
    boolean last = false;
    for (String line = line(); !line.isEmpty(); line = line()) {
      String[] field = line.split(":", 2);
      String value = field.length == 2 ? field[1].strip() : "";
      switch (field[0].toLowerCase(Locale.ROOT)) {
        case "content-length" -> length = number(value);
        case "retry-after" -> retry = number(value);
        case "connection" -> last = value.equalsIgnoreCase("close");
        default -> {
          // Nothing that matters here.
        }
      }
    }
    stream().skipNBytes(length);
    if (last) {
      close();
    }
    return new Response((int) number(status[1]), retry);
  }

  private InputStream stream() throws IOException {
    if (in == null) {
      throw new IOException("closed");
    }
    return in;
  }

  private static long number(String text) throws IOException {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new IOException("not a number in the response: " + text, e);
    }
  }

  private String line() throws IOException {
    var line = new StringBuilder();
    for (int one = stream().read(); one != '\n'; one = stream().read()) {
      if (one < 0 || line.length() > 8_192) {
        throw new IOException(one < 0 ? "closed by the other side" : "endless line");
      }
      if (one != '\r') {
        line.append((char) one);
      }
    }
    return line.toString();
  }

  @Override
  public void close() {
    try {
      if (socket != null) {
        socket.close();
      }
    } catch (IOException _) {
      // It is gone, as wanted.
    }
    socket = null;
    in = null;
  }
}
