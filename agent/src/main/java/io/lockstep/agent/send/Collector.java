package io.lockstep.agent.send;

import io.lockstep.agent.batch.Batch;
import io.lockstep.telemetry.otlp.BatchId;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Pattern;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/// The collector as seen from here: posts one batch over OTLP/HTTP and tells what came of it. Keeps
/// connections alive. Any thread; each call blocks until the answer, at most as long as its
/// time-outs.
public final class Collector {
  private static final int BODY_MAX = 64 << 10;
  private static final Pattern SECONDS = Pattern.compile("[0-9]{1,6}");

  /// Where the collector is.
  ///
  /// @param url `http://host:4318` or `https://…`, without `/v1/metrics`
  /// @param tokenFile holds this server's token; null where the collector asks for none
  /// @param caFile PEM file of the certificates to trust; null for the JDK's own
  /// @param timeout for connecting, and again for the answer; a collector answers within 2 s
  public record Config(URI url, @Nullable Path tokenFile, @Nullable Path caFile, Duration timeout) {
    public static final Config DEFAULT =
        new Config(URI.create("http://127.0.0.1:4318"), null, null, Duration.ofSeconds(5));

    public Config {
      String scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
      if (!(scheme.equals("http") || scheme.equals("https")) || url.getHost() == null) {
        throw new IllegalArgumentException(
            "collector.url must be like http://host:4318 or https://host:4318, is " + url);
      }
      if (url.getPath().contains("/v1/") || url.getQuery() != null || url.getUserInfo() != null) {
        throw new IllegalArgumentException(
            "collector.url must be the collector's address alone, like http://host:4318, is "
                + url.getScheme()
                + "://"
                + url.getHost()
                + url.getPath());
      }
      if (!timeout.isPositive() || timeout.toSeconds() > 60) {
        throw new IllegalArgumentException(
            "collector.timeout must be above 0 and at most 60s, is " + timeout);
      }
    }
  }

  private final Config config;
  private final String base;
  private final String userAgent;
  private final @Nullable Token token;
  private final @Nullable SSLSocketFactory sockets;

  /// Reads token and certificates.
  ///
  /// @param version this agent's
  /// @throws IOException when they can't be read
  public Collector(Config config, String version) throws IOException {
    this.config = config;
    this.base = config.url().toString().replaceAll("/+$", "");
    this.userAgent = "lockstep-agent/" + version;
    this.token = config.tokenFile() == null ? null : new Token(config.tokenFile());
    this.sockets = config.caFile() == null ? null : Trust.only(config.caFile());
  }

  /// The collector's address.
  public URI url() {
    return config.url();
  }

  /// Sends a batch once; once more where the token was refused and its file says another by now.
  public Answer post(Batch batch) {
    try {
      Response response = exchange(batch);
      if ((response.status == 401 || response.status == 403) && token != null && token.reread()) {
        response = exchange(batch);
      }
      return response.answer(base);
    } catch (IOException e) {
      return new Answer.Away(e.getMessage() == null ? e.toString() : e.getMessage());
    } catch (RuntimeException e) {
      return new Answer.Away("the answer can't be read: " + e);
    }
  }

  private Response exchange(Batch batch) throws IOException {
    HttpURLConnection connection = open(batch);
    try (OutputStream out = connection.getOutputStream()) {
      out.write(batch.gzip());
    } catch (IOException e) {
      connection.disconnect();
      throw e;
    }
    return read(connection);
  }

  private HttpURLConnection open(Batch batch) throws IOException {
    var connection = (HttpURLConnection) url(batch).openConnection();
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
    connection.setRequestProperty(BatchId.HEADER, batch.id().header());
    if (token != null) {
      connection.setRequestProperty("Authorization", "Bearer " + token.value());
    }
    return connection;
  }

  private URL url(Batch batch) throws MalformedURLException {
    return URI.create(base + batch.signal().path()).toURL();
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
