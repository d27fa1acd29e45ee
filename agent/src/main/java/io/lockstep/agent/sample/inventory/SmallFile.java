package io.lockstep.agent.sample.inventory;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Files and folders of the kernel's, read once a minute: what can't be read is not there.
final class SmallFile {
  private static final int BYTES_MAX = 1 << 20;
  private static final int NAMES_MAX = 4096;

  private SmallFile() {}

  /// The first line without blanks around it; empty when it can't be read.
  static String line(Path file) {
    String text = text(file);
    int end = text.indexOf('\n');
    return (end < 0 ? text : text.substring(0, end)).strip();
  }

  /// All of it; empty when it can't be read.
  static String text(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return new String(in.readNBytes(BYTES_MAX), StandardCharsets.UTF_8);
    } catch (IOException _) {
      return "";
    }
  }

  /// Names in a folder, sorted; empty when it can't be read.
  static List<String> names(Path folder) {
    var names = new ArrayList<String>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
      for (Path one : all) {
        if (names.size() < NAMES_MAX) {
          names.add(String.valueOf(one.getFileName()));
        }
      }
    } catch (IOException | DirectoryIteratorException _) {
      return List.of();
    }
    names.sort(null);
    return names;
  }

  /// How many numbers stand in a list of the kernel's, as `0-3,8`; 0 when none do.
  static int count(String list) {
    int count = 0;
    for (String range : list.split(",", -1)) {
      String[] ends = range.strip().split("-", 2);
      if (ends[0].matches("[0-9]{1,6}") && ends[ends.length - 1].matches("[0-9]{1,6}")) {
        count += Integer.parseInt(ends[ends.length - 1]) - Integer.parseInt(ends[0]) + 1;
      }
    }
    return count;
  }
}
