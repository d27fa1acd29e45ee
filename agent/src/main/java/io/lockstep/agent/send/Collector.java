package io.lockstep.agent.send;

import io.lockstep.agent.batch.Batch;
import io.lockstep.telemetry.config.FileProblem;
import io.lockstep.telemetry.otlp.BatchId;
import io.lockstep.telemetry.otlp.Signal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The collector as seen from here: posts one batch over OTLP/HTTP and tells what came of it. Keeps
/// connections alive. Any thread; each call blocks until the answer, at most as long as its
/// time-outs.
public final class Collector {
  private static final Logger LOG = LoggerFactory.getLogger(Collector.class);
  private static final int PORT_MAX = 65_535;
  private static final int BODY_MAX = 64 << 10;
  private static final Pattern SECONDS = Pattern.compile("[0-9]{1,6}");

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
  private final String userAgent;
  private final @Nullable Token token;
  private final @Nullable SSLSocketFactory sockets;
  private final AtomicInteger current = new AtomicInteger();

  /// Reads token and certificates.
  ///
  /// @param urls `http://host:4318` or `https://…`, without `/v1/metrics`; the first that answers
  ///   gets everything. At least one, see [#checkUrl].
  /// @param version this agent's
  /// @throws IOException when they can't be read
  public Collector(List<URI> urls, Config config, String version) throws IOException {
    this.urls = urls.stream().map(url -> URI.create(url.toString().replaceAll("/+$", ""))).toList();
    this.config = config;
    this.userAgent = "lockstep-agent/" + version;
    this.token = config.tokenFile() == null ? null : new Token(config.tokenFile());
    this.sockets = config.caFile() == null ? null : Trust.only(config.caFile());
    if (sockets != null) {
      // Else the first connection makes one that trusts all of the JDK's authorities, unused.
      HttpsURLConnection.setDefaultSSLSocketFactory(sockets);
    }
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

  /// Goes on to the next address, when the present one does not answer.
  void next() {
    if (urls.size() > 1) {
      current.updateAndGet(now -> (now + 1) % urls.size());
      LOG.warn("sending to the next collector url={}", url());
    }
  }

  /// Sends a batch once; once more where the token was refused and its file says another by now.
  public Answer post(Batch batch) {
    return post(batch.signal(), batch.id(), batch.gzip());
  }

  /// Sends a request with nothing in it, of which the collector remembers nothing.
  public Answer probe() {
    try (var bytes = new ByteArrayOutputStream()) {
      new GZIPOutputStream(bytes).close();
      return post(Signal.METRICS, null, bytes.toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Answer post(Signal signal, @Nullable BatchId id, byte[] gzip) {
    URI base = url();
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

  private Response exchange(URI base, Signal signal, @Nullable BatchId id, byte[] gzip)
      throws IOException {
    HttpURLConnection connection = open(base, signal, id);
    try (OutputStream out = connection.getOutputStream()) {
      out.write(gzip);
    } catch (IOException e) {
      connection.disconnect();
      throw e;
    }
    return read(connection);
  }

  private HttpURLConnection open(URI base, Signal signal, @Nullable BatchId id) throws IOException {
    var connection = (HttpURLConnection) URI.create(base + signal.path()).toURL().openConnection();
    if (sockets != null && connection instanceof HttpsURLConnection tls) {
      tls.setSSLSocketFactory(sockets);
    }
    connection.setRequestMethod("POST");
    connection.setDoOutput(true);
    connection.setUseCaches(false);
    connection.setInstanceFollowRedirects(false);
    connection.setConnectTimeout((int) config.timeout().toMillis());
    connection.setReadTimeout((int) config.timeout().toMillis());
    connection.setRequestProperty("Content-Type", "application/x-protobuf");
    connection.setRequestProperty("Content-Encoding", "gzip");
    connection.setRequestProperty("Accept", "application/x-protobuf");
    connection.setRequestProperty("User-Agent", userAgent);
    if (id != null) {
      connection.setRequestProperty(BatchId.HEADER, id.header());
    }
    if (token != null) {
      connection.setRequestProperty("Authorization", "Bearer " + token.value());
    }
    return connection;
  }

  private static Response read(HttpURLConnection connection) throws IOException {
    try {
      int status = connection.getResponseCode();
      if (status < 0) {
        throw new IOException("the answer is not HTTP");
      }
      InputStream in = status < 400 ? connection.getInputStream() : connection.getErrorStream();
      byte[] body = in == null ? new byte[0] : in.readNBytes(BODY_MAX + 1);
      if (body.length > BODY_MAX) {
        connection.disconnect();
      }
      String type = connection.getContentType();
      return new Response(
          status,
          type == null ? "" : type,
          retryAfter(connection.getHeaderField("Retry-After")),
          body);
    } catch (IOException e) {
      connection.disconnect();
      throw e;
    }
  }

  /// Zero when absent, or a date: the own back-off serves then.
  private static Duration retryAfter(@Nullable String header) {
    return header != null && SECONDS.matcher(header.strip()).matches()
        ? Duration.ofSeconds(Long.parseLong(header.strip()))
        : Duration.ZERO;
  }
}
