package io.lockstep.collector.store;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Lines that the store refuses, set aside with the reason in a bounded file of JSON lines, so that
/// somebody can see what was wrong with them.
final class RefusedLines implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RefusedLines.class);

  private final BoundedFile file;
  private final InstantSource clock;
  private final AtomicLong count = new AtomicLong();

  /// @param bytes bound of the file
  RefusedLines(Path file, long bytes, InstantSource clock) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    this.file = new BoundedFile(file, bytes);
    this.clock = clock;
  }

  /// Sets lines aside.
  ///
  /// @param lines how many; more than one where the store does not say which
  /// @param line the line, or the first of the request where the store does not say which
  synchronized void add(long lines, String line, String reason) {
    if (count.getAndAdd(lines) == 0) {
      LOG.warn("store refused a line reason=\"{}\": set aside, and counted from now on", reason);
    }
    JsonStringEncoder json = JsonStringEncoder.getInstance();
    var entry = new StringBuilder("{\"time\":\"").append(clock.instant());
    entry.append("\",\"lines\":").append(lines).append(",\"reason\":\"");
    json.quoteAsString(reason, entry);
    json.quoteAsString(line, entry.append("\",\"line\":\""));
    try {
      file.line(entry.append("\"}").toString());
    } catch (IOException e) {
      LOG.debug("refused line not set aside", e);
    }
  }

  /// Lines refused since the start.
  long count() {
    return count.get();
  }

  @Override
  public synchronized void close() throws IOException {
    file.close();
  }
}
