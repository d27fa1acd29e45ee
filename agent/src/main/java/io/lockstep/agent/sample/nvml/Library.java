package io.lockstep.agent.sample.nvml;

import io.lockstep.agent.sample.GpuLedger;
import io.lockstep.agent.sample.Notes;
import io.lockstep.agent.sample.PartStates;
import io.lockstep.agent.sample.PciBus;
import io.lockstep.telemetry.otlp.Occurrence;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The library from when it is opened until it is closed, with what GPUs report through it; and
/// since when it is gone, where it is. The sampler's thread alone uses it.
final class Library {
  private static final Logger LOG = LoggerFactory.getLogger(Library.class);
  private static final String DRIVER = "nvidia-driver";
  private static final Duration GONE_PATIENCE = Duration.ofMinutes(1);
  private static final Path ROOT = Path.of("/");

  /// A GPU that the library does not list may be one that the driver can't set up.
  private static final int AGAIN_ROUNDS = 60;

  private static final int AGAIN_ROUNDS_MAX = 3600;

  private final NvmlConfig config;
  private final Roll gpus;
  private final GpuLedger ledger;
  private final InstantSource clock;
  private final Consumer<List<Occurrence>> outlet;
  private final Path driverGpus;
  private final EventCounts counts = new EventCounts();
  private final PartStates faults = new PartStates();
  private Marks marks = Marks.NONE;
  private Driver driver;
  private @Nullable Nvml nvml;
  private @Nullable NvmlEvents events;
  private @Nullable Instant gone;
  private int again = AGAIN_ROUNDS;
  private long nextOpening;

  /// @param gpus who is read through it
  /// @param outlet gets what GPUs report by themselves, at once, on any thread
  /// @param driverGpus folder in which the driver has one for each GPU, listed or not
  Library(
      NvmlConfig config,
      Roll gpus,
      GpuLedger ledger,
      InstantSource clock,
      Consumer<List<Occurrence>> outlet,
      Path driverGpus) {
    this.config = config;
    this.gpus = gpus;
    this.ledger = ledger;
    this.clock = clock;
    this.outlet = outlet;
    this.driverGpus = driverGpus;
    driver = driver("");
  }

  private Driver driver(String version) {
    return new Driver(new EventTimes(version), counts, config.gpm(), marks);
  }

  /// Notes from now on which GPU it is asked about; to be said before it is opened.
  void markedIn(Marks file) {
    marks = file;
  }

  /// What calls it; null while it is not open.
  @Nullable Nvml nvml() {
    return nvml;
  }

  /// What the GPUs share.
  Driver driver() {
    return driver;
  }

  /// It has been opened, by a list that is not there yet.
  void isOpen(@Nullable Nvml opened) {
    nvml = nvml == null ? opened : nvml;
  }

  /// It answers.
  ///
  /// @param anew whether this is the first list since it was opened
  void answers(Listing there, boolean anew, Notes notes) {
    nvml = there.nvml();
    if (gone != null) {
      gone = null;
      notes.recovered("gpu", "library");
    }
    if (anew) {
      LOG.info(
          "gpu on library={} driver={} gpus={}",
          config.library(),
          there.driver(),
          there.found().size());
      driver = driver(there.driver());
    }
  }

  /// It does not answer. GPUs that nobody reads, or no more, are no health; a server without any is
  /// fine.
  void isGone(String why, Notes notes, Instant now) {
    if (gone == null && (mustBeThere() || !PciBus.gpus(ROOT).isEmpty())) {
      gone = now;
      notes.failed("gpu", "library", why);
    }
  }

  /// A driver that is exchanged is away for some seconds. One that stays away hides what becomes of
  /// the GPUs, and no program gets to them either.
  void tellWhetherGone(Notes notes, Instant now) {
    if (gone == null) {
      faults.good(notes, DRIVER);
    } else if (mustBeThere() && !now.isBefore(gone.plus(GONE_PATIENCE))) {
      faults.bad(
          notes,
          DRIVER,
          "gpu",
          PartStates.State.FAILED,
          "does not answer, and nobody knows how its GPUs are");
    }
  }

  /// Whether there were GPUs, or the configuration says that there are.
  private boolean mustBeThere() {
    return config.expected() > 0 || !gpus.all().isEmpty();
  }

  /// Waits for what those GPUs report, and no others.
  void waitForEvents(Listing there) {
    NvmlEvents before = events;
    if (before != null) {
      before.close();
    }
    events =
        there.found().isEmpty()
            ? null
            : new NvmlEvents(there, before, ledger, counts, clock, outlet, marks);
  }

  /// Whether it is to be opened anew for others: it knows the GPUs that were there when it was
  /// opened.
  boolean isOutdated(Listing there, long round) {
    String[] all = driverGpus.toFile().list();
    if (all == null || all.length <= there.found().size() + there.problems().size()) {
      again = AGAIN_ROUNDS;
      return false;
    }
    if (round < nextOpening) {
      return false;
    }
    nextOpening = round + again;
    again = Math.min(2 * again, AGAIN_ROUNDS_MAX);
    LOG.info("gpu library is opened anew: the driver has {} GPUs, it lists fewer", all.length);
    return true;
  }

  /// Nobody may be inside the library when it is closed; where somebody hangs in it, it stays.
  ///
  /// @param hangs whether one does who is not of this class
  void close(boolean hangs) {
    Nvml open = nvml;
    NvmlEvents waiting = events;
    try {
      boolean left = waiting == null || waiting.stop();
      if (open != null && !hangs && left) {
        open.close();
      } else if (open != null) {
        open.leave();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    events = null;
    nvml = null;
  }
}
