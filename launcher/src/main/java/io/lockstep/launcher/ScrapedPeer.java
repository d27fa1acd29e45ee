package io.lockstep.launcher;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPInputStream;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/// A peer that runs, and is asked for its values each second as Prometheus asks: on one connection,
/// packed where it packs.
final class ScrapedPeer implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 20;
  private static final int REASON_MAX = 200;

  private final String name;
  private final Process process;
  private final StartPeak start;
  private final URI url;
  private final AtomicLong values = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();
  private final Thread scraper;

  private ScrapedPeer(String name, Process process, URI url) {
    this.name = name;
    this.process = process;
    this.start = StartPeak.of(process);
    this.url = url;
    Runtime.getRuntime().addShutdownHook(new Thread(this::end));
    this.scraper = Thread.ofPlatform().daemon().name("scraper").start(this::scrapeEachSecond);
  }

  /// Starts it, and waits until it gives values.
  ///
  /// @param log where its output goes
  /// @throws IOException when it ends, or gives none; the message has the last line of its log
  static ScrapedPeer start(String name, ProcessBuilder builder, String url, Path log)
      throws IOException, InterruptedException {
    var peer = new ScrapedPeer(name, builder.start(), URI.create(url));
    for (int second = 0; second < PATIENCE_SECONDS && peer.values() == 0; second++) {
      if (peer.process.waitFor(1, TimeUnit.SECONDS)) {
        peer.close();
        throw new IOException(
            "it ended with code " + peer.process.exitValue() + ": " + lastLine(log));
      }
    }
    if (peer.values() == 0) {
      peer.close();
      throw new IOException("it gives no values at " + url + ": " + lastLine(log));
    }
    return peer;
  }

  private static String lastLine(Path log) throws IOException {
    String all = new String(Files.readAllBytes(log), StandardCharsets.UTF_8);
    List<String> lines = all.lines().filter(line -> !line.isBlank()).toList();
    String last = lines.isEmpty() ? "it said nothing" : lines.getLast().strip();
    return last.length() > REASON_MAX ? last.substring(0, REASON_MAX) + "…" : last;
  }

  private void scrapeEachSecond() {
    try {
      while (true) {
        Thread.sleep(1000);
        scrape();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void scrape() {
    try {
      var connection = (HttpURLConnection) url.toURL().openConnection();
      if (connection instanceof HttpsURLConnection https) {
        https.setSSLSocketFactory(trustingAnybody()); // its own certificate, made at its start
        https.setHostnameVerifier((host, session) -> true);
      }
      connection.setReadTimeout(5000);
      connection.setRequestProperty("Accept-Encoding", "gzip");
      byte[] body;
      try (InputStream in = connection.getInputStream()) {
        body = in.readAllBytes();
      }
      bytes.addAndGet(body.length);
      values.set(count(body, "gzip".equals(connection.getContentEncoding())));
    } catch (IOException | GeneralSecurityException _) {
      // not up yet; that it has ended is seen by whoever measures it
    }
  }

  private static long count(byte[] body, boolean packed) throws IOException {
    try (InputStream in =
        packed
            ? new GZIPInputStream(new ByteArrayInputStream(body))
            : new ByteArrayInputStream(body)) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return text.lines().filter(line -> !line.isEmpty() && !line.startsWith("#")).count();
    }
  }

  /// What is measured is on this machine, and has no secrets.
  private static SSLSocketFactory trustingAnybody() throws GeneralSecurityException {
    var anybody =
        new X509TrustManager() {
          @Override
          public void checkClientTrusted(X509Certificate[] chain, String type) {}

          @Override
          public void checkServerTrusted(X509Certificate[] chain, String type) {}

          @Override
          public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
          }
        };
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {anybody}, null);
    return context.getSocketFactory();
  }

  String name() {
    return name;
  }

  /// What it took at its start.
  StartPeak start() {
    return start;
  }

  Process process() {
    return process;
  }

  /// Values of the last scrape; 0 before the first.
  long values() {
    return values.get();
  }

  /// Bytes of all answers so far.
  long bytes() {
    return bytes.get();
  }

  @Override
  public void close() {
    scraper.interrupt();
    end();
  }

  private void end() {
    process.descendants().forEach(ProcessHandle::destroy);
    process.destroy();
  }
}
