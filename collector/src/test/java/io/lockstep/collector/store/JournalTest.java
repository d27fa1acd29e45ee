package io.lockstep.collector.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JournalTest {
  @TempDir Path folder;

  @Test
  void whatIsKeptIsThereAfterTheProcessWasKilled() throws IOException {
    Journal killed = new Journal(folder, 1 << 20);
    for (int i = 0; i < 10; i++) {
      assertThat(killed.append(lines("batch " + i, 3))).isEmpty();
    }
    // Nothing is closed, nothing is forced.
    try (var next = new Journal(folder, 1 << 20)) {
      assertThat(next.bytes()).isEqualTo(killed.bytes()).isPositive();
      assertThat(next.append(lines("another", 1))).isEmpty();

      List<Segment> segments = next.take();

      assertThat(segments).hasSize(2);
      assertThat(read(segments))
          .hasSize(31)
          .startsWith("7 1000 batch 0 line 0", "7 1001 batch 0 line 1")
          .endsWith("7 1002 batch 9 line 2", "7 1000 another line 0");
      assertThat(next.bytes()).isZero();
      assertThat(files()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 60, 100})
  void aRecordThatWasNotWrittenWholeIsLeftOut(int cut) throws IOException {
    new Journal(folder, 1 << 20).append(lines("whole", 2));
    long whole = Files.size(file());
    Files.delete(file());
    var killed = new Journal(folder, 1 << 20);
    killed.append(lines("whole", 2));
    killed.append(lines("half", 5));
    try (var file = new RandomAccessFile(file().toFile(), "rw")) {
      file.setLength(Math.max(whole, file.length() - cut));
    }

    try (var next = new Journal(folder, 1 << 20)) {
      assertThat(read(next.take())).containsExactly("7 1000 whole line 0", "7 1001 whole line 1");
    }
  }

  @Test
  void garbageCostsNothingButItself() throws IOException {
    Files.write(folder.resolve("000000000000000004.lines"), new byte[1000]);
    Files.writeString(folder.resolve("000000000000000005.lines"), "not a journal at all");
    Files.createFile(folder.resolve("000000000000000006.lines"));
    Files.writeString(folder.resolve("notes.txt"), "somebody else's");
    try (var journal = new Journal(folder, 1 << 20)) {
      journal.append(lines("good", 1));

      assertThat(read(journal.take())).containsExactly("7 1000 good line 0");
      assertThat(files()).containsExactly("notes.txt");
    }
  }

  @Test
  void anyByteThatIsAnotherIsNoticed() throws IOException {
    var written = new Journal(folder, 1 << 20);
    written.append(lines("first", 2));
    int begin = (int) Files.size(file());
    written.append(lines("second", 2));
    byte[] bytes = Files.readAllBytes(file());
    for (int i = begin; i < bytes.length; i++) {
      byte[] other = bytes.clone();
      other[i] ^= 0x10;
      Files.write(folder.resolve("000000000000000000.lines"), other);

      assertThat(read(new Journal(folder, 1 << 20).take())).as("byte %d", i).hasSize(2);
    }
  }

  @Test
  void aBatchThatNeedsSeveralRecordsIsReadInItsOrder() throws IOException {
    try (var journal = new Journal(folder, 64 << 20)) {
      assertThat(journal.append(lines("x".repeat(700_000), 5))).isEmpty();
      List<Segment> segments = journal.take();
      long values = 0;
      List<String> read = read(segments);
      for (Segment segment : segments) {
        values += segment.values();
      }

      assertThat(read).hasSize(5);
      assertThat(read.get(4)).startsWith("7 1004 xxx").endsWith("x line 4");
      assertThat(values).isEqualTo(5);
    }
  }

  @Test
  void saysWhyItKeepsNothingMore() throws IOException {
    var journal = new Journal(folder, 1 << 20);
    Lines half = lines("x".repeat(1 << 19), 1);
    assertThat(journal.append(half)).isEmpty();
    assertThat(journal.append(half)).isEqualTo("the store is behind: 0 MiB wait for it");
    journal.close();
    assertThat(journal.append(half)).isEqualTo("stopping");
  }

  /// On a disk of its own that is full: nothing half written, and it goes on when there is room.
  @Test
  void aFullDiskIsSaidAndEndsNothing() throws Exception {
    assumeTrue(sh("mount -t tmpfs -o size=80m tmpfs " + folder) == 0, "needs root, for a disk");
    try (var journal = new Journal(folder.resolve("journal"), 1 << 30)) {
      assertThat(journal.append(lines("before", 2))).isEmpty();
      assertThat(sh("head -c 30000000 /dev/zero > " + folder.resolve("other"))).isZero();
      Thread.sleep(1100); // it looks once a second
      assertThat(journal.append(lines("no", 1)))
          .isEqualTo("the disk of " + folder.resolve("journal") + " is full: make room");

      Files.delete(folder.resolve("other"));
      Thread.sleep(1100);
      String last = "";
      for (int i = 0; i < 200 && last.isEmpty(); i++) {
        last = journal.append(lines("x".repeat(900_000), 1));
      }
      // On a slow machine it has looked meanwhile.
      assertThat(last).containsAnyOf("No space left", "is full: make room");
      List<String> read = read(journal.take());
      assertThat(read).startsWith("7 1000 before line 0", "7 1001 before line 1");
      assertThat(read.subList(2, read.size())).isNotEmpty().allMatch(JournalTest::whole);

      Thread.sleep(1100);
      assertThat(journal.append(lines("after", 1))).isEmpty();
      assertThat(read(journal.take())).containsExactly("7 1000 after line 0");
    } finally {
      sh("umount " + folder);
    }
  }

  private static boolean whole(String line) {
    return line.length() > 900_000 && line.endsWith("x line 0");
  }

  private static int sh(String command) throws Exception {
    return new ProcessBuilder("sh", "-c", command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }

  private static List<String> read(List<Segment> segments) throws IOException {
    var lines = new ArrayList<String>();
    for (Segment segment : segments) {
      segment.read((table, time, offset, length) ->
          lines.add(
              table
                  + " "
                  + time
                  + " "
                  + StandardCharsets.UTF_8.decode(segment.slice(offset, length - 1))));
    }
    int left = lines.size();
    for (Segment segment : segments) {
      while (left >= 0 && !segment.done()) {
        left--;
      }
    }
    return lines;
  }

  private static Lines lines(String text, int count) {
    var all = new StringBuilder();
    var starts = new int[count];
    for (int i = 0; i < count; i++) {
      starts[i] = all.length();
      all.append(text).append(" line ").append(i).append('\n');
    }
    long[] times = IntStream.range(1000, 1000 + count).asLongStream().toArray();
    byte[] tables = "\7".repeat(count).getBytes(StandardCharsets.UTF_8);
    byte[] utf8 = all.toString().getBytes(StandardCharsets.UTF_8);
    return new Lines(utf8, starts, times, tables, count, 0, "");
  }

  private Path file() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.findFirst().orElseThrow();
    }
  }

  private List<String> files() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
