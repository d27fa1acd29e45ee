package io.lockstep.agent.sample.isolated;

import io.lockstep.agent.sample.nvml.Marks;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.SortedSet;
import java.util.TreeSet;

/// A small file, mapped into the memory of the process that reads GPUs: a mark costs it no system
/// call, and stands there when it has been ended by whatever. A byte for each GPU, one for each
/// [Asker], and one for how many GPUs there are.
final class MarkFile implements Marks {
  private static final int GPUS = 64;
  private static final int COUNT = GPUS + Asker.values().length;
  private static final int BYTES = COUNT + 1;

  private final MappedByteBuffer bytes;

  /// Maps one that is [#empty].
  MarkFile(Path file) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      bytes = channel.map(FileChannel.MapMode.READ_WRITE, 0, BYTES);
    }
  }

  /// Makes one in which nothing is marked. Its bytes are written, not left out: on a full disk the
  /// first mark in a hole would be the end of the process.
  static void empty(Path file) throws IOException {
    Files.write(file, new byte[BYTES]);
  }

  @Override
  public void counts(int gpus) {
    bytes.put(COUNT, (byte) Math.clamp(gpus, 0, GPUS));
  }

  @Override
  public void reads(int index, boolean inside) {
    if (index >= 0 && index < GPUS) {
      bytes.put(index, (byte) (inside ? 1 : 0));
    }
  }

  @Override
  public void asks(Asker asker, int index) {
    bytes.put(place(asker), (byte) (index < GPUS ? index + 1 : 0));
  }

  private static int place(Asker asker) {
    return GPUS
        + switch (asker) {
          case LIST -> 0;
          case EVENTS -> 1;
        };
  }

  /// What stood there when the process ended.
  ///
  /// @param readers GPUs that were being read
  /// @param lister the one that the list asked about; −1 for none
  /// @param events the one that was asked for events; −1 for none
  /// @param gpus how many the driver has; 0 where it did not come to say it
  record Left(SortedSet<Integer> readers, int lister, int events, int gpus) {
    static final Left NOTHING = new Left(new TreeSet<>(), -1, -1, 0);

    /// All of them.
    SortedSet<Integer> all() {
      var all = new TreeSet<>(readers);
      if (lister >= 0) {
        all.add(lister);
      }
      if (events >= 0) {
        all.add(events);
      }
      return all;
    }
  }

  /// Reads what a process left; nothing when it can't be read.
  static Left left(Path file) {
    try {
      byte[] all = Files.readAllBytes(file);
      if (all.length != BYTES) {
        return Left.NOTHING;
      }
      var readers = new TreeSet<Integer>();
      for (int index = 0; index < GPUS; index++) {
        if (all[index] != 0) {
          readers.add(index);
        }
      }
      return new Left(
          readers, all[place(Asker.LIST)] - 1, all[place(Asker.EVENTS)] - 1, all[COUNT]);
    } catch (IOException _) {
      return Left.NOTHING;
    }
  }
}
