package io.lockstep.agent.sample;

import io.lockstep.agent.sample.PartStates.State;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The kernel's own RAIDs, from `/proc/mdstat`: how many disks each has to have, and how many work
/// ([md(4)](https://man7.org/linux/man-pages/man4/md.4.html)). Levels without spare parts say
/// nothing of that.
final class Raids implements AutoCloseable {
  private static final String TYPE = "logical_disk";

  private final PartSeries parts = new PartSeries("raid_disks", "raid_disks_active");
  private final Set<String> degraded = new HashSet<>();
  private final WatchedFile file;
  private final PartStates states;

  /// @param proc `/proc`, or a captured one
  /// @param kept as in [KernelFile]
  Raids(Path proc, boolean kept, PartStates states) {
    file = WatchedFile.optional(proc.resolve("mdstat"), "proc", kept);
    this.states = states;
  }

  void read(Notes notes, Text text) {
    file.read(notes, text, lines -> raids(notes, lines));
    parts.end(notes);
  }

  /// `md6 : active raid1 …`, and below it `195310144 blocks [2/1] [U_]`.
  private boolean raids(Notes notes, Text lines) throws IOException {
    String name = "";
    boolean active = false;
    Set<String> there = new HashSet<>();
    do {
      if (lines.skip("md")) {
        name = "md" + lines.word();
        lines.until(':');
        active = lines.word().equals("active");
        there.add("raid/" + name);
      } else if (active && lines.skip(" ")) {
        disks(notes, "raid/" + name, lines);
      }
    } while (lines.line());
    degraded.stream().filter(id -> !there.contains(id)).forEach(id -> states.good(notes, id));
    degraded.retainAll(there);
    return true;
  }

  private void disks(Notes notes, String id, Text lines) throws IOException {
    String rest = lines.rest();
    int slash = rest.lastIndexOf('/', rest.indexOf("] ["));
    int begin = rest.lastIndexOf('[', slash);
    if (!rest.contains(" blocks ") || slash < 0 || begin < 0) {
      return;
    }
    long all = number(rest.substring(begin + 1, slash));
    long working = number(rest.substring(slash + 1, rest.indexOf(']', slash)));
    List<Series> series = parts.of(id);
    if (!series.isEmpty()) {
      notes.add(series.get(0).at(all));
      notes.add(series.get(1).at(working));
    }
    if (working < all) {
      degraded.add(id);
      states.bad(
          notes, id, TYPE, State.DEGRADED, "works with " + working + " of its " + all + " disks");
    } else {
      states.good(notes, id);
    }
  }

  private static long number(String text) throws IOException {
    try {
      return Long.parseUnsignedLong(text, 0, Math.min(9, text.length()), 10);
    } catch (NumberFormatException e) {
      throw new IOException("no number of disks: \"" + text + "\"", e);
    }
  }

  @Override
  public void close() {
    file.close();
  }
}
