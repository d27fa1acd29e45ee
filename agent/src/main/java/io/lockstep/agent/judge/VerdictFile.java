package io.lockstep.agent.judge;

import io.lockstep.agent.sample.Crew;
import io.lockstep.agent.sample.KeptFile;
import io.lockstep.telemetry.config.FileProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The verdict as a small file, which `deploy/lockstep-check` reads without a JVM: lines of a word
/// and what belongs to it, replaced as a whole when the verdict changes and each ten seconds, with
/// the server's uptime by which a reader knows how old it is. Meant for a folder in memory
/// (`/run`); that folder is never made here: where it is missing, there is no file. Any thread.
///
/// Writing is never waited for: a file system that hangs holds up no tick.
public final class VerdictFile implements Consumer<Verdict> {
  private static final Logger LOG = LoggerFactory.getLogger(VerdictFile.class);
  private static final long BEAT_NANOS = 10_000_000_000L;
  private static final Path UPTIME = Path.of("/proc/uptime");

  private final Crew writer = new Crew("verdict");
  private final AtomicReference<@Nullable Verdict> next = new AtomicReference<>();
  private final Path file;
  private final LongSupplier nanoTime;
  private Verdict written = Verdict.unknown("");
  private long writtenAt;
  private boolean ever;
  private volatile boolean closed;
  private @Nullable String trouble;

  /// @param file in a folder that is there
  public VerdictFile(Path file) {
    this(file, System::nanoTime);
  }

  /// @param nanoTime monotonic
  VerdictFile(Path file, LongSupplier nanoTime) {
    this.file = file;
    this.nanoTime = nanoTime;
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      trouble = "";
      LOG.info("off: `check` can't answer, no folder for judge.file file={}", file);
    }
  }

  @Override
  public void accept(Verdict verdict) {
    long now = nanoTime.getAsLong();
    boolean news = !verdict.all().equals(written.all()) || !verdict.jobs().equals(written.jobs());
    if (closed || (ever && !news && now - writtenAt < BEAT_NANOS)) {
      return;
    }
    ever = true;
    written = verdict;
    writtenAt = now;
    if (next.getAndSet(verdict) == null) { // else the one before hangs, or has not begun
      writer.execute(this::writeNext);
    }
  }

  private void writeNext() {
    Verdict verdict = next.getAndSet(null);
    if (verdict != null && !closed) {
      write(verdict);
    }
  }

  private void write(Verdict verdict) {
    try {
      KeptFile.replaceForAll(file, text(verdict));
      if (trouble != null) {
        trouble = null;
        LOG.info("verdict file can be written file={}", file);
      }
    } catch (IOException e) {
      remove();
      if (trouble == null) {
        trouble = FileProblem.words(file, e);
        LOG.warn("verdict file can't be written, `check` cannot tell error={}", trouble);
      }
    }
  }

  /// An old verdict must not stand for the one that can't be written.
  private void remove() {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      LOG.debug("verdict file can't be removed either", e);
    }
  }

  private static String text(Verdict verdict) throws IOException {
    String up = Files.readString(UPTIME).split(" ", 2)[0];
    return String.join(
        "\n",
        List.of(
            "lockstep-verdict 1",
            "boot " + BootId.now(),
            "uptime " + up,
            line("all", verdict.all()),
            line("jobs", verdict.jobs()),
            "json " + verdict.json(),
            ""));
  }

  private static String line(String word, Verdict.Answer answer) {
    return word + " " + answer.state().code + " " + answer.why();
  }

  /// Says that the agent was stopped: nothing is known from here on. Waits a second at most.
  public void close() {
    closed = true;
    var last = new FutureTask<>(() -> write(Verdict.unknown("the agent was stopped")), true);
    writer.execute(last);
    writer.close();
    try {
      last.get(1, TimeUnit.SECONDS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } catch (TimeoutException | ExecutionException e) {
      LOG.warn("verdict file does not say that the agent was stopped", e);
    }
  }
}
