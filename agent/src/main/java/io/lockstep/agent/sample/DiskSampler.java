package io.lockstep.agent.sample;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;

/// Reads what each disk did, from `/proc/diskstats`
/// ([Documentation/admin-guide/iostats.rst](https://docs.kernel.org/admin-guide/iostats.html)).
public final class DiskSampler implements Sampler, AutoCloseable {
  /// Disks, not their partitions, and not what is memory, a file, a floppy or a disc.
  static final Choice DEFAULT =
      new Choice(
          Duration.ofSeconds(10),
          List.of(),
          List.of(
              "(z?ram|loop|fd|sr)[0-9]+",
              "(h|s|v|xv)d[a-z]+[0-9]+",
              "nvme[0-9]+n[0-9]+p[0-9]+",
              "nvme[0-9]+c[0-9]+n[0-9]+",
              "mmcblk[0-9]+(p|boot)[0-9]+"));

  /// The kernel counts sectors of 512 bytes, whatever the disk's own are.
  private static final long SECTOR_BYTES = 512;

  private static final double MILLIS = 1e3;

  private static final int READS = 0;
  private static final int SECTORS_READ = 2;
  private static final int READ_MILLIS = 3;
  private static final int WRITES = 4;
  private static final int SECTORS_WRITTEN = 6;
  private static final int WRITE_MILLIS = 7;
  private static final int PENDING = 8;
  private static final int BUSY_MILLIS = 9;
  private static final int FIELDS = 10;

  private final PartSeries parts =
      new PartSeries(
          "disk_read",
          "disk_written",
          "disk_reads",
          "disk_writes",
          "disk_io_time",
          "disk_read_time",
          "disk_write_time",
          "disk_pending");
  private final long[] fields = new long[FIELDS];
  private final Text text = new Text();
  private final Choice choice;
  private final Predicate<String> names;
  private final WatchedFile file;
  private long round;

  /// @param root `/`, or a folder that holds a captured `proc/`
  /// @param choice which disks, by the kernel's name, as in `nvme0n1`
  public DiskSampler(Path root, Choice choice) {
    this.choice = choice;
    names = choice.names();
    file = WatchedFile.optional(root.resolve("proc/diskstats"), "proc", Samplers.kept(root));
  }

  @Override
  public String name() {
    return "disks";
  }

  @Override
  public Duration interval() {
    return choice.interval();
  }

  @Override
  public Reading sample(Instant now) {
    var notes = new Notes(name(), now, round++);
    file.read(notes, text, stats -> disks(notes, stats));
    parts.end(notes);
    return notes.reading();
  }

  private boolean disks(Notes notes, Text stats) throws IOException {
    do {
      if (stats.more()) {
        stats.word();
        stats.word();
        disk(notes, stats.word(), stats.numbers(fields));
      }
    } while (stats.line());
    return true;
  }

  private void disk(Notes notes, String name, int count) {
    List<Series> series = count == FIELDS && names.test(name) ? parts.of(name) : List.of();
    if (!series.isEmpty()) {
      notes.add(series.get(0).at(fields[SECTORS_READ] * SECTOR_BYTES));
      notes.add(series.get(1).at(fields[SECTORS_WRITTEN] * SECTOR_BYTES));
      notes.add(series.get(2).at(fields[READS]));
      notes.add(series.get(3).at(fields[WRITES]));
      notes.add(series.get(4).at(fields[BUSY_MILLIS] / MILLIS));
      notes.add(series.get(5).at(fields[READ_MILLIS] / MILLIS));
      notes.add(series.get(6).at(fields[WRITE_MILLIS] / MILLIS));
      notes.add(series.get(7).at(fields[PENDING]));
    }
  }

  /// Lets go of the file.
  @Override
  public void close() {
    file.close();
  }
}
