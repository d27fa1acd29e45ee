package io.lockstep.agent.sample;

import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// One InfiniBand or RoCE device with its ports, from round to round.
final class InfinibandDevice {
  private static final Pattern PORT = Pattern.compile("[0-9]{1,3}");
  private static final int PORTS_MAX = 64;

  /// Ports and counters do not come and go while a device is there, but a driver may make the
  /// folders before it fills them.
  private static final long LOOK_AGAIN_ROUNDS = 60;

  private final Path path;
  private final boolean kept;
  private final Watch presence;
  private final Watch portFolder;
  private final SortedMap<String, InfinibandPort> ports = new TreeMap<>();
  private boolean there;
  private long lookAgain;
  private long goneSince;

  /// @param path the device's folder
  /// @param kept as in [KernelFile]
  InfinibandDevice(Path path, boolean kept) {
    this.path = path;
    this.kept = kept;
    presence = new Watch("", name());
    portFolder = new Watch("", name());
  }

  private String name() {
    return String.valueOf(path.getFileName());
  }

  void read(Notes notes, Text text) {
    if (!there) {
      there = true;
      lookAgain = 0;
      presence.good(notes);
    }
    if (notes.round() >= lookAgain) {
      lookAgain = notes.round() + LOOK_AGAIN_ROUNDS;
      discover(notes, text);
    }
    ports.values().forEach(port -> port.read(notes, text));
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
        ports.computeIfAbsent(name, _ -> new InfinibandPort(folder.resolve(name), name(), kept));
      }
    }
    ports.values().forEach(port -> port.discover(notes, text));
  }

  /// It is not in the list of devices any more.
  void gone(Notes notes) {
    if (there) {
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
}
