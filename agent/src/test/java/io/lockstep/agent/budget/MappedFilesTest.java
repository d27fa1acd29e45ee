package io.lockstep.agent.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class MappedFilesTest {
  /// As Linux 6 writes it, most lines of each range left out.
  private static final String SMAPS =
      """
      800001000-800a12000 rw-p 00001000 08:01 77                               /opt/agent.jsa
      Rss:               10308 kB
      Private_Dirty:     10188 kB
      Anonymous:         10188 kB
      Swap:                  0 kB
      VmFlags: rd wr mr mw me ac
      800a12000-801c20000 r--p 00a12000 08:01 77                               /opt/agent.jsa
      Rss:               18488 kB
      Private_Clean:     18488 kB
      Private_Dirty:         0 kB
      Anonymous:             0 kB
      Swap:                  0 kB
      VmFlags: rd mr mw me
      7f95e5ee3000-7f95e6f6f000 r-xp 002e3000 08:01 88                         /opt/a-b c/libjvm.so
      Private_Dirty:         0 kB
      Anonymous:             0 kB
      Swap:                  0 kB
      VmFlags: rd ex mr mw me
      7f95e7280000-7f95e736b000 r--p 01680000 08:01 88                         /opt/a-b c/libjvm.so
      Private_Dirty:       940 kB
      Anonymous:           940 kB
      Swap:                  0 kB
      VmFlags: rd mr mw me ac
      7f95e7380000-7f95e738b000 r--p 01680000 08:01 88                         /opt/swapped.so
      Private_Dirty:         0 kB
      Anonymous:             0 kB
      Swap:                 44 kB
      VmFlags: rd mr mw me ac
      7f95e8000000-7f95e8001000 r--s 00000000 00:05 99                         /dev/nvidiactl
      Private_Dirty:         0 kB
      VmFlags: rd
      7f95e9000000-7f95e9001000 r--p 00000000 00:00 0
      Private_Dirty:         0 kB
      VmFlags: rd
      7ffd4b000000-7ffd4b002000 r-xp 00000000 00:00 0                          [vdso]
      Private_Dirty:         0 kB
      VmFlags: rd ex
      """;

  @Test
  void findsWhatCanBeHadAgainFromItsFileAndNothingElse() throws Exception {
    var smaps = new BufferedReader(new StringReader(SMAPS));
    assertThat(MappedFiles.clean(smaps))
        .extracting(MappedFiles.Range::address, MappedFiles.Range::bytes)
        .containsExactly(tuple(0x800a12000L, 0x120e000L), tuple(0x7f95e5ee3000L, 0x108c000L));
  }

  @Test
  @SuppressWarnings("SystemGc")
  void aProcessLosesPagesAndGoesOn() throws Exception {
    Path smaps = Path.of("/proc/self/smaps");
    assumeTrue(Files.isReadable(smaps), "no Linux");
    var files = new MappedFiles();
    long before = libjvmKib();
    files.releaseKnown();
    assertThat(libjvmKib()).as("nothing is known yet").isGreaterThanOrEqualTo(before);
    files.release();
    assertThat(libjvmKib()).isLessThan(before);
    System.gc();
    before = libjvmKib();
    files.releaseKnown();
    assertThat(libjvmKib()).as("what the collection brought back").isLessThan(before);
    assertThat(List.of(3, 1, 2).stream().sorted().toList()).containsExactly(1, 2, 3);
  }

  private static long libjvmKib() throws IOException {
    boolean inside = false;
    long sum = 0;
    for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
      inside =
          (line.contains("-") && line.contains(" r-xp ")) ? line.endsWith("libjvm.so") : inside;
      if (inside && line.startsWith("Rss:")) {
        sum += Long.parseLong(line.replaceAll("[^0-9]", ""));
        inside = false;
      }
    }
    return sum;
  }
}
