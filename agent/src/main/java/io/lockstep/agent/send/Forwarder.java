package io.lockstep.agent.send;

import io.lockstep.telemetry.config.FileProblem;
import io.lockstep.telemetry.otlp.Signal;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sends to one further destination, the oldest first, from a queue in memory that drops its oldest
/// when it is full. Offering never waits; sending has a thread of its own. Any thread may offer.
public final class Forwarder implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Forwarder.class);
  private static final Pattern HEADER =
      Pattern.compile("([A-Za-z0-9!#$%&'*+.^_`|~-]+): *([\\x20-\\x7e]+)");
  private static final List<String> OURS =
      List.of("host", "content-length", "content-type", "content-encoding", "transfer-encoding");
  private static final long BACK_OFF_MAX = Duration.ofMinutes(1).toMillis();
  private static final long HEADERS_MAX = 16 << 10;

  /// What became of batches since the start, and what waits.
  ///
  /// @param sent that the destination took
  /// @param dropped that did not fit into the queue
  /// @param refused that it will not take
  /// @param waitingBytes compressed
  public record State(String name, long sent, long dropped, long refused, long waitingBytes) {}

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Item(Signal signal, byte[] gzip) {}

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition more = lock.newCondition();
  private final ArrayDeque<Item> oldestFirst = new ArrayDeque<>();
  private final Forward config;
  private final Collector destination;
  private final long backOffMillis;
  private final Thread thread;
  private long bytes;
  private long sent;
  private long dropped;
  private long refused;
  private int failures;
  private boolean ever;

  /// Reads its files.
  ///
  /// @param version this agent's
  /// @throws IOException when they can't be read
  public Forwarder(Forward config, String version) throws IOException {
    this(config, version, Duration.ofSeconds(1));
  }

  /// @param backOff after the first failure; doubles with each
  Forwarder(Forward config, String version, Duration backOff) throws IOException {
    this.config = config;
    this.backOffMillis = backOff.toMillis();
    String encoding = config.plain() ? "" : "Content-Encoding: gzip\r\n";
    String headers = encoding + headers(config.headersFile());
    this.destination = new Collector(List.of(config.url()), config.connection(), version, headers);
    this.thread = Thread.ofVirtual().name("forward-" + config.name()).unstarted(this::run);
  }

  private static List<String> lines(Path file) throws IOException {
    try {
      if (Files.size(file) <= HEADERS_MAX) {
        return Files.readAllLines(file);
      }
    } catch (IOException e) {
      throw new IOException("headers_file " + FileProblem.words(file, e), e);
    }
    throw new IOException("headers_file " + file + " must not be above 16 KiB");
  }

  private static String headers(@Nullable Path file) throws IOException {
    if (file == null) {
      return "";
    }
    var headers = new StringBuilder();
    int number = 0;
    for (String line : lines(file)) {
      number++;
      var header = HEADER.matcher(line.strip());
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      if (!header.matches() || OURS.contains(header.group(1).toLowerCase(Locale.ROOT))) {
        throw new IOException(
            "headers_file "
                + file
                + " line "
                + number
                + ": must be `Name: value`, and none of ours");
      }
      headers.append(header.group(1)).append(": ").append(header.group(2)).append("\r\n");
    }
    return headers.toString();
  }

  void start() {
    thread.start();
  }

  /// Takes a batch where it is wanted; drops the oldest for it where there is no room.
  void offer(Signal signal, byte[] gzip) {
    if (!config.wants(signal)) {
      return;
    }
    lock.lock();
    try {
      oldestFirst.addLast(new Item(signal, gzip));
      bytes += gzip.length;
      while (bytes > config.queueBytes()) {
        bytes -= oldestFirst.removeFirst().gzip.length;
        dropped++;
      }
      more.signal();
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    try {
      while (true) {
        Item next = next();
        long wait = send(next);
        if (wait > 0) {
          putBack(next);
          Thread.sleep(wait);
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private Item next() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (oldestFirst.isEmpty()) {
        more.await();
      }
      Item next = oldestFirst.removeFirst();
      bytes -= next.gzip.length;
      return next;
    } finally {
      lock.unlock();
    }
  }

  /// To the place that it had, or nowhere where others have taken it meanwhile.
  private void putBack(Item item) {
    lock.lock();
    try {
      if (bytes + item.gzip.length > config.queueBytes()) {
        dropped++;
      } else {
        oldestFirst.addFirst(item);
        bytes += item.gzip.length;
      }
    } finally {
      lock.unlock();
    }
  }

  /// Sends once.
  ///
  /// @return how long to wait before it is tried again, milliseconds; 0 when it is done with
  private long send(Item item) {
    try {
      Response response =
          destination.send(item.signal, config.plain() ? inflated(item.gzip) : item.gzip);
      return switch (response.status) {
        case 200, 202, 204 -> response.isPage() ? fails("a web page answers", 0) : took();
        case 400, 413, 415, 422 -> refuses(response);
        default -> fails(response.reason(), response.retryAfterMillis());
      };
    } catch (IOException | UncheckedIOException e) {
      return fails(e instanceof IOException io ? FileProblem.words(io) : e.toString(), 0);
    } catch (RuntimeException e) {
      return fails("the answer can't be read: " + e, 0);
    }
  }

  private static byte[] inflated(byte[] gzip) throws IOException {
    try (var in = new GZIPInputStream(new ByteArrayInputStream(gzip))) {
      return in.readAllBytes();
    }
  }

  private long took() {
    if (failures > 0 || !ever) {
      LOG.info("forward takes batches name={} url={}", config.name(), config.url());
    }
    count(true);
    return 0;
  }

  private long refuses(Response response) {
    if (failures == 0 || !ever) {
      LOG.warn("forward refuses a batch name={} reason={}", config.name(), response.reason());
    }
    count(false);
    return 0;
  }

  private void count(boolean taken) {
    lock.lock();
    try {
      sent += taken ? 1 : 0;
      refused += taken ? 0 : 1;
      failures = 0;
      ever = true;
    } finally {
      lock.unlock();
    }
  }

  private long fails(String reason, long askedMillis) {
    if (failures == 0) {
      LOG.warn(
          "forward does not take batches, the oldest go when its queue is full name={} url={} reason={}",
          config.name(),
          config.url(),
          reason);
    }
    failures++;
    long own = Math.min(BACK_OFF_MAX, backOffMillis << Math.min(failures - 1, 16));
    return Math.max(1, Math.clamp(askedMillis, own, BACK_OFF_MAX));
  }

  /// How it stands.
  public State state() {
    lock.lock();
    try {
      return new State(config.name(), sent, dropped, refused, bytes);
    } finally {
      lock.unlock();
    }
  }

  /// Sends nothing more; what waits is lost.
  @Override
  public void close() {
    thread.interrupt();
    destination.close();
  }
}
