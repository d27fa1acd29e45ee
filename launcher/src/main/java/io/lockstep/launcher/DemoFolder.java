package io.lockstep.launcher;

import io.lockstep.telemetry.config.FileProblem;
import io.lockstep.telemetry.config.FolderLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// A demo begins with nothing: what an earlier demo left in its folder is deleted. A folder that no
/// demo made, or in which one runs, is never touched.
final class DemoFolder {
  private static final String MARK = ".lockstep-demo";

  private DemoFolder() {}

  /// Refuses a folder that holds something else; makes one that is not there.
  static void check(Path folder) throws IOException {
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw new IOException(folder + " is no folder; give another with --data DIR");
    }
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new IOException("can't make the folder " + FileProblem.words(e), e);
    }
    if (!Files.exists(folder.resolve(MARK)) && !isEmpty(folder)) {
      throw new IOException(
          folder + " holds something that no demo made; give another folder with --data DIR");
    }
  }

  /// Empties it, but for its lock, which the caller holds.
  static void clean(Path folder) throws IOException {
    Path mark = folder.resolve(MARK);
    if (!Files.exists(mark)) {
      Files.createFile(mark);
    }
    List<Path> all;
    try (Stream<Path> tree = Files.walk(folder)) {
      all = tree.sorted(Comparator.reverseOrder()).toList();
    }
    Set<Path> kept = Set.of(folder, mark, folder.resolve(FolderLock.FILE));
    for (Path one : all) {
      if (!kept.contains(one)) {
        Files.delete(one);
      }
    }
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.findAny().isEmpty();
    }
  }
}
