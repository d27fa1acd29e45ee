package io.lockstep.agent.spool;

import io.lockstep.agent.batch.Batch;
import io.lockstep.telemetry.config.ByteSize;
import io.lockstep.telemetry.config.FolderInUseException;
import io.lockstep.telemetry.otlp.BatchId;
import io.lockstep.telemetry.otlp.Signal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Every batch from when it is made until the collector has acknowledged it, on disk in append-only
/// segments, oldest first. Bounded by bytes and age: beyond them the oldest segment goes, counted.
/// While the disk fails, the newest batches are kept in memory instead. Any thread.
public final class Spool implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Spool.class);

  private static final int SEGMENT_BYTES_MAX = 1 << 20;

  /// Some of the largest batches must have room.
  private static final long BYTES_MIN = 16 << 20;

  private static final int MEMORY_BYTES = 8 << 20;
  private static final Duration DISK_DEADLINE = Duration.ofMillis(500);

  /// Where the spool is and how much it keeps.
  ///
  /// @param folder made when it is not there; one agent's alone
  /// @param bytes on disk at most
  /// @param age of a batch at most
  public record Config(Path folder, ByteSize bytes, Duration age) {
    public static final Config DEFAULT =
        new Config(
            Path.of("/var/lib/lockstep/spool"), ByteSize.ofMebibytes(256), Duration.ofHours(6));

    public Config {
      if (bytes.bytes() < BYTES_MIN) {
        throw new IllegalArgumentException("bytes must be at least 16MiB, is " + bytes);
      }
      if (!age.isPositive()) {
        throw new IllegalArgumentException("age must be above 0s");
      }
    }
  }

  /// How the spool stands.
  ///
  /// @param bytes that it takes, on disk and in memory
  /// @param batches not yet acknowledged
  /// @param dropped batches given up since the start: over the bounds, refused, or damaged on disk
  /// @param refused of these, those that the collector refused
  /// @param failing whether the disk can't be written
  public record State(long bytes, long batches, long dropped, long refused, boolean failing) {}

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition releasedOne = lock.newCondition();
  private final Segments segments = new Segments();
  private final Disk disk = new Disk(DISK_DEADLINE);
  private final Config config;
  private final String host;
  private final long run;
  private final Duration diskRetry;
  private final SpoolFolder folder;
  private boolean opened;
  private long number;
  private long lost;
  private long refused;
  private boolean failing;
  private long retryAt;
  private String lastRefusal = "";

  /// Opens the spool and takes up what former runs left.
  ///
  /// @param host names this agent in its batch ids
  /// @param run this agent's start, Unix milliseconds
  /// @throws FolderInUseException when another agent works on the same folder
  public Spool(Config config, String host, long run) throws FolderInUseException {
    this(config, host, run, Duration.ofSeconds(10));
  }

  /// @param diskRetry how long a disk that failed is left alone
  Spool(Config config, String host, long run, Duration diskRetry) throws FolderInUseException {
    this.config = config;
    this.host = host;
    this.run = run;
    this.diskRetry = diskRetry;
    this.folder = new SpoolFolder(config.folder(), config.bytes().bytes(), disk);
    lock.lock();
    try {
      open();
    } catch (FolderInUseException e) {
      disk.close();
      throw e;
    } catch (IOException e) {
      fails(e);
    } finally {
      lock.unlock();
    }
  }

  /// What former runs left is older than all that is here.
  private void open() throws IOException {
    if (opened) {
      return;
    }
    var found = new ArrayList<Segment>();
    int damaged = folder.open(found);
    opened = true;
    lost += damaged;
    segments.addFormer(found);
    if (!found.isEmpty() || damaged > 0) {
      LOG.info(
          "spool of a former run found folder={} batches={} damaged={}",
          config.folder(),
          found.stream().mapToLong(Segment::open).sum(),
          damaged);
    }
    segments.keepWithin(config.bytes().bytes(), false);
  }

  /// Keeps a request as the run's next batch.
  ///
  /// @param timeNanos now, Unix nanoseconds
  /// @param gzip the request, gzip
  /// @return the batch, in the caller's hand
  public Spooled append(Signal signal, long timeNanos, byte[] gzip) {
    lock.lock();
    try {
      var batch = new Batch(new BatchId(host, run, number++), signal, timeNanos, gzip);
      ByteBuffer record = BatchRecord.encode(batch);
      segments.dropOlderThan(timeNanos - config.age().toNanos());
      if (!failing || System.nanoTime() - retryAt >= 0) {
        try {
          return onDisk(batch, record);
        } catch (IOException e) {
          fails(e);
        }
      }
      return inMemory(batch, record.rewind());
    } finally {
      lock.unlock();
    }
  }

  private Spooled onDisk(Batch batch, ByteBuffer record) throws IOException {
    open();
    segments.keepWithin(config.bytes().bytes() - record.remaining(), false);
    Segment segment = writable(record.remaining());
    int place = segment.append(record, batch.timeNanos());
    recovers();
    return new Spooled(batch, segment, place);
  }

  private Segment writable(int length) throws IOException {
    Segment open = segments.current();
    if (open != null && !open.memory() && open.size() + length <= segmentBytes()) {
      return open;
    }
    segments.finishCurrent();
    Segment made = Segment.onDisk(folder.create());
    segments.begin(made);
    return made;
  }

  private long segmentBytes() {
    return Math.min(SEGMENT_BYTES_MAX, config.bytes().bytes() / 16);
  }

  private Spooled inMemory(Batch batch, ByteBuffer record) {
    segments.keepWithin(MEMORY_BYTES - record.remaining(), true);
    Segment segment = segments.current();
    if (segment == null || !segment.memory() || segment.size() > MEMORY_BYTES / 16) {
      segment = Segment.inMemory();
      segments.begin(segment);
    }
    return new Spooled(batch, segment, segment.appendInMemory(record, batch.timeNanos()));
  }

  /// Takes the oldest waiting batch in hand; waits for one.
  ///
  /// @param wait at most so long
  /// @return null when none came, or the disk does not answer
  public @Nullable Spooled take(Duration wait) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = wait.toNanos();
      Spooled next = takeNow();
      while (next == null && left > 0) {
        left = releasedOne.awaitNanos(left);
        next = takeNow();
      }
      return next;
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Spooled takeNow() {
    for (Segment segment : segments.oldestFirst()) {
      for (int record = segment.take(); record >= 0; record = segment.take()) {
        Batch batch = read(segment, record);
        if (batch != null) {
          return new Spooled(batch, segment, record);
        }
        if (disk.stuck()) {
          segment.release(record);
          return null;
        }
        lost++;
        segment.done(record);
      }
    }
    segments.tidy();
    return null;
  }

  /// @return null when it can't be read or is damaged
  private @Nullable Batch read(Segment segment, int record) {
    try {
      return segment.read(record);
    } catch (IOException e) {
      LOG.debug("batch can't be read segment={} error={}", segment, e.getMessage());
      return null;
    }
  }

  /// The collector has it: the batch leaves the spool.
  public void acknowledge(Spooled spooled) {
    lock.lock();
    try {
      done(spooled);
    } finally {
      lock.unlock();
    }
  }

  /// It could not be sent: the batch waits for its turn.
  public void release(Spooled spooled) {
    lock.lock();
    try {
      spooled.segment().release(spooled.record());
      releasedOne.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Takes a waiting batch in hand again, to let others go first.
  ///
  /// @return false when it does not wait any more
  public boolean hold(Spooled spooled) {
    lock.lock();
    try {
      return spooled.segment().hold(spooled.record());
    } finally {
      lock.unlock();
    }
  }

  /// The collector will never take it: the batch is set aside with the reason, and counted.
  public void refuse(Spooled spooled, String reason) {
    lock.lock();
    try {
      if (!done(spooled)) {
        return;
      }
      lost++;
      refused++;
      if (!reason.equals(lastRefusal)) {
        lastRefusal = reason;
        LOG.warn(
            "batch refused batch={} signal={} kept_in={} reason={}",
            spooled.batch().id().header(),
            spooled.batch().signal(),
            config.folder().resolve("refused"),
            reason);
      }
      folder.setAside(spooled.batch(), reason);
    } catch (IOException e) {
      LOG.debug("refused batch can't be set aside error={}", e.getMessage());
    } finally {
      lock.unlock();
    }
  }

  /// @return false when it was done before, or dropped meanwhile
  private boolean done(Spooled spooled) {
    Segment segment = spooled.segment();
    boolean was = segment.done(spooled.record());
    segments.tidy(segment);
    return was;
  }

  private void fails(IOException e) {
    segments.finishCurrent();
    retryAt = System.nanoTime() + diskRetry.toNanos();
    if (!failing) {
      failing = true;
      LOG.warn(
          "spool can't be written, the newest batches are kept in memory folder={} error={}",
          config.folder(),
          e.getClass().getSimpleName() + " " + e.getMessage());
    }
  }

  private void recovers() {
    if (failing) {
      failing = false;
      LOG.info("spool can be written again folder={} dropped={}", config.folder(), dropped());
    }
  }

  /// How the spool stands now.
  public State state() {
    lock.lock();
    try {
      return new State(segments.bytes(), segments.open(), dropped(), refused, failing);
    } finally {
      lock.unlock();
    }
  }

  private long dropped() {
    return lost + segments.dropped();
  }

  /// Closes the files. What waits stays for the next run; a segment without open batches goes.
  @Override
  public void close() throws IOException {
    lock.lock();
    try {
      segments.finishCurrent();
      segments.tidy();
      folder.close();
      disk.close();
    } finally {
      lock.unlock();
    }
  }
}
