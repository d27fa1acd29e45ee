package io.lockstep.agent.sample.kernel;

import io.lockstep.agent.sample.GpuLedger;
import io.lockstep.agent.sample.Importance;
import io.lockstep.agent.sample.Quoted;
import io.lockstep.agent.sample.Reading;
import io.lockstep.agent.sample.Repeats;
import io.lockstep.agent.sample.Sampler;
import io.lockstep.telemetry.config.FileProblem;
import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Printable;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.kernel.KernelEvent;
import io.lockstep.telemetry.kernel.KernelEvent.Kind;
import io.lockstep.telemetry.kernel.KernelLog;
import io.lockstep.telemetry.kernel.Xids;
import io.lockstep.telemetry.otlp.Occurrence;
import io.lockstep.telemetry.otlp.Sample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Follows the kernel's log on a thread of its own and sends what it tells of broken parts at once.
/// A round only looks whether that thread still reads, and begins it anew where it does not.
public final class KernelLogSampler implements Sampler, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(KernelLogSampler.class);
  private static final String SOURCE = "kernel";
  private static final Column LOST = Contract.column(Table.HOST_SLOW, "agent_kernel_lost");
  private static final Column HELD = Contract.column(Table.HOST_SLOW, "agent_kernel_held");

  /// Of a line, characters that are sent.
  private static final int LINE_MAX = 4096;

  private static final Duration STOP = Duration.ofSeconds(2);

  private static final Duration DRIVER = Duration.ofSeconds(3);

  /// The driver tells which GPU sits where, when one of them fails. A memory controller, as EDAC's
  /// lines name it.
  private static final Pattern CONTROLLER = Pattern.compile("mc[0-9]{1,3}");

  private static final Pattern GPU_AT =
      Pattern.compile("NVRM: GPU at (?:PCI:)?([0-9a-fA-F:.]{7,16}): (GPU-[0-9a-f-]{36})");

  /// How the log is followed.
  ///
  /// @param interval time between two looks whether it can be read
  /// @param file `/dev/kmsg`, or a file in its place
  public record Config(Duration interval, Path file) {
    public static final Config DEFAULT = new Config(Duration.ofSeconds(10), Path.of("/dev/kmsg"));

    public Config {
      if (interval.toMillis() < 100 || interval.compareTo(Duration.ofHours(1)) > 0) {
        throw new IllegalArgumentException(
            "interval must be 100ms to 1h, is " + interval.toMillis() + "ms");
      }
    }

    /// The same with another file.
    public Config withFile(Path other) {
      return new Config(interval, other);
    }
  }

  private final Config config;
  private final KernelPosition position;
  private final GpuLedger gpus;
  private final InstantSource clock;
  private final Consumer<List<Occurrence>> outlet;
  private final Flood flood = new Flood();
  private final Repeats repeats = new Repeats();
  private volatile @Nullable KernelSource source;
  private @Nullable Thread thread;
  private long notedAt = System.nanoTime();
  private final AtomicLong lost = new AtomicLong();
  private long lostOfSource;
  private boolean absent;
  private boolean waited;
  private volatile boolean closed;

  /// @param position file in which it is kept up to where the log has been told; null for nowhere
  /// @param outlet gets each event at once, on this class's thread
  public KernelLogSampler(
      Config config,
      @Nullable Path position,
      GpuLedger gpus,
      InstantSource clock,
      Consumer<List<Occurrence>> outlet) {
    this.config = config;
    this.position = new KernelPosition(position);
    this.gpus = gpus;
    this.clock = clock;
    this.outlet = outlet;
  }

  @Override
  public String name() {
    return "kernel-log";
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
  public Reading sample(Instant now) throws IOException {
    Thread reading = thread;
    if (reading == null || !reading.isAlive()) {
      if (Files.notExists(config.file())) {
        absent();
        return new Reading(List.of(), List.of());
      }
      begin();
    }
    position.write();
    return new Reading(
        List.of(Sample.of(LOST, "", lost.get()), Sample.of(HELD, "", flood.held())),
        repeats.due(now()));
  }

  /// A container often has no such device, and that is no fault.
  private void absent() {
    if (!absent) {
      absent = true;
      LOG.info("kernel log off: {} is not there", config.file());
    }
  }

  private void begin() throws IOException {
    KernelSource open;
    try {
      open = KernelSource.open(config.file(), position.place(), clock);
    } catch (NoSuchFileException _) {
      absent();
      return;
    } catch (IOException e) {
      throw new IOException(
          FileProblem.words(config.file(), e) + "; lockstep doctor says how to mend it", e);
    }
    absent = false;
    source = open;
    lostOfSource = 0;
    thread = Thread.ofPlatform().daemon().name("kernel-log").start(() -> follow(open));
  }

  /// Until the log can't be read any more.
  private void follow(KernelSource open) {
    var log = new KernelLog();
    try (open) {
      while (!closed) {
        KernelRecord read = open.next();
        if (read != null) {
          for (String line : read.lines()) {
            takeOrSkip(line, read, log, open);
          }
          noteNowAndThen(open);
        }
        tellOfLost(open);
      }
      outlet.accept(repeats.due(Long.MAX_VALUE));
    } catch (IOException e) {
      if (!closed) {
        LOG.info("kernel log is opened anew: {}", FileProblem.words(config.file(), e));
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /// At each event the position is written at once; what told of nothing may be read again.
  private void noteNowAndThen(KernelSource open) throws IOException {
    if (System.nanoTime() - notedAt > 1_000_000_000L) {
      notedAt = System.nanoTime();
      position.told(open.place());
    }
  }

  private void tellOfLost(KernelSource open) {
    long more = open.lost() - lostOfSource;
    if (more > 0) {
      LOG.warn("kernel log was overwritten before it was read records={}", more);
      lostOfSource = open.lost();
      lost.addAndGet(more);
    }
  }

  /// A line that trips this program up must not be met again and again.
  private void takeOrSkip(String line, KernelRecord read, KernelLog log, KernelSource open)
      throws IOException, InterruptedException {
    try {
      take(line, read, log, open);
    } catch (RuntimeException e) {
      LOG.error("a line of the kernel log is passed over line=\"{}\"", Quoted.of(line), e);
    }
  }

  private void take(String line, KernelRecord read, KernelLog log, KernelSource open)
      throws IOException, InterruptedException {
    Matcher at = GPU_AT.matcher(line);
    if (at.find()) {
      gpus.found(at.group(1), at.group(2));
    }
    KernelEvent event = log.take(line).orElse(null);
    if (event == null) {
      return;
    }
    long nanos = time(read);
    if (now() - nanos > open.news().toNanos()) {
      return;
    }
    if (!knowsGpus()) {
      return; // it stops: the next run tells
    }
    String key = event.kind() + " " + event.code() + " " + event.device();
    boolean grave = event.meaning().remedy().stopsWork();
    if (repeated(event, nanos)) {
      return;
    }
    Occurrence one = occurrence(event, nanos, read.sequence());
    boolean folds = event.kind() == Kind.XID || event.kind() == Kind.GPU_LOST;
    List<Occurrence> now = folds ? repeats.take(key, one) : List.of(one);
    if (now.isEmpty() || !flood.passes(key, grave, System.nanoTime())) {
      return;
    }
    long held = flood.takeHeld();
    if (held > 0) {
      LOG.warn(
          "kernel log repeats itself, only {} alike a minute are sent held={}",
          Flood.PER_MINUTE,
          held);
    }
    LOG.warn("kernel log: {}", Quoted.of(event.line()));
    KernelPlace place = open.place(); // before it is sent: behind it, the log may be closed
    outlet.accept(now);
    position.told(place);
  }

  /// What stood in the log when the agent began waits until the driver has said which GPUs there
  /// are, once: else they would go by other names.
  ///
  /// @return false when the log is not followed any more
  private boolean knowsGpus() throws InterruptedException {
    if (!waited) {
      waited = true;
      gpus.awaitDriver(DRIVER);
    }
    return !closed;
  }

  /// NVML has told of the same XID.
  private boolean repeated(KernelEvent event, long nanos) {
    return (event.kind() == Kind.XID || event.kind() == Kind.GPU_LOST)
        && !gpus.isNews(SOURCE, who(event), xid(event), nanos / 1_000_000_000L);
  }

  /// Older drivers tell of a GPU that fell off the bus in words alone.
  private static int xid(KernelEvent event) {
    return event.kind() == Kind.GPU_LOST ? Xids.OFF_THE_BUS : event.code();
  }

  /// The driver writes one address in several ways.
  private String who(KernelEvent event) {
    String uuid = gpus.uuid(event.device());
    return uuid == null ? GpuLedger.slot(event.device()) : uuid;
  }

  /// Its own time where it says it, counted back from now: what stood in the log before this
  /// started happened then.
  private long time(KernelRecord read) {
    if (read.writtenMillis() >= 0) {
      return read.writtenMillis() * 1_000_000L;
    }
    long nanos = now();
    long uptime = read.microseconds() < 0 ? -1 : Uptime.nanos();
    return uptime < 0 ? nanos : nanos - Math.max(0, uptime - read.microseconds() * 1000);
  }

  private long now() {
    Instant now = clock.instant();
    return now.getEpochSecond() * 1_000_000_000L + now.getNano();
  }

  private Occurrence occurrence(KernelEvent event, long nanos, long sequence) {
    Map<String, String> attributes = new HashMap<>();
    attributes.put("lockstep.kernel.sequence", Long.toString(sequence));
    String name =
        switch (event.kind()) {
          case XID, GPU_LOST -> {
            if (!event.device().isEmpty()) {
              attributes.put("hw.id", who(event));
              attributes.put("lockstep.gpu.pci.address", event.device());
            }
            attributes.put("lockstep.gpu.xid", Integer.toString(xid(event)));
            yield "lockstep.gpu.xid";
          }
          case SXID -> {
            attributes.put("hw.id", "nvswitch/" + event.device());
            attributes.put("lockstep.nvswitch.sxid", Integer.toString(event.code()));
            yield "lockstep.nvswitch.sxid";
          }
          default -> {
            attributes.put("error.type", event.kind().label());
            attributes.put("lockstep.kernel.device", event.device());
            String part = part(event);
            if (!part.isEmpty()) {
              attributes.put("hw.id", part);
            }
            yield "lockstep.kernel.fault";
          }
        };
    return new Occurrence(name, nanos, Printable.line(event.line(), LINE_MAX), attributes);
  }

  /// The part as the samplers of parts call it; empty where the line tells of none.
  private String part(KernelEvent event) {
    String device = event.device().toLowerCase(Locale.ROOT);
    return switch (event.kind()) {
      case PCIE, MLX5, GPU_INIT -> {
        String gpu = device.isEmpty() ? null : gpus.uuid(device);
        yield gpu != null ? gpu : device.isEmpty() ? "" : "pci/" + device;
      }
      case EDAC -> CONTROLLER.matcher(device).matches() ? "memory/" + device : "";
      case XID,
          SXID,
          GPU_LOST,
          NVLINK,
          MCE,
          OOM,
          HUNG_TASK,
          STORAGE,
          SEGFAULT,
          PEERMEM,
          FILE_LIMIT ->
          "";
    };
  }

  /// Stops following; what was told is on the disk then.
  @Override
  public void close() {
    closed = true;
    KernelSource open = source;
    try {
      if (open != null) {
        open.close();
      }
    } catch (IOException e) {
      LOG.debug("kernel log can't be closed", e);
    }
    Thread reading = thread;
    try {
      if (reading != null) {
        reading.join(STOP);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
