package io.lockstep.agent.sample.nvml;

import io.lockstep.agent.sample.GpuLedger;
import io.lockstep.agent.sample.Importance;
import io.lockstep.agent.sample.Notes;
import io.lockstep.agent.sample.PartStates;
import io.lockstep.agent.sample.PciBus;
import io.lockstep.agent.sample.Reading;
import io.lockstep.agent.sample.Sampler;
import io.lockstep.agent.sample.Worker;
import io.lockstep.agent.sample.jobs.GpuUse;
import io.lockstep.agent.sample.nvml.Listing.Found;
import io.lockstep.agent.sample.nvml.Listing.Problem;
import io.lockstep.agent.sample.nvml.Listing.Progress;
import io.lockstep.telemetry.otlp.Occurrence;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads every GPU of this server. A GPU that hangs, errs or is lost costs the others nothing; it
/// is a state with an age, and an event when that changes.
public final class NvmlSampler implements Sampler, AutoCloseable {
  /// Name of the threads that read GPUs.
  public static final String READERS = "gpu";

  private static final Logger LOG = LoggerFactory.getLogger(NvmlSampler.class);
  private static final int LIST_ROUNDS = 60;
  private static final int LIST_AGAIN_ROUNDS = 10;
  private static final int OPEN_AGAIN_ROUNDS = 5;
  private static final int OPEN_AGAIN_ROUNDS_MAX = 60;
  private static final Path ROOT = Path.of("/");

  /// A GPU that the library does not list may be one that the driver can't set up.
  private static final int AGAIN_ROUNDS = 60;

  private static final int AGAIN_ROUNDS_MAX = 3600;
  private static final Path DRIVER_GPUS = Path.of("/proc/driver/nvidia/gpus");
  private static final String DRIVER = "nvidia-driver";
  private static final Duration GONE_PATIENCE = Duration.ofMinutes(1);
  private static final int EXPECTED_MAX = 64;

  /// Where the library is called.
  public enum Isolation {
    /// In the agent's process, on a thread for each GPU.
    THREAD,
    /// In a process that does nothing else: what crashes there does not end the agent.
    PROCESS
  }

  /// How GPUs are read.
  ///
  /// @param interval time between two rounds
  /// @param slow time between two rounds of what changes slowly
  /// @param hang how long a call may take before the GPU counts as one that does not answer; a
  ///   server under load may take a second
  /// @param library the NVML library: a file, or a name for the system's loader
  /// @param expected how many GPUs this server must have; 0 for as many as it ever had
  /// @param isolation whether the library is called in the agent's own process (`thread`), or in
  ///   one that does nothing else (`process`)
  /// @param gpm whether to read how busy each part of a GPU is, on Hopper and newer: auto, on, off
  public record Config(
      Duration interval,
      Duration slow,
      Duration hang,
      String library,
      int expected,
      Isolation isolation,
      Gpm gpm) {
    public static final Config DEFAULT =
        new Config(
            Duration.ofSeconds(1),
            Duration.ofSeconds(10),
            Duration.ofSeconds(5),
            Nvml.DEFAULT,
            0,
            Isolation.THREAD,
            Gpm.AUTO);

    public Config {
      if (interval.toMillis() < 100 || interval.compareTo(Duration.ofHours(1)) > 0) {
        throw new IllegalArgumentException(
            "interval must be 100ms to 1h, is " + interval.toMillis() + "ms");
      }
      if (slow.compareTo(interval) < 0) {
        throw new IllegalArgumentException("slow must not be below interval");
      }
      if (hang.toMillis() < 100 || hang.compareTo(Duration.ofMinutes(5)) > 0) {
        throw new IllegalArgumentException(
            "hang must be 100ms to 5m, is " + hang.toMillis() + "ms");
      }
      if (library.isBlank()) {
        throw new IllegalArgumentException("library must name a file, as " + Nvml.DEFAULT);
      }
      if (expected < 0 || expected > EXPECTED_MAX) {
        throw new IllegalArgumentException("expected must be 0 to " + EXPECTED_MAX);
      }
    }

    /// The same where at least so many GPUs must be there.
    public Config withExpected(int count) {
      return count <= expected
          ? this
          : new Config(interval, slow, hang, library, count, isolation, gpm);
    }

    /// The same with another library.
    public Config withLibrary(String file) {
      return new Config(interval, slow, hang, file, expected, isolation, gpm);
    }

    /// The same at other times, for so many GPUs.
    public Config withTimes(Duration every, Duration slowly, Duration patience, int gpus) {
      return new Config(every, slowly, patience, library, gpus, isolation, gpm);
    }

    /// The same with another word on GPUs' activity.
    public Config withGpm(Gpm other) {
      return new Config(interval, slow, hang, library, expected, isolation, other);
    }

    /// The same in the agent's own process.
    public Config inThread() {
      return new Config(interval, slow, hang, library, expected, Isolation.THREAD, gpm);
    }
  }

