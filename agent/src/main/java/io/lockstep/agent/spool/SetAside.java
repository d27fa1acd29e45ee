package io.lockstep.agent.spool;

import io.lockstep.agent.batch.Batch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/// Keeps batches that the collector refuses for good, each beside a text file with the reason, so
/// that someone can look at them: `zcat FILE | protoc --decode_raw`. The newest ones, bounded.
final class SetAside {
  private static final int BATCHES = 64;
  private static final long BYTES = 16 << 20;

  private final Path folder;

  SetAside(Path folder) {
    this.folder = folder;
  }

  /// Keeps a batch and makes room for it.
  void put(Batch batch, String reason) throws IOException {
    Files.createDirectories(folder);
    String name =
        String.format(
            Locale.ROOT,
            "%015d-%012d-%s",
            batch.id().run(),
            batch.id().number(),
            batch.signal().name().toLowerCase(Locale.ROOT));
    Files.write(folder.resolve(name + ".pb.gz"), batch.gzip());
    Files.writeString(
        folder.resolve(name + ".reason.txt"), batch.id().header() + "\n" + reason + "\n");
    makeRoom();
  }

  /// Names sort by age, so the oldest come first.
  private void makeRoom() throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(folder)) {
      files = all.sorted().toList();
    }
    long bytes = 0;
    for (Path file : files) {
      bytes += Files.size(file);
    }
    int left = files.size();
    for (Path file : files) {
      if (left <= 2 * BATCHES && bytes <= BYTES) {
        return;
      }
      bytes -= Files.size(file);
      left--;
      Files.delete(file);
    }
  }
}
