package io.lockstep.agent.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.agent.batch.Batch;
import io.lockstep.telemetry.config.ByteSize;
import io.lockstep.telemetry.config.FolderInUseException;
import io.lockstep.telemetry.otlp.BatchId;
import io.lockstep.telemetry.otlp.Signal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpoolTest {
  private static final long T0 = 1_790_000_000_000_000_000L;

  @TempDir Path folder;

  @Test
  void givesBackWhatANewRunFindsOldestFirstAndUnderTheOldIds() throws Exception {
    var written = new ArrayList<Batch>();
    try (Spool spool = open(1000)) {
      written.add(spool.append(Signal.METRICS, T0, bytes(1, 900)).batch());
      written.add(spool.append(Signal.LOGS, T0 + 1, bytes(2, 10)).batch());
      written.add(spool.append(Signal.TRACES, T0 + 2, bytes(3, 0)).batch());
    }
    try (Spool spool = open(2000)) {
      assertThat(spool.state().batches()).isEqualTo(3);
      Batch fresh = spool.append(Signal.METRICS, T0 + 3, bytes(4, 5)).batch();
      assertThat(fresh.id()).isEqualTo(new BatchId("node-1", 2000, 0));
      assertSame(drain(spool), written);
    }
  }

  @Test
  void aBatchLeavesOnlyWhenAcknowledged() throws Exception {
    try (Spool spool = open(1000)) {
      Spooled first = spool.append(Signal.METRICS, T0, bytes(1, 100));
      Spooled second = spool.append(Signal.METRICS, T0, bytes(2, 100));
      assertThat(spool.take(Duration.ZERO)).as("both are in hand").isNull();
      spool.release(second);
      spool.release(first);
      assertThat(taken(spool).batch().id().number()).isEqualTo(0);
      spool.acknowledge(first);
      assertThat(taken(spool).batch().id().number()).isEqualTo(1);
      spool.release(first);
      assertThat(spool.take(Duration.ZERO)).as("acknowledged stays acknowledged").isNull();
      assertThat(spool.state().batches()).isEqualTo(1);
    }
    try (Spool spool = open(2000)) {
      assertThat(spool.state().batches()).as("a segment goes as a whole").isEqualTo(2);
    }
  }

  @Test
  void leavesNoFileWhenAllIsAcknowledged() throws Exception {
    try (Spool spool = open(1000)) {
      for (int i = 0; i < 3000; i++) {
        spool.acknowledge(spool.append(Signal.METRICS, T0 + i, bytes(i, 1000)));
      }
      assertThat(spool.state().bytes()).isLessThan(256 << 10);
    }
    assertThat(segments()).isEmpty();
  }

  @Test
  void dropsTheOldestBeyondItsBytesAndCountsThem() throws Exception {
    var config = new Spool.Config(folder, ByteSize.ofMebibytes(16), Duration.ofHours(6));
    try (Spool spool = new Spool(config, "node-1", 1000)) {
      int batches = 4000;
      for (int i = 0; i < batches; i++) {
        spool.release(spool.append(Signal.METRICS, T0 + i, bytes(i, 10_000)));
      }
      Spool.State state = spool.state();
      assertThat(state.bytes()).isLessThanOrEqualTo(config.bytes().bytes());
      assertThat(state.bytes()).isGreaterThan(config.bytes().bytes() * 8 / 10);
      assertThat(sizeOnDisk()).isEqualTo(state.bytes());
      assertThat(state.dropped()).isPositive();
      assertThat(state.dropped() + state.batches()).isEqualTo(batches);
      assertThat(taken(spool).batch().id().number()).isEqualTo(state.dropped());
    }
  }

  @Test
  void dropsWhatIsTooOld() throws Exception {
    var config = new Spool.Config(folder, ByteSize.ofMebibytes(16), Duration.ofMinutes(10));
    try (Spool spool = new Spool(config, "node-1", 1000)) {
      spool.release(spool.append(Signal.METRICS, T0, bytes(1, 100)));
      long later = T0 + Duration.ofMinutes(11).toNanos();
      spool.release(spool.append(Signal.METRICS, later, bytes(2, 100)));
      assertThat(spool.state().dropped()).isEqualTo(1);
      assertThat(taken(spool).batch().id().number()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void anyDamagedByteCostsAtMostItsBatch(int seed) throws Exception {
    var random = new Random(seed);
    var written = new ArrayList<Batch>();
    try (Spool spool = open(1000)) {
      for (int i = 0; i < 5; i++) {
        byte[] body = bytes(seed * 100 + i, random.nextInt(24));
        written.add(spool.append(Signal.TRACES, T0 + i, body).batch());
      }
    }
    Path file = segments().getFirst();
    byte[] sound = Files.readAllBytes(file);
    for (int at = 0; at < sound.length; at++) {
      byte[] damaged = sound.clone();
      damaged[at] ^= (byte) (1 << random.nextInt(8));
      Files.write(file, damaged);
      try (Spool spool = open(2000)) {
        List<Batch> left = drain(spool);
        assertThat(left.size()).as("byte %s", at).isBetween(4, 5);
        assertThat(spool.state().dropped()).isEqualTo(5 - left.size());
        var expected = new ArrayList<>(written);
        expected.removeIf(batch -> left.stream().noneMatch(got -> got.id().equals(batch.id())));
        assertSame(left, expected);
      }
      Files.deleteIfExists(file.resolveSibling(file.getFileName() + ".unread"));
      Files.write(file, sound);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {11, 12, 13, 14})
  void severalDamagedBytesCostAtMostTheirBatches(int seed) throws Exception {
    var random = new Random(seed);
    int batches = 200;
    try (Spool spool = open(1000)) {
      for (int i = 0; i < batches; i++) {
        spool.append(Signal.METRICS, T0 + i, bytes(i, random.nextInt(500)));
      }
    }
    Path file = segments().getFirst();
    byte[] damaged = Files.readAllBytes(file);
    int flips = 1 + random.nextInt(20);
    for (int i = 0; i < flips; i++) {
      damaged[random.nextInt(damaged.length)] ^= (byte) (1 + random.nextInt(255));
    }
    Files.write(file, damaged);
    try (Spool spool = open(2000)) {
      assertThat(drain(spool).size()).isBetween(batches - flips, batches);
    }
  }

  @Test
  void damageUnderARunningAgentCostsItsBatchToo() throws Exception {
    try (Spool spool = open(1000)) {
      for (int i = 0; i < 3; i++) {
        spool.release(spool.append(Signal.METRICS, T0 + i, bytes(i, 100)));
      }
      Path file = segments().getFirst();
      byte[] damaged = Files.readAllBytes(file);
      damaged[FileBytes.HEADER + BatchRecord.HEADER + 20] ^= 1;
      Files.write(file, damaged);
      assertThat(drain(spool)).extracting(batch -> batch.id().number()).containsExactly(1L, 2L);
      assertThat(spool.state().dropped()).isEqualTo(1);
    }
  }

  @Test
  void aTornTailIsNoDamage() throws Exception {
    try (Spool spool = open(1000)) {
      spool.append(Signal.METRICS, T0, bytes(1, 300));
      spool.append(Signal.METRICS, T0, bytes(2, 300));
    }
    Path file = segments().getFirst();
    byte[] whole = Files.readAllBytes(file);
    int second = (whole.length - FileBytes.HEADER) / 2;
    for (int cut = 1; cut <= second; cut += 7) {
      Files.write(file, Arrays.copyOf(whole, whole.length - cut));
      try (Spool spool = open(2000)) {
        assertThat(spool.state().dropped()).as("cut %s", cut).isZero();
        assertThat(spool.state().batches()).isEqualTo(1);
      }
    }
  }

  @Test
  void keepsASegmentOfANewerVersionAside() throws Exception {
    Files.createDirectories(folder);
    Path file = folder.resolve("0000000000000004.spool");
    var header = java.nio.ByteBuffer.allocate(16);
    header.putLong(0x4c4f_434b_5350_4f4cL).putShort((short) 2).putShort((short) 0);
    var crc = new java.util.zip.CRC32C();
    crc.update(header.array(), 0, 12);
    header.putInt((int) crc.getValue());
    Files.write(file, header.array());
    try (Spool spool = open(2000)) {
      spool.append(Signal.METRICS, T0, bytes(1, 10));
      assertThat(segments()).containsExactly(folder.resolve("0000000000000005.spool"));
    }
    assertThat(file.resolveSibling(file.getFileName() + ".unread")).exists();
  }

  /// Three times 40 MiB, each larger than any segment, where the spool may take 64 MiB.
  @Test
  void keepsOfWhatItCannotReadOnlyAsMuchAsTheSpoolMayTake() throws Exception {
    Files.createDirectories(folder);
    for (int number = 3; number <= 5; number++) {
      Path file = folder.resolve("000000000000000" + number + ".spool");
      try (var sparse = new java.io.RandomAccessFile(file.toFile(), "rw")) {
        sparse.setLength(40L << 20);
      }
    }
    try (Spool spool = open(2000)) {
      spool.append(Signal.METRICS, T0, bytes(1, 10));
      assertThat(segments()).containsExactly(folder.resolve("0000000000000006.spool"));
    }
    assertThat(folder.resolve("0000000000000003.spool.unread")).doesNotExist();
    assertThat(folder.resolve("0000000000000004.spool.unread")).doesNotExist();
    assertThat(folder.resolve("0000000000000005.spool.unread")).exists();
  }

  @Test
  void refusedBatchesAreSetAsideWithTheReasonAndBlockNothing() throws Exception {
    try (Spool spool = open(1000)) {
      Spooled bad = spool.append(Signal.METRICS, T0, bytes(1, 100));
      Spooled good = spool.append(Signal.METRICS, T0, bytes(2, 100));
      spool.refuse(bad, "HTTP 400 field 3 is truncated");
      spool.refuse(bad, "HTTP 400 again");
      spool.release(good);
      assertThat(drain(spool)).extracting(batch -> batch.id().number()).containsExactly(1L);
      assertThat(spool.state().refused()).isEqualTo(1);
      assertThat(spool.state().dropped()).isEqualTo(1);
      Path name = folder.resolve("refused/000000000001000-000000000000-metrics.pb.gz");
      assertThat(Files.readAllBytes(name)).isEqualTo(bytes(1, 100));
      assertThat(folder.resolve("refused/000000000001000-000000000000-metrics.reason.txt"))
          .hasContent("1/node-1/1000/0\nHTTP 400 field 3 is truncated\n");
    }
  }

  @Test
  void keepsTheNewestRefusedBatchesOnly() throws Exception {
    try (Spool spool = open(1000)) {
      for (int i = 0; i < 100; i++) {
        spool.refuse(spool.append(Signal.LOGS, T0, bytes(i, 10)), "HTTP 413");
      }
      try (Stream<Path> files = Files.list(folder.resolve("refused"))) {
        List<String> names = files.map(file -> file.getFileName().toString()).sorted().toList();
        assertThat(names).hasSize(128);
        assertThat(names.getFirst()).startsWith("000000000001000-000000000036-");
      }
    }
  }

  @Test
  void twoAgentsCannotShareAFolder() throws Exception {
    try (Spool _ = open(1000)) {
      assertThatThrownBy(() -> open(2000))
          .isInstanceOf(FolderInUseException.class)
          .hasMessageContaining(folder.toString())
          .hasMessageContaining("another process (" + ProcessHandle.current().pid());
    }
  }

  @Test
  void goesOnInMemoryWhereTheFolderCannotBeMade() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "no folder");
    var config =
        new Spool.Config(file.resolve("spool"), ByteSize.ofMebibytes(16), Duration.ofHours(1));
    try (Spool spool = new Spool(config, "node-1", 1000)) {
      assertThat(spool.state().failing()).isTrue();
      int batches = 2000;
      for (int i = 0; i < batches; i++) {
        spool.release(spool.append(Signal.METRICS, T0 + i, bytes(i, 10_000)));
      }
      Spool.State state = spool.state();
      assertThat(state.bytes()).isBetween(7L << 20, 8L << 20);
      assertThat(state.dropped() + state.batches()).isEqualTo(batches);
      assertThat(taken(spool).batch().gzip()).isEqualTo(bytes((int) state.dropped(), 10_000));
    }
  }

  @Test
  void usesTheDiskAgainAndWhatIsThereAsSoonAsItCan() throws Exception {
    Path place = folder.resolve("spool");
    var config = new Spool.Config(place, ByteSize.ofMebibytes(16), Duration.ofHours(1));
    try (Spool spool = new Spool(config, "node-1", 1000)) {
      spool.append(Signal.METRICS, T0, bytes(1, 10));
    }
    Path away = Files.move(place, folder.resolve("away"));
    Files.writeString(place, "no folder");
    try (Spool spool = new Spool(config, "node-1", 2000, Duration.ofMillis(1))) {
      spool.release(spool.append(Signal.METRICS, T0, bytes(2, 10)));
      assertThat(spool.state().failing()).isTrue();
      Files.delete(place);
      Files.move(away, place);
      Thread.sleep(2);
      spool.release(spool.append(Signal.METRICS, T0, bytes(3, 10)));
      assertThat(spool.state().failing()).isFalse();
      assertThat(drain(spool))
          .extracting(batch -> batch.id().header())
          .containsExactly("1/node-1/1000/0", "1/node-1/2000/0", "1/node-1/2000/1");
    }
  }

  /// A pipe without a writer makes who opens it wait, as a dying disk does.
  @Test
  void aDiskThatHangsCostsADeadlineAndNoBatch() throws Exception {
    Path pipe = folder.resolve("0000000000000000.spool");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    var config = new Spool.Config(folder, ByteSize.ofMebibytes(16), Duration.ofHours(1));
    try (Spool spool = new Spool(config, "node-1", 2000, Duration.ofMillis(1))) {
      for (int i = 0; i < 50; i++) {
        spool.release(spool.append(Signal.METRICS, T0, bytes(i, 10)));
      }
      assertThat(spool.state().failing()).isTrue();
      assertThat(taken(spool).batch().id().number()).isZero();
      try (var _ = Files.newOutputStream(pipe)) {
        Files.delete(pipe);
      }
      for (int i = 0; spool.state().failing(); i++) {
        assertThat(i).isLessThan(2000);
        spool.release(spool.append(Signal.METRICS, T0, bytes(99, 10)));
        Thread.sleep(5);
      }
      assertThat(spool.state().dropped()).isZero();
      assertThat(drain(spool)).hasSizeGreaterThan(49);
    }
  }

  private Spool open(long run) throws FolderInUseException {
    return new Spool(
        new Spool.Config(folder, ByteSize.ofMebibytes(64), Duration.ofHours(6)), "node-1", run);
  }

  private static byte[] bytes(int seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static Spooled taken(Spool spool) throws InterruptedException {
    @Nullable Spooled next = spool.take(Duration.ZERO);
    assertThat(next).isNotNull();
    return next;
  }

  /// Takes all that waits and acknowledges nothing.
  private static List<Batch> drain(Spool spool) throws InterruptedException {
    var all = new ArrayList<Batch>();
    for (Spooled next = spool.take(Duration.ZERO); next != null; next = spool.take(Duration.ZERO)) {
      all.add(next.batch());
    }
    return all;
  }

  private static void assertSame(List<Batch> got, List<Batch> expected) {
    assertThat(got).extracting(Batch::id).isEqualTo(expected.stream().map(Batch::id).toList());
    for (int i = 0; i < got.size(); i++) {
      assertThat(got.get(i).gzip()).isEqualTo(expected.get(i).gzip());
      assertThat(got.get(i).signal()).isEqualTo(expected.get(i).signal());
      assertThat(got.get(i).timeNanos()).isEqualTo(expected.get(i).timeNanos());
    }
  }

  private List<Path> segments() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".spool")).sorted().toList();
    }
  }

  private long sizeOnDisk() throws IOException {
    long bytes = 0;
    for (Path file : segments()) {
      bytes += Files.size(file);
    }
    return bytes;
  }
}
