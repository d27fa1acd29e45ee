package io.lockstep.collector.notify;

import io.lockstep.collector.detect.Finding.Severity;
import io.lockstep.collector.state.Message;
import io.lockstep.telemetry.config.ConfigException;
import io.lockstep.telemetry.config.Durations;
import io.lockstep.telemetry.config.FileProblem;
import io.lockstep.telemetry.config.SecretFile;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Any receiver of webhooks: a CloudEvents 1.0 body in structured mode, signed as Standard Webhooks
/// says. Secrets are read from their files at each use, so that they can be replaced while it runs.
public final class WebhookSink implements AlertSink {
  private static final Logger LOG = LoggerFactory.getLogger(WebhookSink.class);
  private static final String CONTENT_TYPE = "application/cloudevents+json";
  private static final String USER_AGENT = "lockstep";

  /// One receiver.
  ///
  /// @param name what it is called in logs, metrics and on the page: letters, digits, `-` and `_`
  /// @param url where messages are posted; `https`, or `http` on loopback
  /// @param secretFile file with the signing secret, `whsec_…`; several, one per line, all sign
  /// @param severity the least that it is told of; `info`, which is all, when null
  /// @param headerFiles further headers, such as `Authorization`: name → file with the value
  /// @param timeout for one attempt as a whole; 15 s when null
  /// @param caFile PEM of the authorities that its certificate may come from; Java's when null
  /// @param insecure allows `http` to a host that is not loopback: anybody on the way can read it
  public record Config(
      String name,
      URI url,
      Path secretFile,
      @Nullable Severity severity,
      @Nullable Map<String, Path> headerFiles,
      @Nullable Duration timeout,
      @Nullable Path caFile,
      @Nullable Boolean insecure) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,62}");
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+");
    private static final Pattern LOOPBACK =
        Pattern.compile("localhost|127(\\.\\d{1,3}){3}|\\[::1]|::1");
    private static final Duration TIMEOUT_MAX = Duration.ofMinutes(2);

    /// What is ours to say, or the connection's.
    private static final Set<String> OURS =
        Set.of(
            "webhook-id",
            "webhook-timestamp",
            "webhook-signature",
            "content-type",
            "content-length",
            "transfer-encoding",
            "connection",
            "host");

    public Config {
      if (!NAME.matcher(name).matches()) {
        throw new IllegalArgumentException(
            "name must be letters, digits, '-' and '_', at most 63, is \"" + name + "\"");
      }
      checkUrl(name, url, Objects.requireNonNullElse(insecure, false));
      headerFiles = headerFiles == null ? null : Map.copyOf(headerFiles);
      for (String header : headerFiles == null ? Set.<String>of() : headerFiles.keySet()) {
        if (!TOKEN.matcher(header).matches() || OURS.contains(header.toLowerCase(Locale.ROOT))) {
          throw new IllegalArgumentException(
              "header_files of " + name + " can't set the header \"" + header + "\"");
        }
      }
      if (timeout != null && (!timeout.isPositive() || timeout.compareTo(TIMEOUT_MAX) > 0)) {
        throw new IllegalArgumentException(
            "timeout of "
                + name
                + " must be above 0 and at most 2m, is "
                + Durations.text(timeout));
      }
    }

    /// The URL itself is not told: its path may be secret.
    private static void checkUrl(String name, URI url, boolean insecure) {
      boolean http = "http".equalsIgnoreCase(url.getScheme());
      if ((!http && !"https".equalsIgnoreCase(url.getScheme())) || url.getHost() == null) {
        throw new IllegalArgumentException("url of " + name + " must be https://HOST/PATH");
      }
      if (url.getPort() == 0 || url.getPort() > 65_535) {
        throw new IllegalArgumentException(
            "url of " + name + " must have a port of 1 to 65535, or none");
      }
      if (url.getUserInfo() != null) {
        throw new IllegalArgumentException(
            "url of " + name + " must not hold a password; put it into a file of header_files");
      }
      if (url.getFragment() != null) {
        throw new IllegalArgumentException("url of " + name + " must not have a part after '#'");
      }
      if (http && !insecure && !LOOPBACK.matcher(url.getHost()).matches()) {
        throw new IllegalArgumentException(
            "url of "
                + name
                + " must be https, or set insecure: true; anybody on the way can read http");
      }
    }

    /// The least that it is told of.
    Severity least() {
      return Objects.requireNonNullElse(severity, Severity.INFO);
    }
  }

  private static final Duration TIMEOUT = Duration.ofSeconds(15);

  /// Shorter parts of a path are words, as in `/hooks/`, rather than secrets.
  private static final int SEGMENT_MIN = 6;

  private final Config config;
  private final InstantSource clock;
  private final Post post;

  private WebhookSink(Vertx vertx, Config config, InstantSource clock) {
    this.config = config;
    this.clock = clock;
    Duration timeout = Objects.requireNonNullElse(config.timeout(), TIMEOUT);
    this.post = new Post(vertx, config.url(), timeout, config.caFile());
  }

  /// @throws ConfigException when a file of its can't be used; says which and how to mend it
  static WebhookSink open(Vertx vertx, Config config, InstantSource clock) throws ConfigException {
    try {
      SigningKeys.read(config.secretFile());
      headers(config);
      warnOfReaders(config);
      if (config.caFile() != null) {
        checkCertificates(config.caFile());
      }
    } catch (IOException e) {
      throw new ConfigException("notify.sinks: " + config.name() + ": " + e.getMessage());
    }
    return new WebhookSink(vertx, config, clock);
  }

  /// Whoever reads a secret can forge what it signs.
  private static void warnOfReaders(Config config) throws IOException {
    var files = new ArrayList<Path>();
    files.add(config.secretFile());
    files.addAll(Objects.requireNonNullElse(config.headerFiles(), Map.<String, Path>of()).values());
    for (Path file : files) {
      if (SecretFile.isOpenToAll(file)) {
        LOG.warn(
            "everybody on this server can read a secret sink={} file={}: chmod 600 {}",
            config.name(),
            file,
            file);
      }
    }
  }

  private static void checkCertificates(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      if (!CertificateFactory.getInstance("X.509").generateCertificates(in).isEmpty()) {
        return;
      }
    } catch (CertificateException _) {
      // said below: its own words are of encodings
    } catch (IOException e) {
      throw new IOException(FileProblem.words(file, e), e);
    }
    throw new IOException(file + " must hold certificates, PEM: -----BEGIN CERTIFICATE-----");
  }

  private static Map<String, String> headers(Config config) throws IOException {
    Map<String, String> headers = new LinkedHashMap<>();
    for (var entry :
        Objects.requireNonNullElse(config.headerFiles(), Map.<String, Path>of()).entrySet()) {
      String value = SigningKeys.text(entry.getValue()).strip();
      if (value.isEmpty() || !value.chars().allMatch(c -> (c >= ' ' && c < 127) || c == '\t')) {
        throw new IOException(
            entry.getValue() + " must hold the value of " + entry.getKey() + ", one line of ASCII");
      }
      headers.put(entry.getKey(), value);
    }
    return headers;
  }

  @Override
  public String name() {
    return config.name();
  }

  @Override
  public String address() {
    URI url = config.url();
    return url.getScheme() + "://" + url.getRawAuthority();
  }

  @Override
  public Outcome send(Message message) throws InterruptedException {
    SigningKeys keys;
    Map<String, String> own;
    try {
      keys = SigningKeys.read(config.secretFile());
      own = headers(config);
    } catch (IOException e) {
      return new Outcome.TryLater(String.valueOf(e.getMessage()), null);
    }
    Instant now = clock.instant();
    Map<String, String> all = headers(keys, own, message, now);
    Redaction redaction = redaction(keys, own, all.getOrDefault("webhook-signature", ""));
    try {
      HttpAnswer answer = post.send(all, message.body());
      return new HttpAnswer(answer.status(), answer.retryAfter(), redaction.clean(answer.text()))
          .outcome(now);
    } catch (IOException e) {
      return new Outcome.TryLater(redaction.clean(String.valueOf(e.getMessage())), null);
    }
  }

  private static Map<String, String> headers(
      SigningKeys keys, Map<String, String> own, Message message, Instant now) {
    long seconds = now.getEpochSecond();
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("User-Agent", USER_AGENT);
    headers.putAll(own);
    headers.put("Content-Type", CONTENT_TYPE);
    headers.put("webhook-id", message.id());
    headers.put("webhook-timestamp", Long.toString(seconds));
    headers.put("webhook-signature", keys.sign(message.id(), seconds, message.body()));
    return headers;
  }

  /// Secret are the keys and what they sign with, the headers' values, and what follows the host in
  /// the URL, as a whole and in its parts.
  private Redaction redaction(SigningKeys keys, Map<String, String> own, String signature) {
    List<String> secrets = new ArrayList<>(keys.secrets());
    for (String part : signature.split("[ ,]", -1)) {
      secrets.add(part);
    }
    own.values()
        .forEach(value -> {
          secrets.add(value);
          secrets.add(value.substring(value.lastIndexOf(' ') + 1));
        });
    URI url = config.url();
    if (url.getRawQuery() != null) {
      secrets.add(url.getRawPath() + "?" + url.getRawQuery());
      secrets.add(url.getRawQuery());
      for (String pair : url.getRawQuery().split("&", -1)) {
        secrets.add(pair.substring(pair.indexOf('=') + 1));
      }
    }
    secrets.add(url.getRawPath());
    for (String segment : url.getRawPath().split("/", -1)) {
      if (segment.length() >= SEGMENT_MIN) {
        secrets.add(segment);
      }
    }
    return Redaction.of(secrets);
  }

  @Override
  public void close() {
    post.close();
  }
}
