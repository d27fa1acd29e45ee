package io.lockstep.agent.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads all InfiniBand and RoCE ports from `/sys/class/infiniband`. A file, a port or a device
/// that can't be read costs only itself: it is said once, tried again less and less often, and said
/// once when it reads again.
public final class InfinibandSampler implements Sampler, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(InfinibandSampler.class);
  private static final int DEVICES_MAX = 128;

  /// Counters that no detector looks at are read so often, all devices' together.
  private static final Duration SLOW = Duration.ofSeconds(10);

  /// A device that is away for so long (an hour at one round a second) is forgotten.
  private static final long FORGOTTEN_ROUNDS = 3600;

  private final Crew crew = new Crew("infiniband");
  private final Map<String, InfinibandDevice> devices = new TreeMap<>();
  private final Watch bound = new Watch("", "devices beyond " + DEVICES_MAX);
  private final Path folder;
  private final Choice choice;
  private final Predicate<String> names;
  private final boolean kept;
  private final ActivePorts memory;
  private final Duration deadline;
  private final Rails rails;
  private String[] listed = {};
  private List<String> present = List.of();
  private boolean absenceSaid;
  private long round;
  private final Turns turns = new Turns(SLOW);

  /// @param root `/`, or a folder that holds a captured `sys/`
  /// @param choice which devices, by name, as in `mlx5_0`
  /// @param rails devices in the order of the cluster's rails; empty to go by the GPUs beside them
  /// @param deadline of a round; a device that takes longer hangs
  /// @param memory file in which it stands which ports were active; null to remember nothing
  public InfinibandSampler(
      Path root, Choice choice, List<String> rails, Duration deadline, @Nullable Path memory) {
    this(root, choice, rails, deadline, Samplers.kept(root), memory);
  }

  /// @param kept as in [KernelFile]
  InfinibandSampler(
      Path root,
      Choice choice,
      List<String> rails,
      Duration deadline,
      boolean kept,
      @Nullable Path memory) {
    this.rails = new Rails(root.resolve("sys"), rails);
    this.memory = new ActivePorts(memory);
    this.deadline = deadline;
    this.folder = root.resolve("sys/class/infiniband");
    this.choice = choice;
    this.names = choice.names();
    this.kept = kept;
  }

  @Override
  public String name() {
    return "infiniband";
  }

  @Override
  public Importance importance() {
    return Importance.VITAL;
  }

  @Override
  public Duration interval() {
    return choice.interval();
  }

  @Override
  public Reading sample(Instant now) throws IOException {
    var notes = new Notes(name(), now, round++);
    List<String> there = present();
    rails.look(there);
    boolean slowly = turns.begun(now) != Turns.NONE;
    read(there.subList(0, Math.min(DEVICES_MAX, there.size())), slowly, notes);
    if (there.size() > DEVICES_MAX) {
      bound.bad(notes, "there are " + there.size() + "; exclude those that carry no training");
    } else {
      bound.good(notes);
    }
    for (var entry : devices.entrySet()) {
      if (!there.contains(entry.getKey())) {
        entry.getValue().gone(notes);
      }
    }
    long patience = devices.size() > 2 * DEVICES_MAX ? 0 : FORGOTTEN_ROUNDS;
    devices.values().removeIf(device -> forgotten(device, notes, patience));
    memory.write();
    return notes.reading();
  }

  private void read(List<String> names, boolean slowly, Notes notes) {
    long until = System.nanoTime() + deadline.toNanos();
    var read = new ArrayList<InfinibandDevice>();
    for (String name : names) {
      read.add(
          devices.computeIfAbsent(
              name, _ -> new InfinibandDevice(folder.resolve(name), kept, memory, rails, crew)));
    }
    read.forEach(device -> device.begin(notes, slowly));
    try {
      if (!read.isEmpty()) {
        read.getLast().settle(until);
      }
      for (InfinibandDevice device : read) {
        device.end(notes, until);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt(); // the agent stops
    }
  }

  private static boolean forgotten(InfinibandDevice device, Notes notes, long patience) {
    boolean forgotten = device.goneFor(notes, patience);
    if (forgotten) {
      device.close();
    }
    return forgotten;
  }

  /// Names of the devices that are there and chosen, sorted.
  private List<String> present() throws IOException {
    String[] all = folder.toFile().list();
    if (all == null) {
      if (Files.exists(folder)) {
        throw new IOException(folder + " can't be listed");
      }
      if (!absenceSaid) {
        absenceSaid = true;
        LOG.info("infiniband off: {} not found", folder);
      }
      return List.of();
    }
    absenceSaid = false;
    if (!Arrays.equals(all, listed)) {
      listed = all;
      present = Arrays.stream(all).filter(names).sorted().toList();
    }
    return present;
  }

  /// Lets go of all files and threads.
  @Override
  public void close() {
    devices.values().forEach(InfinibandDevice::close);
    crew.close();
  }
}
