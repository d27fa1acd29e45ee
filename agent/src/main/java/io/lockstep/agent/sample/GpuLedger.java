package io.lockstep.agent.sample;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.Occurrence;
import io.lockstep.telemetry.otlp.Sample;
import io.opentelemetry.api.common.AttributeKey;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// What NVML and the kernel's log must agree on, because both tell of the same GPUs: who sits
/// where, and which XID has been told already. Any thread.
public final class GpuLedger {
  private static final int TOLD_MAX = 1024;
  private static final int ADDRESSES_MAX = 256;
  private static final int NEAR_SECONDS = 1;

  /// A series of what the driver says each second is looked at once in so many rounds.
  private static final int ROUNDS = 60;

  private static final Column MEMORY = Contract.column(Table.GPU_SLOW, "memory");
  private static final Column STATE = Contract.column(Table.GPU, "state");
  private static final Column LINKS = Contract.column(Table.GPU, "nvlink_active");
  private static final String FOUND = "lockstep.gpu.found";
  private static final String CHANGED = "lockstep.gpu.changed";

  /// What is known of a GPU.
  ///
  /// @param attributes those of the event `lockstep.gpu.found`
  /// @param memoryBytes its memory; −1 when not known
  /// @param nvlinks how many were active in this run of the agent; −1 when it has none
  public record Known(Map<String, String> attributes, long memoryBytes, long nvlinks) {}

  /// After so many rounds all have heard what the driver said in the first.
  private static final int HEARD_ROUNDS = 2;

  private final CountDownLatch heard;
  private final Map<String, Known> known = new ConcurrentHashMap<>();
  private volatile int listed = -1;
  private volatile boolean everListed;
  private long rounds;

  private record Xid(String gpu, long code, long second) {}

  /// By bus and device, without domains' leading zeros and functions: `0000:18:00`.
  private final Map<String, String> uuids = new ConcurrentHashMap<>();

  private final Map<Xid, String> told =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Xid, String> eldest) {
          return size() > TOLD_MAX;
        }
      };

  /// One for which no driver is waited for.
  public GpuLedger() {
    this(false);
  }

  /// @param driver whether somebody asks the driver, and tells of each round
  public GpuLedger(boolean driver) {
    heard = new CountDownLatch(driver ? HEARD_ROUNDS : 0);
  }

  /// Waits until the driver has said which GPUs there are, or that it can't, and all have heard it.
  ///
  /// @param most waits no longer than this
  public void awaitDriver(Duration most) throws InterruptedException {
    heard.await(most.toNanos(), TimeUnit.NANOSECONDS);
  }

  /// Notes where a GPU sits.
  ///
  /// @param pci as NVML or the kernel writes it
  public void found(String pci, String uuid) {
    if (!pci.isEmpty() && uuids.size() < ADDRESSES_MAX) {
      uuids.put(slot(pci), uuid);
    }
  }

  /// Takes note of what a round of the driver's says. One thread.
  ///
  /// @param answering GPUs that answer; −1 when the driver does not list any
  public void round(Reading reading, int answering) {
    heard.countDown();
    listed = answering;
    everListed |= answering > 0;
    boolean found = false;
    for (Occurrence event : reading.events()) {
      String uuid = event.attributes().getOrDefault("hw.id", "");
      if ((event.name().equals(FOUND) || event.name().equals(CHANGED))
          && (known.containsKey(uuid) || known.size() < ADDRESSES_MAX)) {
        found = true;
        known.put(uuid, new Known(event.attributes(), -1, -1));
      }
    }
    if (found || rounds++ % ROUNDS == 0) {
      known.replaceAll((uuid, gpu) -> new Known(gpu.attributes, gpu.memoryBytes, -1));
      reading.samples().forEach(this::note);
    }
  }

  /// The same, where nobody says how many answer: those that say so themselves.
  public void round(Reading reading) {
    int answering = -1;
    for (Sample sample : reading.samples()) {
      if (sample.metric().name().equals(STATE.metric())) {
        answering = Math.max(0, answering) + (sample.value() == 1 ? 1 : 0);
      }
    }
    round(reading, answering);
  }

  private void note(Sample sample) {
    String name = sample.metric().name();
    if (name.equals(MEMORY.metric()) || name.equals(LINKS.metric())) {
      String uuid = String.valueOf(sample.attributes().get(AttributeKey.stringKey("hw.id")));
      // active, and lost in this run: so many there were
      known.computeIfPresent(
          uuid,
          (_, gpu) ->
              name.equals(MEMORY.metric())
                  ? new Known(gpu.attributes, (long) sample.value(), gpu.nvlinks)
                  : new Known(
                      gpu.attributes,
                      gpu.memoryBytes,
                      Math.max(0, gpu.nvlinks) + (long) sample.value()));
    }
  }

  /// The GPUs that the driver has told of, in no order.
  public Collection<Known> known() {
    return List.copyOf(known.values());
  }

  /// How many GPUs answer now; −1 when the driver lists none.
  public int listed() {
    return listed;
  }

  /// Whether the driver ever listed a GPU.
  public boolean everListed() {
    return everListed;
  }

  /// The GPU at an address; null when nobody has told.
  public @Nullable String uuid(String pci) {
    return uuids.get(slot(pci));
  }

  /// Whether an XID is news: whoever comes second, within a second, tells what is known.
  ///
  /// @param source who tells it; the same source may tell it again
  /// @param gpu UUID or address
  /// @param second when it happened, Unix seconds
  public synchronized boolean isNews(String source, String gpu, long code, long second) {
    for (long at = second - NEAR_SECONDS; at <= second + NEAR_SECONDS; at++) {
      String teller = told.get(new Xid(gpu, code, at));
      if (teller != null && !teller.equals(source)) {
        return false;
      }
    }
    told.put(new Xid(gpu, code, second), source);
    return true;
  }

  /// Bus and device of an address: `00000000:18:00.0`, `0000:18:00.0` and `18:00.0` are all
  /// `0000:18:00`.
  public static String slot(String pci) {
    String lower = pci.toLowerCase(Locale.ROOT);
    int dot = lower.lastIndexOf('.');
    String place = dot < 0 ? lower : lower.substring(0, dot);
    String[] parts = place.split(":", -1);
    if (parts.length == 2) {
      return "0000:" + place;
    }
    String domain = parts[0];
    return domain.length() == 8 && domain.startsWith("0000") ? place.substring(4) : place;
  }
}
