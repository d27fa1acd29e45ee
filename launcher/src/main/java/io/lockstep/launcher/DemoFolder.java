package io.lockstep.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// A demo begins with nothing: what an earlier demo left in its folder is deleted. A folder that no
/// demo made is never touched.
final class DemoFolder {
  private static final String MARK = ".lockstep-demo";

  private DemoFolder() {}

  static void clean(Path folder) throws IOException {
    if (Files.exists(folder)) {
      if (!Files.exists(folder.resolve(MARK)) && !isEmpty(folder)) {
        throw new IOException(
            folder + " holds something that no demo made; give another folder with --data DIR");
      }
      delete(folder);
    }
    Files.createDirectories(folder);
    Files.createFile(folder.resolve(MARK));
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.findAny().isEmpty();
    }
  }

  private static void delete(Path folder) throws IOException {
    List<Path> all;
    try (Stream<Path> tree = Files.walk(folder)) {
      all = tree.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path one : all) {
      Files.delete(one);
    }
  }
}
