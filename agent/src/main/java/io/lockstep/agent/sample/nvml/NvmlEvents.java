package io.lockstep.agent.sample.nvml;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import io.lockstep.agent.sample.GpuLedger;
import io.lockstep.agent.sample.Repeats;
import io.lockstep.agent.sample.Worker;
import io.lockstep.agent.sample.nvml.Listing.Found;
import io.lockstep.telemetry.otlp.Occurrence;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Waits for what GPUs report of themselves (XIDs, memory errors, requests to be reset) on a thread
/// of its own, and hands each on at once. Begins with the GPUs of one listing and ends with them.
final class NvmlEvents implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NvmlEvents.class);
  private static final int WAIT_MILLIS = 2000;
  private static final long REGISTER_NANOS = 2_000_000_000L;
  private static final int DATA_BYTES = 32; // nvmlEventData_t
  private static final long XID = 0x8;
  private static final long MIG = 0x100; // nvmlEventMigConfigChange

  /// Event types of nvml.h 13.3 that are a fault, with what is said of them. The others are
  /// [QuietEvents].
  private record Kind(long bit, String event, String type, String words) {}

  private static final List<Kind> KINDS =
      List.of(
          new Kind(XID, "lockstep.gpu.xid", "", "XID"),
          memory(0x2, "double_bit_ecc", "an uncorrectable memory error"),
          memory(0x200, "single_bit_ecc_storm", "a storm of corrected memory errors"),
          memory(0x400, "dram_retirement", "a part of its memory to retire"),
          memory(0x800, "dram_retirement_failure", "a part of its memory that can't be retired"),
          memory(0x1000, "poison_nonfatal", "poisoned memory, contained"),
          memory(0x2000, "poison_fatal", "poisoned memory, not contained"),
          new Kind(MIG, "lockstep.gpu.mig.changed", "", "that it is split anew"),
          recovery(0x4000, "unavailable", "that it is unavailable"),
          recovery(0x8000, "recovery_action", "that it needs to be recovered"));

  private final Map<Pointer, Identity> gpus = new HashMap<>();
  private final Nvml nvml;
  private final GpuLedger ledger;
  private final QuietEvents quiet;
  private final EventCounts counts;
  private final Repeats repeats = new Repeats();
  private final InstantSource clock;
  private final Consumer<List<Occurrence>> outlet;
  private final Marks marks;
  private @Nullable NvmlEvents before;
  private final Thread thread;
  private volatile boolean stopping;
  private volatile boolean hangs;

  /// @param before what it takes the place of, and is waited for; null for none
  /// @param counts takes what is counted and not sent
  /// @param outlet gets each event at once, on this class's thread
  /// @param marks notes which GPU is asked
  NvmlEvents(
      Listing listing,
      @Nullable NvmlEvents before,
      GpuLedger ledger,
      EventCounts counts,
      InstantSource clock,
      Consumer<List<Occurrence>> outlet,
      Marks marks) {
    this.marks = marks;
    this.before = before;
    this.nvml = listing.nvml();
    this.ledger = ledger;
    this.counts = counts;
    quiet = new QuietEvents(counts);
    this.clock = clock;
    this.outlet = outlet;
    for (Found found : listing.found()) {
      gpus.put(found.handle(), found.identity());
    }
    thread = Thread.ofPlatform().daemon().name("gpu-events").start(this::run);
  }

  private static Kind memory(long bit, String type, String words) {
    return new Kind(bit, "lockstep.gpu.memory.error", type, words);
  }

  private static Kind recovery(long bit, String type, String words) {
    return new Kind(bit, "lockstep.gpu.recovery.requested", type, words);
  }

  private void run() {
    try {
      NvmlEvents last = before;
      if (last != null) {
        hangs = !last.stop();
        before = null;
      }
      listen();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void listen() throws InterruptedException {
    Pointer last = null;
    boolean again = true;
    while (again) {
      var set = new PointerByReference();
      int code = nvml.call(List.of("nvmlEventSetCreate"), set);
      if (code != ReturnCode.SUCCESS) {
        LOG.warn("gpu events off: nvmlEventSetCreate: {}", ReturnCode.words(code));
        break;
      }
      int registered = registerAll(set.getValue());
      free(last); // not before: what happens in between is in one of them
      last = set.getValue();
      again = registered > 0 && waitFor(last);
    }
    free(last);
  }

  private void free(@Nullable Pointer set) {
    if (set != null && !hangs) {
      nvml.call(List.of("nvmlEventSetFree"), set);
    }
  }

  /// A GPU whose call does not return costs its own events, and the thread that it holds.
  ///
  /// @return how many report events
  private int registerAll(Pointer set) throws InterruptedException {
    int registered = 0;
    var worker = new Worker<Boolean>("gpu-events-register");
    for (var gpu : gpus.entrySet()) {
      worker.begin(() -> register(gpu.getKey(), set));
      try {
        Boolean done = worker.await(System.nanoTime() + REGISTER_NANOS);
        registered += Boolean.TRUE.equals(done) ? 1 : 0;
        if (done == null) {
          hangs = true;
          LOG.warn(
              "gpu reports no events uuid={} reason=\"{}\"", gpu.getValue().uuid(), Listing.HANGS);
          worker.close();
          worker = new Worker<>("gpu-events-register");
        }
      } catch (ExecutionException e) {
        LOG.error("gpu reports no events uuid={}", gpu.getValue().uuid(), e.getCause());
      }
    }
    worker.close();
    return registered;
  }

  private boolean register(Pointer gpu, Pointer set) {
    marks.asks(Marks.Asker.EVENTS, Objects.requireNonNull(gpus.get(gpu)).index());
    try {
      return registered(gpu, set);
    } finally {
      marks.asks(Marks.Asker.EVENTS, -1);
    }
  }

  private boolean registered(Pointer gpu, Pointer set) {
    var supported = new LongByReference();
    int code = nvml.call(List.of("nvmlDeviceGetSupportedEventTypes"), gpu, supported);
    long wanted = KINDS.stream().mapToLong(Kind::bit).sum() | quiet.wanted();
    long types = code == ReturnCode.SUCCESS ? supported.getValue() & wanted : XID;
    code =
        types == 0
            ? ReturnCode.NOT_SUPPORTED
            : nvml.call(List.of("nvmlDeviceRegisterEvents"), gpu, types, set);
    Identity identity = Objects.requireNonNull(gpus.get(gpu));
    if (code == ReturnCode.SUCCESS) {
      quiet.begin(identity, types);
    } else {
      LOG.warn(
          "gpu reports no events uuid={} reason=\"{}\"", identity.uuid(), ReturnCode.words(code));
    }
    return code == ReturnCode.SUCCESS;
  }

  /// @return whether events are to be asked for anew, because some came too often
  private boolean waitFor(Pointer set) throws InterruptedException {
    List<String> wait = List.of("nvmlEventSetWait_v2", "nvmlEventSetWait");
    try (var data = new Memory(DATA_BYTES)) {
      int last = ReturnCode.SUCCESS;
      while (!stopping) {
        List<Occurrence> folded = repeats.due(nanos(clock.instant()));
        if (!folded.isEmpty()) {
          outlet.accept(folded);
        }
        data.clear();
        int code = nvml.call(wait, set, data, WAIT_MILLIS);
        if (code == ReturnCode.SUCCESS) {
          happened(data.getPointer(0), data.getLong(8), data.getLong(16));
          if (quiet.isTooMuch()) {
            return true;
          }
        } else if (code != ReturnCode.TIMEOUT) {
          if (code != last) {
            LOG.warn("gpu events can't be waited for: {}", ReturnCode.words(code));
          }
          Thread.sleep(WAIT_MILLIS);
        }
        last = code;
      }
    }
    outlet.accept(repeats.due(Long.MAX_VALUE));
    return false;
  }

  private void happened(@Nullable Pointer gpu, long type, long detail) {
    Identity identity = gpu == null ? null : gpus.get(gpu);
    Occurrence notice = identity == null ? null : quiet.happened(identity, type, clock.instant());
    if (notice != null) {
      outlet.accept(List.of(notice));
    }
    for (Kind kind : KINDS) {
      if (identity != null && (type & kind.bit()) != 0 && isNews(kind, identity, detail)) {
        tell(kind, identity, detail);
      }
    }
  }

  private void tell(Kind kind, Identity gpu, long detail) {
    if (kind.bit() == MIG) {
      counts.splitAnew(gpu.uuid());
    }
    String key = gpu.uuid() + " " + kind.bit() + (kind.bit() == XID ? " " + detail : "");
    List<Occurrence> now = repeats.take(key, occurrence(kind, gpu, detail));
    if (!now.isEmpty()) {
      outlet.accept(now);
    }
  }

  /// The kernel's log may have told of the same XID.
  private boolean isNews(Kind kind, Identity gpu, long detail) {
    return kind.bit() != XID
        || ledger.isNews("nvml", gpu.uuid(), detail, clock.instant().getEpochSecond());
  }

  private Occurrence occurrence(Kind kind, Identity gpu, long detail) {
    long nanos = nanos(clock.instant());
    String who = "GPU " + gpu.index() + " (" + gpu.uuid() + ", " + gpu.pci() + ") reports ";
    var attributes = new HashMap<String, String>();
    attributes.put("hw.id", gpu.uuid());
    attributes.put("lockstep.gpu.pci.address", gpu.pci());
    if (kind.bit() == XID) {
      attributes.put("lockstep.gpu.xid", Long.toUnsignedString(detail));
      return new Occurrence(
          kind.event(), nanos, who + "XID " + Long.toUnsignedString(detail), attributes);
    }
    if (!kind.type().isEmpty()) {
      attributes.put("error.type", kind.type());
    }
    return new Occurrence(kind.event(), nanos, who + kind.words(), attributes);
  }

  private static long nanos(Instant time) {
    return time.getEpochSecond() * 1_000_000_000L + time.getNano();
  }

  /// Ends the wait.
  ///
  /// @return whether nobody is inside the library any more on its account
  boolean stop() throws InterruptedException {
    stopping = true;
    thread.join(WAIT_MILLIS + 1000L);
    return !thread.isAlive() && !hangs;
  }

  @Override
  public void close() {
    stopping = true;
  }
}
