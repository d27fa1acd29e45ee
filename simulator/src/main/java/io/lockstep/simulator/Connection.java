package io.lockstep.simulator;

import io.lockstep.telemetry.otlp.Gzip;
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
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/// One HTTP/1.1 connection of one simulated server, kept open from request to request. A plain
/// socket, because it must be this server's own, and thousands must fit into one process. One
/// request at a time.
final class Connection implements AutoCloseable {
  private static final int TIMEOUT_MILLIS = 10_000;
  private static final int LINE_MAX = 8_192;
  private static final int BODY_MAX = 1 << 20;

  private final Fleet.Config config;
  private @Nullable Socket socket;
  private @Nullable InputStream in;

  Connection(Fleet.Config config) {
    this.config = config;
  }

  /// Posts one request and reads the response. A connection that the other side closed meanwhile is
  /// made anew, once.
  ///
  /// @param body as it is to be sent
  /// @throws IOException when there is no response
  Reply post(Parcel parcel, byte[] body) throws IOException {
    return post(Envelope.otlp(parcel.signal().path(), config.gzip(), parcel.id()), body);
  }

  /// Posts one request, as above.
  Reply post(Envelope envelope, byte[] body) throws IOException {
    boolean used = socket != null;
    try {
      return exchange(envelope, body);
    } catch (IOException e) {
      close();
      if (!used) {
        throw e;
      }
      return again(envelope, body);
    }
  }

  private Reply again(Envelope envelope, byte[] body) throws IOException {
    try {
      return exchange(envelope, body);
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  private Reply exchange(Envelope envelope, byte[] body) throws IOException {
    var request = new ByteArrayOutputStream(body.length + 512);
    request.writeBytes(head(envelope, body.length));
    request.writeBytes(body);
    open().getOutputStream().write(request.toByteArray());
    return response();
  }

  private Socket open() throws IOException {
    Socket open = socket;
    if (open == null) {
      URI url = config.url();
      boolean tls = "https".equalsIgnoreCase(url.getScheme());
      open = new Socket();
      socket = open;
      open.setTcpNoDelay(true);
      open.setSoTimeout(TIMEOUT_MILLIS);
      open.connect(new InetSocketAddress(url.getHost(), port(url, tls)), TIMEOUT_MILLIS);
      open = tls ? secured(open, url) : open;
      socket = open;
      in = new BufferedInputStream(open.getInputStream(), 1024);
    }
    return open;
  }

  private static int port(URI url, boolean tls) {
    return url.getPort() >= 0 ? url.getPort() : tls ? 443 : 80;
  }

  private static Socket secured(Socket plain, URI url) throws IOException {
    var factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
    var tls = (SSLSocket) factory.createSocket(plain, url.getHost(), plain.getPort(), true);
    var parameters = tls.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    tls.setSSLParameters(parameters);
    return tls;
  }

  /// A body as it is sent: gzip at its fastest, or as it is.
  static byte[] packed(byte[] body, boolean gzip) {
    if (!gzip) {
      return body;
    }
    try (var fast = new Gzip(Deflater.BEST_SPEED)) {
      return fast.compress(body);
    }
  }

  private byte[] head(Envelope envelope, int length) {
    var head = new StringBuilder(400);
    String base = config.url().getRawPath().replaceAll("/+$", "");
    head.append("POST ").append(base).append(envelope.path()).append(" HTTP/1.1\r\n");
    field(head, "Host", config.url().getRawAuthority());
    field(head, "User-Agent", "lockstep-simulator");
    field(head, "Content-Length", Integer.toString(length));
    envelope.fields().forEach((name, value) -> field(head, name, value));
    if (config.token() != null) {
      field(head, "Authorization", "Bearer " + config.token());
    }
    return head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  private static void field(StringBuilder head, String name, @Nullable String value) {
    head.append(name).append(": ").append(value).append("\r\n");
  }

  private Reply response() throws IOException {
    String[] status = line().split(" ", 3);
    if (status.length < 2 || !status[0].startsWith("HTTP/1.")) {
      throw new IOException("the answer is not HTTP/1.1");
    }
    String type = "";
    long retry = 0;
    long length = 0;
    boolean chunked = false;
    boolean last = false;
    for (String line = line(); !line.isEmpty(); line = line()) {
      int colon = Math.max(0, line.indexOf(':'));
      String value = line.substring(colon + 1).strip();
      switch (line.substring(0, colon).toLowerCase(Locale.ROOT)) {
        case "content-type" -> type = value;
        case "content-length" -> length = number(value, 10);
        case "retry-after" -> retry = value.matches("[0-9]{1,6}") ? number(value, 10) : 0;
        case "transfer-encoding" -> chunked = value.equalsIgnoreCase("chunked");
        case "connection" -> last = value.equalsIgnoreCase("close");
        default -> {}
      }
    }
    byte[] body = chunked ? chunks() : read(length);
    if (last) {
      close();
    }
    return new Reply((int) number(status[1], 10), type, retry, body);
  }

  private byte[] chunks() throws IOException {
    var body = new ByteArrayOutputStream();
    long length = number(line().split(";", 2)[0].strip(), 16);
    while (length > 0) {
      body.writeBytes(read(length));
      line();
      if (body.size() > BODY_MAX) {
        throw new IOException("the answer is too long");
      }
      length = number(line().split(";", 2)[0].strip(), 16);
    }
    while (!line().isEmpty()) {
      // Trailers say nothing that matters here.
    }
    return body.toByteArray();
  }

  private byte[] read(long length) throws IOException {
    if (length < 0 || length > BODY_MAX) {
      throw new IOException("the answer is too long");
    }
    byte[] body = stream().readNBytes((int) length);
    if (body.length < length) {
      throw new IOException("the answer ends too early");
    }
    return body;
  }

  private InputStream stream() throws IOException {
    if (in == null) {
      throw new IOException("closed");
    }
    return in;
  }

  private static long number(String text, int radix) throws IOException {
    try {
      return Long.parseLong(text, radix);
    } catch (NumberFormatException e) {
      throw new IOException("not a number in the answer: " + text, e);
    }
  }

  private String line() throws IOException {
    var line = new StringBuilder();
    for (int one = stream().read(); one != '\n'; one = stream().read()) {
      if (one < 0 || line.length() > LINE_MAX) {
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
