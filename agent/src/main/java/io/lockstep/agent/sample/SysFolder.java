package io.lockstep.agent.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A folder of the kernel's, whose small files are read once a minute or less: opened each time. A
/// file that is not there, can't be read or says nonsense is no value. One thread.
record SysFolder(Path path) {
  private static final int NAMES_MAX = 4096;

  /// The folder below it.
  SysFolder in(String name) {
    return new SysFolder(path.resolve(name));
  }

  /// Its last name.
  String name() {
    return String.valueOf(path.getFileName());
  }

  boolean has(String name) {
    return Files.exists(path.resolve(name));
  }

  /// What is in it and begins so, sorted; empty when there is no such folder.
  List<String> names(String begin) {
    String[] all = path.toFile().list();
    if (all == null) {
      return List.of();
    }
    return Arrays.stream(all)
        .filter(name -> name.startsWith(begin))
        .sorted(SysFolder::naturally)
        .limit(NAMES_MAX)
        .toList();
  }

  /// `mc2` before `mc10`.
  private static int naturally(String one, String other) {
    int byLength = Integer.compare(one.length(), other.length());
    return byLength != 0 ? byLength : one.compareTo(other);
  }

  /// The folders in it whose names are these letters and a number.
  List<SysFolder> numbered(String begin) {
    return names(begin).stream()
        .filter(name -> name.length() > begin.length() && digits(name, begin.length()))
        .map(this::in)
        .toList();
  }

  private static boolean digits(String name, int from) {
    for (int i = from; i < name.length(); i++) {
      if (name.charAt(i) < '0' || name.charAt(i) > '9') {
        return false;
      }
    }
    return true;
  }

  /// The first line of a file, without blanks around it; null when there is none.
  @Nullable String text(String name, Text text) {
    try {
      new KernelFile(path.resolve(name), false).read(text);
      String line = text.rest();
      return line.isEmpty() ? null : line;
    } catch (IOException _) {
      return null;
    }
  }

  /// The whole number that a file begins with, which may be below zero; null when there is none.
  @Nullable Long number(String name, Text text) {
    try {
      new KernelFile(path.resolve(name), false).read(text);
      return text.signed();
    } catch (IOException _) {
      return null;
    }
  }

  /// Where a link in it leads to, all links followed; null when it leads nowhere.
  @Nullable Path real(String name) {
    try {
      return path.resolve(name).toRealPath();
    } catch (IOException _) {
      return null;
    }
  }
}