  private final Roll gpus;
  private final Map<Integer, Worker<Listing>> stuck = new HashMap<>();
  private Worker<Listing> lister = new Worker<>("gpu-list");
  private Progress progress = new Progress(Marks.NONE);
  private final Config config;
  private final Duration deadline;
  private final Inventory inventory;
  private final GpuLedger ledger;
  private final InstantSource clock;
  private final Consumer<List<Occurrence>> outlet;
  private final Users users;
  private @Nullable Nvml nvml;
  private @Nullable NvmlEvents events;
  private final EventCounts counts = new EventCounts();
  private Driver driver;
  private String trouble = "";
  private int openAgain = OPEN_AGAIN_ROUNDS;
  private @Nullable Instant gone;
  private final PartStates faults = new PartStates();
  private final Path driverGpus;
  private int again = AGAIN_ROUNDS;
  private long nextOpening;
  private Marks marks = Marks.NONE;
  private long leftOut;
  private boolean inTurn;
  private boolean listed;
  private boolean listing;
  private long nextListing;
  private long round;

  /// Which slow round was the last, counted from 1970: all samplers' slow rounds fall together.
  private long lastTurn = Pace.NOT_SLOW;

  /// Takes who uses the GPUs, when that was read.
  @FunctionalInterface
  public interface Users extends AutoCloseable {
    /// Takes it.
    ///
    /// @param notes of the round: what there is to say of it goes there
    void take(List<GpuUse> uses, Notes notes) throws InterruptedException;

    /// Takes no more.
    @Override
    default void close() {}
  }

  /// @param deadline of a round; a GPU that answers later does not answer
  /// @param inventory file in which the GPUs are remembered; null to remember nothing
  /// @param outlet gets what GPUs report by themselves, at once, on any thread
  public NvmlSampler(
      Config config,
      Duration deadline,
      @Nullable Path inventory,
      GpuLedger ledger,
      InstantSource clock,
      Users users,
      Consumer<List<Occurrence>> outlet) {
    this(config, deadline, inventory, ledger, clock, users, outlet, DRIVER_GPUS);
  }

  /// @param driverGpus folder in which the driver has one for each GPU, listed or not
  NvmlSampler(
      Config config,
      Duration deadline,
      @Nullable Path inventory,
      GpuLedger ledger,
      InstantSource clock,
      Users users,
      Consumer<List<Occurrence>> outlet,
      Path driverGpus) {
    this.driverGpus = driverGpus;
    this.config = config;
    driver = new Driver(new EventTimes(""), counts, config.gpm(), marks);
    this.gpus = new Roll(ledger, config.hang(), config.expected());
    this.deadline = deadline;
    this.inventory = new Inventory(inventory);
    this.ledger = ledger;
    this.clock = clock;
    this.users = users;
    this.outlet = outlet;
  }

  /// Notes from now on which GPU the library is asked about; to be said before the first round.
  public void markedIn(Marks file) {
    marks = file;
    progress = new Progress(file);
  }

  /// Leaves GPUs alone from the next round on, and no others.
  ///
  /// @param indexes the driver's, as bits
  /// @param turns whether one GPU is read after the other, so that it is known in which a crash
  ///   came
  public void leaveOut(long indexes, boolean turns) {
    inTurn = turns;
    if (indexes != leftOut) {
      leftOut = indexes;
      nextListing = round;
    }
  }

