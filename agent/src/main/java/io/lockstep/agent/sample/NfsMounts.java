package io.lockstep.agent.sample;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// What each NFS mount asked of its server, and how long that took, from `/proc/self/mountstats`:
/// the file says so without asking the server
/// ([net/sunrpc/stats.c](https://github.com/torvalds/linux/blob/master/net/sunrpc/stats.c)). Sums
/// over all kinds of requests.
final class NfsMounts implements AutoCloseable {
  private static final double MILLIS = 1e3;

  /// Columns of a kind of request: made, sent, timed out, bytes out, bytes in, queued, on the wire,
  /// in all (the last three in milliseconds).
  private static final int MADE = 0;

  private static final int SENT = 1;
  private static final int TIMEOUTS = 2;
  private static final int IN_ALL = 7;
  private static final int FIELDS = 8;

  private final PartSeries parts =
      new PartSeries("nfs_operations", "nfs_retransmissions", "nfs_timeouts", "nfs_operation_time");
  private final WatchedFile file;

  /// @param proc `/proc`, or a captured one
  /// @param kept as in [KernelFile]
  NfsMounts(Path proc, boolean kept) {
    file = WatchedFile.optional(proc.resolve("self/mountstats"), "proc/self", kept);
  }

  void read(Notes notes, Text text) {
    file.read(notes, text, lines -> mounts(notes, lines));
    parts.end(notes);
  }

  private boolean mounts(Notes notes, Text lines) throws IOException {
    String mount = "";
    boolean operations = false;
    long[] sums = new long[FIELDS];
    do {
      if (lines.skip("device ")) {
        note(notes, mount, operations, sums);
        mount = mount(lines.rest());
        operations = false;
        sums = new long[FIELDS];
      } else if (!mount.isEmpty() && lines.skip("\tper-op statistics")) {
        operations = true;
      } else if (operations && !lines.until(':').isEmpty()) {
        add(sums, lines.rest());
      }
    } while (lines.line());
    note(notes, mount, operations, sums);
    return true;
  }

  /// `server:/srv/test mounted on /mnt/nfs/test with fstype nfs4 statvers=1.1`; empty for others.
  private static String mount(String line) {
    int begin = line.indexOf(" mounted on ");
    int end = line.lastIndexOf(" with fstype nfs");
    return begin < 0 || end < begin
        ? ""
        : line.substring(begin + " mounted on ".length(), end).replace("\\040", " ");
  }

  /// A kind of request whose numbers have run over is left out.
  private static void add(long[] sums, String line) {
    String[] words = line.split(" +", -1);
    if (words.length < FIELDS) {
      return;
    }
    var numbers = new long[FIELDS];
    for (int i = 0; i < FIELDS; i++) {
      try {
        numbers[i] = Long.parseLong(words[i]);
      } catch (NumberFormatException _) {
        return;
      }
    }
    for (int i = 0; i < FIELDS; i++) {
      sums[i] += numbers[i];
    }
  }

  private void note(Notes notes, String mount, boolean known, long[] sums) {
    List<Series> series = known && !mount.isEmpty() ? parts.of(mount) : List.of();
    if (!series.isEmpty()) {
      notes.add(series.get(0).at(sums[MADE]));
      notes.add(series.get(1).at(Math.max(0, sums[SENT] - sums[MADE])));
      notes.add(series.get(2).at(sums[TIMEOUTS]));
      notes.add(series.get(3).at(sums[IN_ALL] / MILLIS));
    }
  }

  @Override
  public void close() {
    file.close();
  }
}
