package io.lockstep.agent.sample;

import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;

/// One InfiniBand or RoCE device with its ports, from round to round: a driver that hangs in one
/// file costs this device alone, and a thread.
final class InfinibandDevice implements AutoCloseable {
  private static final Pattern PORT = Pattern.compile("[0-9]{1,3}");
  private static final int PORTS_MAX = 64;

  /// Ports and counters do not come and go while a device is there, but a driver may make the
  /// folders before it fills them.
  private static final long LOOK_AGAIN_ROUNDS = 60;

  private final Path path;
  private final boolean kept;
  private final ActivePorts memory;
  private final Watch presence;
  private final Watch portFolder;
  private final Worker<Notes> worker;
  private final Text text = new Text();
  private final Rails rails;
  private final SortedMap<String, InfinibandPort> ports = new TreeMap<>();
  private boolean hangs;
  private boolean there;
  private long lookAgain;
  private long goneSince;

  /// @param path the device's folder
  /// @param kept as in [KernelFile]
  /// @param memory which ports were active before
  /// @param rails which rail it belongs to
  /// @param crew threads that all devices share
  InfinibandDevice(Path path, boolean kept, ActivePorts memory, Rails rails, Crew crew) {
    this.path = path;
    this.rails = rails;
    this.memory = memory;
    this.kept = kept;
    presence = new Watch("", name());
    portFolder = new Watch("", name());
    worker = new Worker<>(crew);
  }

  private String name() {
    return String.valueOf(path.getFileName());
  }

  /// Begins a round, unless the last one still hangs.
  ///
  /// @param slowly whether all counters are to be read
  void begin(Notes round, boolean slowly) {
    Notes part = round.part();
    worker.begin(() -> read(part, slowly));
  }

  /// Waits for what was begun, unless it is known to hang.
  ///
  /// @param untilNanos as in [#end]
  void settle(long untilNanos) throws InterruptedException {
    if (!hangs) {
      worker.settle(untilNanos);
    }
  }

  /// Ends the round.
  ///
  /// @param untilNanos waits so long at most, by the monotonic clock, for one that is not known to
  ///   hang
  void end(Notes round, long untilNanos) throws InterruptedException {
    try {
      Notes part = worker.await(hangs ? System.nanoTime() : untilNanos);
      if (part != null) {
        round.addAll(part);
        if (hangs) {
          hangs = false;
          round.recovered("", name());
        }
      } else if (!hangs) {
        hangs = true;
        round.failed("", name(), "a read of " + text.source() + " does not return");
      }
    } catch (ExecutionException e) {
      round.failed("", name(), String.valueOf(e.getCause()));
    }
  }

  private Notes read(Notes notes, boolean slowly) {
    if (!there) {
      there = true;
      lookAgain = 0;
      presence.good(notes);
    }
    if (notes.round() >= lookAgain) {
      lookAgain = notes.round() + LOOK_AGAIN_ROUNDS;
      discover(notes, text);
    }
    Integer rail = rails.of(name());
    ports.values().forEach(port -> port.read(notes, text, slowly, rail));
    return notes;
  }

  private void discover(Notes notes, Text text) {
    Path folder = path.resolve("ports");
    String[] names = folder.toFile().list();
    if (names == null) {
      portFolder.bad(notes, "it has no ports");
      return;
    }
    portFolder.good(notes);
    for (String name : names) {
      if (PORT.matcher(name).matches() && (ports.size() < PORTS_MAX || ports.containsKey(name))) {
        ports.computeIfAbsent(
            name, _ -> new InfinibandPort(folder.resolve(name), name(), kept, memory));
      }
    }
    ports.values().forEach(port -> port.discover(notes, text));
  }

  /// It is not in the list of devices any more.
  void gone(Notes notes) {
    if (there && !worker.isBusy()) {
      there = false;
      goneSince = notes.round();
      presence.bad(notes, "the device is gone");
      ports.values().forEach(port -> port.gone(notes));
    }
  }

  /// Whether it has been away for so many rounds.
  boolean goneFor(Notes notes, long rounds) {
    return !there && notes.round() - goneSince >= rounds;
  }

  @Override
  public void close() {
    if (!worker.isBusy()) {
      ports.values().forEach(InfinibandPort::close);
    }
    worker.close();
  }
}
