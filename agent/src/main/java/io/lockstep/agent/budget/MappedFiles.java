package io.lockstep.agent.budget;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The files that this process has mapped: the JVM's code, the archive of its classes. Of what the
/// start has touched of them most is never needed again; but as long as it is mapped, it counts as
/// this process's, and the kernel takes it back late.
final class MappedFiles {
  /// `MADV_DONTNEED`: a page that is needed again is mapped again, from memory as long as the
  /// kernel keeps the file there
  /// ([madvise(2)](https://man7.org/linux/man-pages/man2/madvise.2.html)).
  private static final int DONT_NEED = 4;

  /// What was let go last, by its line in `/proc/self/maps`.
  private final Set<String> known = new HashSet<>();

  /// A piece of memory.
  ///
  /// @param head its line in `/proc/self/maps`
  /// @param address of its first byte
  /// @param bytes how long it is
  record Range(String head, long address, long bytes) {}

  /// JNA, loaded when it is first used.
  private static final class Library {
    static final Function MADVISE = NativeLibrary.getInstance("c").getFunction("madvise");
  }

  /// Unmaps the pages that can be had again from their files.
  ///
  /// @throws IOException when the kernel does not say what is mapped
  void release() throws IOException {
    known.clear();
    try (BufferedReader lines = open("/proc/self/smaps")) {
      for (Range one : clean(lines)) {
        known.add(one.head);
        unmap(one);
      }
    }
  }

  /// The same for what [#release] found and is mapped as it was then: reading what was written
  /// costs the kernel a look at each page. What can't be written now and was not then was not
  /// meanwhile.
  ///
  /// @throws IOException when the kernel does not say what is mapped
  void releaseKnown() throws IOException {
    try (BufferedReader lines = open("/proc/self/maps")) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Range one = known.contains(line) ? range(line) : null;
        if (one != null) {
          unmap(one);
        }
      }
    }
  }

  private static BufferedReader open(String file) throws IOException {
    return Files.newBufferedReader(Path.of(file), StandardCharsets.ISO_8859_1);
  }

  private static void unmap(Range one) {
    Library.MADVISE.invokeInt(
        new Object[] {new Pointer(one.address), new Pointer(one.bytes), DONT_NEED});
  }

  /// What is mapped of files, can't be written and never was: all else would be lost. Devices are
  /// no files.
  ///
  /// @param smaps as
  ///   [proc_pid_smaps(5)](https://man7.org/linux/man-pages/man5/proc_pid_smaps.5.html) has it: of
  ///   each range a line `7f42a1000-7f42b2000 r-xp 00000000 08:01 1234 /path`, then lines such as
  ///   `Private_Dirty: 12 kB`, at last one `VmFlags:`
  static List<Range> clean(BufferedReader smaps) throws IOException {
    var found = new ArrayList<Range>();
    Range range = null;
    for (String line = smaps.readLine(); line != null; line = smaps.readLine()) {
      if (line.startsWith("VmFlags:")) {
        if (range != null) {
          found.add(range);
        }
        range = null;
      } else if (isHead(line)) {
        range = range(line);
      } else if (range != null && isPrivate(line) && !line.endsWith(" 0 kB")) {
        range = null;
      }
    }
    return found;
  }

  private static boolean isHead(String line) {
    int dash = line.indexOf('-');
    return dash > 0 && line.indexOf(':') > line.indexOf(' ') && line.indexOf(' ') > dash;
  }

  private static boolean isPrivate(String line) {
    return line.startsWith("Private_Dirty:")
        || line.startsWith("Anonymous:")
        || line.startsWith("Swap:");
  }

  private static @Nullable Range range(String line) {
    int path = line.indexOf('/');
    int rights = line.indexOf(' ') + 1;
    if (path < 0 || line.startsWith("/dev/", path) || !line.startsWith("r-", rights)) {
      return null;
    }
    long from = Long.parseUnsignedLong(line, 0, line.indexOf('-'), 16);
    long to = Long.parseUnsignedLong(line, line.indexOf('-') + 1, rights - 1, 16);
    return new Range(line, from, to - from);
  }
}
