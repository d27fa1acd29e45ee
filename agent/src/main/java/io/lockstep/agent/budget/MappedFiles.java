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
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The files that this process has mapped: the JVM's code, the archive of its classes. Of what the
/// start has touched of them most is never needed again; but as long as it is mapped, it counts as
/// this process's, and the kernel takes it back late.
final class MappedFiles {
  /// `MADV_DONTNEED`: a page that is needed again is mapped again, from memory as long as the
  /// kernel keeps the file there
  /// ([madvise(2)](https://man7.org/linux/man-pages/man2/madvise.2.html)).
  private static final int DONT_NEED = 4;

  private MappedFiles() {}

  /// A piece of memory.
  ///
  /// @param address of its first byte
  /// @param bytes how long it is
  record Range(long address, long bytes) {}

  /// JNA, loaded when it is first used.
  private static final class Library {
    static final Function MADVISE = NativeLibrary.getInstance("c").getFunction("madvise");
  }

  /// Unmaps the pages that can be had again from their files.
  ///
  /// @throws IOException when the kernel does not say what is mapped
  static void release() throws IOException {
    try (BufferedReader lines =
        Files.newBufferedReader(Path.of("/proc/self/smaps"), StandardCharsets.ISO_8859_1)) {
      for (Range one : clean(lines)) {
        Library.MADVISE.invokeInt(
            new Object[] {new Pointer(one.address), new Pointer(one.bytes), DONT_NEED});
      }
    }
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
    return new Range(from, to - from);
  }
}
