package io.lockstep.agent.send;

import io.lockstep.agent.batch.Batch;
import io.lockstep.telemetry.config.FileProblem;
import io.lockstep.telemetry.otlp.BatchId;
import io.lockstep.telemetry.otlp.Signal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.zip.GZIPOutputStream;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The collector as seen from here: posts one batch over OTLP/HTTP and tells what came of it. Keeps
/// connections alive. Any thread; each call blocks until the answer, at most as long as its
/// time-outs.
public final class Collector implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Collector.class);
  private static final int PORT_MAX = 65_535;
  private static final byte[] EMPTY = nothing();
  private static final int IDLE_MAX = 2;

  /// Servers and firewalls forget a connection that nobody uses.
  private static final Duration IDLE = Duration.ofSeconds(30);

  /// How to speak to the collectors.
  ///
  /// @param tokenFile holds this server's token; null where the collector asks for none
  /// @param caFile PEM file of the certificates to trust; null for the JDK's own
  /// @param timeout for connecting, and again for the answer; a collector answers within 2 s
  public record Config(@Nullable Path tokenFile, @Nullable Path caFile, Duration timeout) {
    public static final Config DEFAULT = new Config(null, null, Duration.ofSeconds(5));

    public Config {
      if (!timeout.isPositive() || timeout.toSeconds() > 60) {
        throw new IllegalArgumentException(
            "timeout must be above 0s and at most 60s, is " + timeout.toMillis() + "ms");
      }
    }
  }

  private final List<URI> urls;
  private final Config config;
  private final String headers;
  private final @Nullable Token token;
  private final @Nullable Trust trust;
  private final AtomicInteger current = new AtomicInteger();
  private final ReentrantLock lock = new ReentrantLock();
  private final ArrayDeque<Connection> idle = new ArrayDeque<>();
  private boolean closed;
  private volatile boolean cheapCipher = true;

  /// Reads token and certificates.
  ///
  /// @param urls `http://host:4318` or `https://…`, without `/v1/metrics`; the first that answers
  ///   gets everything. At least one, see [#checkUrl].
  /// @param version this agent's
  /// @throws IOException when they can't be read
  public Collector(List<URI> urls, Config config, String version) throws IOException {
    this(urls, config, version, "Content-Encoding: gzip\r\n");
  }

  /// @param more headers of each request, a line each with CR and LF
  Collector(List<URI> urls, Config config, String version, String more) throws IOException {
    this.urls = urls.stream().map(url -> URI.create(url.toString().replaceAll("/+$", ""))).toList();
    this.config = config;
    this.headers =
        "User-Agent: lockstep-agent/"
            + version
            + "\r\nAccept: application/x-protobuf\r\nContent-Type: application/x-protobuf\r\n"
            + more;
    this.token = config.tokenFile() == null ? null : new Token(config.tokenFile());
    this.trust = config.caFile() == null ? null : new Trust(config.caFile());
    warnOfPlainToken();
  }

  private void warnOfPlainToken() {
    for (URI url : urls) {
      boolean here = url.getHost().matches("localhost|127\\..*|\\[::1]");
      if (token != null && !here && !"https".equalsIgnoreCase(url.getScheme())) {
        LOG.warn("the token goes over the network in plain text, use https url={}", url);
      }
    }
  }

  /// Checks the address of a collector.
  ///
  /// @throws IllegalArgumentException when it is not of the form `http://host:4318`
  public static void checkUrl(URI url) {
    String scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
    boolean address = scheme.equals("http") || scheme.equals("https");
    boolean alone =
        url.getHost() != null
            && url.getUserInfo() == null
            && url.getQuery() == null
            && !url.getPath().contains("/v1/");
    if (!address || !alone || url.getPort() > PORT_MAX) {
      throw new IllegalArgumentException(
          "a collector's address must be like http://host:4318 or https://host:4318, is \""
              + (url.getUserInfo() == null ? url : scheme + "://…@" + url.getHost())
              + "\"");
    }
  }

  /// The address that batches go to now.
  URI url() {
    return urls.get(current.get());
  }

  /// Whether there is another address to go to.
  boolean hasOthers() {
    return urls.size() > 1;
  }

  /// Whether batches go to the first address.
  boolean isAtFirst() {
    return current.get() == 0;
  }

  /// Goes back to the first address.
  ///
  /// @param farewell a request of logs, gzip, for the one that is left; best effort
  void first(byte[] farewell) {
    URI left = url();
    current.set(0);
    LOG.info("sending to the first collector again url={}", url());
    post(left, Signal.LOGS, null, farewell);
  }

  /// Asks the first address, wherever batches go now.
  boolean firstTakes() {
    return post(urls.getFirst(), Signal.METRICS, null, EMPTY) instanceof Answer.Acknowledged;
  }

  /// Goes on to the next address, when the present one does not answer.
  void next() {
    if (urls.size() > 1) {
      current.updateAndGet(now -> (now + 1) % urls.size());
      LOG.warn("sending to the next collector url={}", url());
    }
  }

  /// Sends a batch once; once more where the token was refused and its file says another by now.
  public Answer post(Batch batch) {
    return post(url(), batch.signal(), batch.id(), batch.gzip());
  }

  /// Sends a request with nothing in it, of which the collector remembers nothing.
  public Answer probe() {
    return post(url(), Signal.METRICS, null, EMPTY);
  }

  private static byte[] nothing() {
    try (var bytes = new ByteArrayOutputStream()) {
      new GZIPOutputStream(bytes).close();
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Sends a body once, without a batch id, to the first address.
  Response send(Signal signal, byte[] body) throws IOException {
    return exchange(urls.getFirst(), signal, null, body);
  }

  private Answer post(URI base, Signal signal, @Nullable BatchId id, byte[] gzip) {
    try {
      Response response = exchange(base, signal, id, gzip);
      if ((response.status == 401 || response.status == 403) && token != null && token.reread()) {
        response = exchange(base, signal, id, gzip);
      }
      return response.answer(base.toString());
    } catch (IOException e) {
      return new Answer.Away(FileProblem.words(e));
    } catch (RuntimeException e) {
      return new Answer.Away("the answer can't be read: " + e);
    }
  }

  /// A connection that was kept may have been closed at the other end meanwhile: what failed on it
  /// before anything was answered is sent once more, on a new one. A batch that was taken all the
  /// same counts once, by its id.
  private Response exchange(URI base, Signal signal, @Nullable BatchId id, byte[] gzip)
      throws IOException {
    byte[] request = request(base, signal, id, gzip);
    Connection kept = takeIdle(base);
    if (kept != null) {
      try {
        return exchange(kept, request);
      } catch (SocketTimeoutException e) {
        throw e;
      } catch (IOException e) {
        if (kept.answered()) {
          throw e;
        }
      }
    }
    return exchange(connect(base), request);
  }

  /// A server that does not have the cheap cipher is asked once more, with all of them.
  private Connection connect(URI base) throws IOException {
    boolean cheap = cheapCipher;
    SSLSocketFactory sockets = trust == null ? null : trust.sockets();
    try {
      return Connection.open(base, sockets, cheap, config.timeout());
    } catch (SSLHandshakeException e) {
      if (!cheap || e.getCause() instanceof CertificateException) {
        throw e;
      }
      Connection connection = Connection.open(base, sockets, false, config.timeout());
      cheapCipher = false;
      return connection;
    }
  }

  private Response exchange(Connection connection, byte[] request) throws IOException {
    boolean lasts = false;
    try {
      Response response = connection.exchange(request, config.timeout());
      lasts = connection.lasts() && keepIdle(connection);
      return response;
    } finally {
      if (!lasts) {
        connection.close();
      }
    }
  }

  /// @return null when there is none
  private @Nullable Connection takeIdle(URI base) {
    lock.lock();
    try {
      while (!idle.isEmpty()) {
        Connection newest = idle.removeLast();
        if (newest.serves(base, IDLE)) {
          return newest;
        }
        newest.close();
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  /// @return false when there are enough
  private boolean keepIdle(Connection connection) {
    lock.lock();
    try {
      return !closed && idle.size() < IDLE_MAX && idle.add(connection);
    } finally {
      lock.unlock();
    }
  }

  /// Head and body in one, so that they are one TLS record and one packet where they fit.
  private byte[] request(URI base, Signal signal, @Nullable BatchId id, byte[] gzip) {
    var head = new StringBuilder(512);
    head.append("POST ").append(base.getRawPath()).append(signal.path()).append(" HTTP/1.1\r\n");
    head.append("Host: ").append(base.getRawAuthority()).append("\r\n");
    head.append(headers);
    if (id != null) {
      head.append(BatchId.HEADER).append(": ").append(id.header()).append("\r\n");
    }
    if (token != null) {
      head.append("Authorization: Bearer ").append(token.value()).append("\r\n");
    }
    head.append("Content-Length: ").append(gzip.length).append("\r\n\r\n");
    byte[] first = head.toString().getBytes(StandardCharsets.ISO_8859_1);
    byte[] request = Arrays.copyOf(first, first.length + gzip.length);
    System.arraycopy(gzip, 0, request, first.length, gzip.length);
    return request;
  }

  /// Closes what is kept alive, and keeps nothing more.
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      idle.forEach(Connection::close);
      idle.clear();
    } finally {
      lock.unlock();
    }
  }
}
