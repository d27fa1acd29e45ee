package io.lockstep.agent.sample.nvml;

import io.lockstep.agent.sample.GpuLedger;
import io.lockstep.agent.sample.Importance;
import io.lockstep.agent.sample.Notes;
import io.lockstep.agent.sample.Reading;
import io.lockstep.agent.sample.Sampler;
import io.lockstep.agent.sample.Turns;
import io.lockstep.agent.sample.jobs.GpuUse;
import io.lockstep.agent.sample.nvml.Listing.Found;
import io.lockstep.telemetry.otlp.Occurrence;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads every GPU of this server. A GPU that hangs, errs or is lost costs the others nothing; it
/// is a state with an age, and an event when that changes.
public final class NvmlSampler implements Sampler, AutoCloseable {
  /// Name of the threads that read GPUs.
  public static final String READERS = "gpu";

  private static final Logger LOG = LoggerFactory.getLogger(NvmlSampler.class);
  private static final Path DRIVER_GPUS = Path.of("/proc/driver/nvidia/gpus");

  private final NvmlConfig config;
  private final Duration deadline;
  private final Inventory inventory;
  private final GpuLedger ledger;
  private final Users users;
  private final Roll gpus;
  private final Library library;
  private final Lister lister;
  private boolean inTurn;

  /// Whether the GPUs were listed since the library was opened.
  private boolean listed;

  private long round;

  private final Turns slowTurns;

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
      NvmlConfig config,
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
      NvmlConfig config,
      Duration deadline,
      @Nullable Path inventory,
      GpuLedger ledger,
      InstantSource clock,
      Users users,
      Consumer<List<Occurrence>> outlet,
      Path driverGpus) {
    this.config = config;
    slowTurns = new Turns(config.slow());
    this.deadline = deadline;
    this.inventory = new Inventory(inventory);
    this.ledger = ledger;
    this.users = users;
    gpus = new Roll(ledger, config.hang(), config.expected());
    library = new Library(config, gpus, ledger, clock, outlet, driverGpus);
    lister = new Lister(config, library, gpus);
  }

  /// Notes from now on which GPU the library is asked about; to be said before the first round.
  public void markedIn(Marks file) {
    library.markedIn(file);
    lister.markedIn(file);
  }

  /// Leaves GPUs alone from the next round on, and no others.
  ///
  /// @param indexes the driver's, as bits
  /// @param turns whether one GPU is read after the other, so that it is known in which a crash
  ///   came
  public void leaveOut(long indexes, boolean turns) {
    inTurn = turns;
    lister.leaveOut(indexes, round);
  }

  @Override
  public String name() {
    return "gpu";
  }

  /// Why GPUs can't be listed, with how to mend it after a semicolon; empty when they can.
  public String trouble() {
    return lister.trouble();
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
      int code = read(notes, now, until);
      if (code != 0) {
        libraryGone(code, notes, now);
      }
      library.tellWhetherGone(notes, now);
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

  /// @return what the library's code is when it is gone as a whole; else 0
  private int read(Notes notes, Instant now, long until) throws InterruptedException {
    long slowRound = slowTurns.begun(now);
    if (!inTurn) {
      gpus.all().forEach(gpu -> gpu.begin(round, slowRound));
    }
    int code = 0;
    if (!inTurn && !gpus.all().isEmpty()) {
      gpus.all().getLast().settle(until);
    }
    for (Gpu gpu : gpus.all()) {
      if (inTurn) {
        gpu.begin(round, slowRound);
      }
      code = Math.max(code, gpu.end(notes, now, until));
    }
    return code;
  }

  private void list(Notes notes, Instant now, long until) throws InterruptedException {
    try {
      // The first list is waited for; later ones come when they come.
      Listing there = lister.list(round, listed ? System.nanoTime() : until);
      if (there != null) {
        take(there, notes, now);
      }
    } catch (ExecutionException e) {
      notListed(e.getCause(), notes, now);
    }
  }

  private void take(Listing there, Notes notes, Instant now) {
    boolean anew = !listed;
    library.answers(there, anew, notes);
    if (anew) {
      inventory.read().values().forEach(known -> gpus.remember(known, now));
    }
    boolean changed = anew;
    for (Found found : there.found()) {
      changed |= gpus.found(found, there, library.driver(), anew, notes, now);
    }
    gpus.missing(there, notes, now);
    lister.taken(there, gpus.areWell(), round);
    listed = true;
    inventory.write(gpus.known());
    if (changed) {
      library.waitForEvents(there);
    }
    if (library.isOutdated(there, round)) {
      closeLibrary();
      lister.listIn(round + 1);
    }
  }

  private void notListed(@Nullable Throwable cause, Notes notes, Instant now) {
    String why = cause == null || cause.getMessage() == null ? "" + cause : cause.getMessage();
    lister.failed(why, round);
    library.isGone(why, notes, now);
    if (cause instanceof NvmlException answer && ReturnCode.isLibraryGone(answer.code())) {
      closeLibrary();
    }
  }

  private void libraryGone(int code, Notes notes, Instant now) {
    LOG.warn("gpu library is gone, it is opened anew: {}", ReturnCode.words(code));
    library.isGone(ReturnCode.words(code), notes, now);
    closeLibrary();
    lister.listIn(round + 1);
  }

  private void closeLibrary() {
    boolean hangs = lister.hangs() || gpus.all().stream().anyMatch(Gpu::hangs);
    gpus.all().forEach(Gpu::forgetLibrary);
    library.close(hangs);
    listed = false;
  }

  /// Lets go of the library.
  @Override
  public void close() {
    closeLibrary();
    gpus.close();
    lister.close();
    users.close();
  }
}