  @Override
  public String name() {
    return "gpu";
  }

  /// Why GPUs can't be listed, with how to mend it after a semicolon; empty when they can.
  public String trouble() {
    return trouble;
  }

  /// Whether the configuration names a library: then one that can't be loaded is a mistake.
  public boolean libraryIsNamed() {
    return !config.library().equals(Nvml.DEFAULT);
  }

  @Override
  public Importance importance() {
    return Importance.VITAL;
  }

  @Override
  public Duration interval() {
    return config.interval();
  }

  @Override
  public Reading sample(Instant now) {
    var notes = new Notes(name(), now, round);
    long until = System.nanoTime() + deadline.toNanos();
    try {
      list(notes, now, until);
      long turn = Math.floorDiv(now.toEpochMilli(), config.slow().toMillis());
      long slowRound = turn == lastTurn ? Pace.NOT_SLOW : turn;
      lastTurn = turn;
      if (!inTurn) {
        gpus.all().forEach(gpu -> gpu.begin(round, slowRound));
      }
      int code = 0;
      for (Gpu gpu : gpus.all()) {
        if (inTurn) {
          gpu.begin(round, slowRound);
        }
        code = Math.max(code, gpu.end(notes, now, until));
      }
      if (code != 0) {
        libraryGone(code, notes, now);
      }
      tellWhetherGone(notes, now);
      List<GpuUse> uses = gpus.all().stream().map(Gpu::use).filter(Objects::nonNull).toList();
      if (!uses.isEmpty()) {
        users.take(uses, notes);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    round++;
    Reading reading = notes.reading();
    ledger.round(reading, listed ? answering() : -1);
    return reading;
  }

  private int answering() {
    return (int) gpus.all().stream().filter(gpu -> gpu.state() == State.OK).count();
  }

  /// Lists anew when it is time to; takes the list when it is there.
  private void list(Notes notes, Instant now, long until) throws InterruptedException {
    if (stuck.values().removeIf(worker -> !worker.isBusy())) {
      nextListing = round;
    }
    if (!listing && round >= nextListing) {
      progress = new Progress(marks);
      lister.begin(Listing.of(nvml, config.library(), unasked(), progress));
      listing = true;
    }
    if (!listing) {
      return;
    }
    try {
      // The first list is waited for; later ones come when they come.
      Listing there = lister.await(listed ? System.nanoTime() : until);
      if (there != null) {
        listing = false;
        take(there, notes, now);
      } else if (progress.nanos() >= config.hang().toNanos()) {
        stuck();
      }
    } catch (ExecutionException e) {
      listing = false;
      notListed(e.getCause(), notes, now);
    }
  }

  private Map<Integer, String> unasked() {
    Map<Integer, String> why = new HashMap<>();
    for (int index = 0; index < Long.SIZE; index++) {
      if ((leftOut >>> index & 1) != 0) {
        why.put(index, Listing.LEFT_OUT);
      }
    }
    stuck.keySet().forEach(index -> why.put(index, Listing.HANGS));
    gpus.all().stream()
        .filter(Gpu::hangs)
        .forEach(gpu -> why.put(gpu.identity().index(), Listing.HANGS));
    return why;
  }

  /// The list does without the GPU in which it hangs, on another thread.
  private void stuck() {
    int index = progress.index();
    if (index < 0) {
      String why = "the library does not answer: " + Listing.HANGS;
      if (!why.equals(trouble)) {
        trouble = why;
        LOG.warn("gpu off: {}", why);
      }
      return;
    }
    LOG.warn("gpu list goes on without one: GPU {}: {}", index, Listing.HANGS);
    stuck.put(index, lister);
    nvml = nvml == null ? progress.nvml() : nvml;
    lister = new Worker<>("gpu-list");
    listing = false;
    nextListing = round;
  }

  private void notListed(@Nullable Throwable cause, Notes notes, Instant now) {
    String why = cause == null || cause.getMessage() == null ? "" + cause : cause.getMessage();
    if (!why.equals(trouble)) {
      trouble = why;
      LOG.info("gpu off: {}", why);
    }
    // GPUs that nobody reads, or no more, are no health; a server without any is fine.
    if (gone == null && (!gpus.all().isEmpty() || !PciBus.gpus(ROOT).isEmpty())) {
      gone = now;
      notes.failed("gpu", "library", why);
    }
    if (cause instanceof NvmlException answer && ReturnCode.isLibraryGone(answer.code())) {
      close(nvml);
    }
    nextListing = round + openAgain;
    openAgain = Math.min(2 * openAgain, OPEN_AGAIN_ROUNDS_MAX);
  }

  private void take(Listing there, Notes notes, Instant now) throws InterruptedException {
    boolean anew = !listed;
    nvml = there.nvml();
    openAgain = OPEN_AGAIN_ROUNDS;
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
      driver = new Driver(new EventTimes(there.driver()), counts, config.gpm(), marks);
      for (Identity known : inventory.read().values()) {
        gpus.remember(known, now);
      }
    }
    boolean changed = anew;
    for (Found found : there.found()) {
      changed |= gpus.found(found, there, driver, anew, notes, now);
    }
    gpus.missing(there, notes, now);
    tell(there.problems());
    listed = true;
    inventory.write(gpus.known());
    if (changed) {
      restartEvents(there);
    }
    boolean well = gpus.all().stream().allMatch(gpu -> gpu.state() == State.OK);
    nextListing = round + (well ? LIST_ROUNDS : LIST_AGAIN_ROUNDS);
    openForOthers(there);
  }

  private void tell(List<Problem> problems) {
    String now =
        problems.stream()
            .filter(problem -> problem.state() == State.OK) // the others are a state of their own
            .map(Problem::toString)
            .collect(Collectors.joining("; "));
    if (!now.equals(trouble)) {
      trouble = now;
      if (!now.isEmpty()) {
        LOG.warn("gpu list is not whole: {}", now);
      }
    }
  }

  private void restartEvents(Listing there) {
    NvmlEvents before = events;
    if (before != null) {
      before.close();
    }
    events =
        there.found().isEmpty()
            ? null
            : new NvmlEvents(there, before, ledger, counts, clock, outlet, marks);
  }

  private void libraryGone(int code, Notes notes, Instant now) throws InterruptedException {
    LOG.warn("gpu library is gone, it is opened anew: {}", ReturnCode.words(code));
    if (gone == null) {
      gone = now;
      notes.failed("gpu", "library", ReturnCode.words(code));
    }
    close(nvml);
    nextListing = round + 1;
  }

  /// A driver that is exchanged is away for some seconds. One that stays away hides what becomes of
  /// the GPUs, and no program gets to them either.
  private void tellWhetherGone(Notes notes, Instant now) {
    if (gone == null) {
      faults.good(notes, DRIVER);
    } else if (!gpus.all().isEmpty() && !now.isBefore(gone.plus(GONE_PATIENCE))) {
      faults.bad(
          notes,
          DRIVER,
          "gpu",
          PartStates.State.FAILED,
          "does not answer, and nobody knows how its GPUs are");
    }
  }

  /// The library knows the GPUs that were there when it was opened.
  private void openForOthers(Listing there) {
    String[] all = driverGpus.toFile().list();
    if (all == null || all.length <= there.found().size() + there.problems().size()) {
      again = AGAIN_ROUNDS;
    } else if (round >= nextOpening) {
      nextOpening = round + again;
      again = Math.min(2 * again, AGAIN_ROUNDS_MAX);
      LOG.info("gpu library is opened anew: the driver has {} GPUs, it lists fewer", all.length);
      close(nvml);
      nextListing = round + 1;
    }
  }

  /// Nobody may be inside the library when it is closed; where somebody hangs in it, it stays.
  private void close(@Nullable Nvml open) {
    boolean hangs = lister.isBusy() || !stuck.isEmpty() || gpus.all().stream().anyMatch(Gpu::hangs);
    gpus.all().forEach(Gpu::forgetLibrary);
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
    listed = false;
  }

  /// Lets go of the library.
  @Override
  public void close() {
    close(nvml);
    gpus.close();
    lister.close();
    users.close();
  }
}
