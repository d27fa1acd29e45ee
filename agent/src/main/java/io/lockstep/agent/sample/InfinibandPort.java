package io.lockstep.agent.sample;

import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Metric;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.rules.InfinibandCounters;
import io.lockstep.telemetry.rules.InfinibandCounters.Counter;
import io.opentelemetry.api.common.Attributes;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// One port of an InfiniBand or RoCE device, from round to round. Its files are those of Linux's
/// [sysfs-class-infiniband](https://www.kernel.org/doc/Documentation/ABI/stable/sysfs-class-infiniband).
final class InfinibandPort implements AutoCloseable {
  private static final int FILES_MAX = 256;

  /// A port of which no counter could be read for so many rounds is a restricted function. Each
  /// read of such a counter leaves a line in the kernel's log, so they are left alone then, and one
  /// of them is asked once an hour
  /// ([node_exporter#3434](https://github.com/prometheus/node_exporter/issues/3434),
  /// [gpud#1164](https://github.com/leptonai/gpud/issues/1164)).
  private static final int REFUSED_ROUNDS = 4;

  private static final long ASK_AGAIN_ROUNDS = 3600;

  /// How long the driver caches its hw_counters: a setting that stands among them.
  private static final String LIFESPAN = "lifespan";

  private static final Metric RDMA_EVENTS =
      Objects.requireNonNull(Contract.metric("lockstep.network.rdma.events"));

  private final Path path;
  private final String id;
  private final boolean kept;
  private final ActivePorts memory;
  private final InfinibandLink link;
  private final Watch counterFolders;
  private final Watch restricted;
  private final Series saturated;
  private final InfinibandFacts facts;
  private int refusedRounds;
  private long askAgain;

  /// Those that detectors look at, by folder and name. A read of a counter may be a command to the
  /// device's firmware, so these alone are read each round.
  private final SortedMap<String, InfinibandCounter> counters = new TreeMap<>();

  private final SortedMap<String, InfinibandCounter> slow = new TreeMap<>();
  private boolean ever;

  /// @param path `…/DEVICE/ports/PORT`
  /// @param device the device's name
  /// @param kept as in [KernelFile]
  /// @param memory which ports were active before
  InfinibandPort(Path path, String device, boolean kept, ActivePorts memory) {
    this.path = path;
    this.id = device + "/" + path.getFileName();
    this.kept = kept;
    this.memory = memory;
    link = new InfinibandLink(path, id, kept, memory);
    counterFolders = new Watch(id, "counters");
    restricted = new Watch(id, "all counters");
    facts = new InfinibandFacts(path, id);
    saturated = Series.of(Contract.column(Table.PORT, "saturated_counters"), id);
  }

  /// Looks which counters there are. A driver need not have both folders; RoCE often has no
  /// `counters`, old InfiniBand no `hw_counters`.
  void discover(Notes notes, Text text) {
    link.discover(notes, text);
    String[] common = list(InfinibandCounters.COUNTERS);
    String[] hardware = list(InfinibandCounters.HARDWARE_COUNTERS);
    if (common.length == 0 && hardware.length == 0) {
      counterFolders.bad(notes, "the port has none");
      return;
    }
    counterFolders.good(notes);
    boolean extendedSet = Arrays.asList(common).contains(InfinibandCounters.EXTENDED_SET);
    for (String name : common) {
      addCounter(InfinibandCounters.COUNTERS, name, extendedSet);
    }
    for (String name : hardware) {
      addCounter(InfinibandCounters.HARDWARE_COUNTERS, name, extendedSet);
    }
  }

  /// Sorted; empty when there is no such folder.
  private String[] list(String folder) {
    String[] names = path.resolve(folder).toFile().list();
    if (names == null) {
      return new String[0];
    }
    Arrays.sort(names);
    return names.length > FILES_MAX ? Arrays.copyOf(names, FILES_MAX) : names;
  }

  private void addCounter(String folder, String name, boolean extendedSet) {
    Counter counter = InfinibandCounters.of(folder, name);
    String key = folder + "/" + name;
    if (counter != null) {
      var kind = InfinibandCounter.Kind.of(id, counter, extendedSet);
      (counter.column().live() ? counters : slow)
          .computeIfAbsent(key, _ -> new InfinibandCounter(kind, file(folder, name)));
    } else if (folder.equals(InfinibandCounters.HARDWARE_COUNTERS) && !name.equals(LIFESPAN)) {
      slow.computeIfAbsent(key, _ -> new InfinibandCounter(narrow(name), file(folder, name)));
    }
  }

  private WatchedFile file(String folder, String name) {
    return WatchedFile.attribute(path.resolve(folder).resolve(name), id + "/" + folder, kept);
  }

  private InfinibandCounter.Kind narrow(String name) {
    var attributes =
        Attributes.builder().put("hw.id", id).put("lockstep.network.rdma.counter", name).build();
    var series = new Series(RDMA_EVENTS, attributes, true);
    return new InfinibandCounter.Kind(id, name, 1, Long.MAX_VALUE, series);
  }

  /// @param slowly whether all counters are to be read
  /// @param rail the rail that it belongs to; null where that is not known
  void read(Notes notes, Text text, boolean slowly, @Nullable Integer rail) {
    link.read(notes, text);
    facts.read(notes, text, memory, rail);
    if (!isRestricted(notes, text)) {
      counters(notes, text, slowly || !ever);
    }
  }

  private void counters(Notes notes, Text text, boolean all) {
    boolean any = false;
    for (InfinibandCounter counter : counters.values()) {
      any |= counter.read(notes, text);
    }
    if (all) {
      ever = true;
      for (InfinibandCounter counter : slow.values()) {
        any |= counter.read(notes, text);
      }
    }
    saturated(notes);
    boolean asked = all || !counters.isEmpty();
    refusedRounds = any || !asked ? 0 : refusedRounds + 1;
  }

  /// How many stand at their ceiling, as they were last read.
  private void saturated(Notes notes) {
    long full = 0;
    boolean bounded = false;
    for (SortedMap<String, InfinibandCounter> some : List.of(counters, slow)) {
      for (InfinibandCounter counter : some.values()) {
        bounded |= counter.bounded() && counter.known();
        full += counter.saturated() ? 1 : 0;
      }
    }
    if (bounded) {
      notes.add(saturated.at(full));
    }
  }

  /// Whether its counters are to be left alone in this round.
  private boolean isRestricted(Notes notes, Text text) {
    if (refusedRounds < REFUSED_ROUNDS) {
      return false;
    }
    if (askAgain == 0) {
      restricted.bad(
          notes, "the device refuses, as a restricted function does; asked again once an hour");
      askAgain = notes.round() + ASK_AGAIN_ROUNDS;
    }
    if (notes.round() < askAgain) {
      return true;
    }
    askAgain = notes.round() + ASK_AGAIN_ROUNDS;
    if (counters.isEmpty() || !counters.firstEntry().getValue().read(notes.part(), text)) {
      return true;
    }
    unrestrict(notes);
    return false;
  }

  private void unrestrict(Notes notes) {
    refusedRounds = 0;
    if (askAgain > 0) {
      askAgain = 0;
      restricted.good(notes);
    }
  }

  /// The port is not there any more.
  void gone(Notes notes) {
    link.gone(notes);
    unrestrict(notes);
    facts.forget();
    close();
  }

  @Override
  public void close() {
    link.close();
    counters.values().forEach(InfinibandCounter::close);
    slow.values().forEach(InfinibandCounter::close);
  }
}
