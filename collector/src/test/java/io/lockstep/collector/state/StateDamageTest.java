package io.lockstep.collector.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.collector.alert.AlertBook;
import io.lockstep.collector.alert.Incident;
import io.lockstep.collector.detect.SubjectKey;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StateDamageTest {
  @TempDir Path folder;

  private Path file() {
    return folder.resolve("state.db");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 20})
  void aKilledWriterLeavesWholeRoundsAndAllThatItSaid(int rounds) throws Exception {
    Process writer =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                EndlessWriter.class.getName(),
                file().toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    long said = 0;
    try (var lines =
        new BufferedReader(
            new InputStreamReader(writer.getInputStream(), StandardCharsets.UTF_8))) {
      while (said < rounds) {
        said = Long.parseLong(String.valueOf(lines.readLine()));
      }
    } finally {
      writer.destroyForcibly().waitFor();
    }
    try (State state = State.open(file())) {
      Set<SubjectKey> there =
          state.load().stream().map(Incident::subject).collect(Collectors.toSet());
      assertThat(there.size()).isEven();
      for (long round = 1; round <= there.size() / 2; round++) {
        assertThat(there).contains(Faults.port(2 * round), Faults.port(2 * round + 1));
      }
      assertThat(there.size() / 2L).isGreaterThanOrEqualTo(said);
    }
  }

  @Test
  void aFullDiskIsSaidOnceAndNothingIsLostMeanwhile() throws IOException {
    var book = new AlertBook(AlertBook.Config.DEFAULT, List.of());
    int rounds = 0;
    try (State state = State.open(file(), 14)) {
      while (!state.failing()) {
        rounds++;
        state.save(Faults.all(book, rounds, Faults.port(rounds)));
      }
      for (int i = 0; i < 5; i++) {
        rounds++;
        state.save(Faults.all(book, rounds, Faults.port(rounds)));
        assertThat(state.failing()).isTrue();
      }
    }
    try (State state = State.open(file())) {
      assertThat(state.load()).hasSize(rounds - 6);
      state.keep(book.incidents());
      assertThat(state.failing()).isFalse();
    }
    try (State state = State.open(file())) {
      assertThat(state.load()).isEqualTo(book.incidents());
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void anyDamageIsEitherHarmlessOrSetAside(long seed) throws IOException {
    var random = new Random(seed);
    var book = new AlertBook(AlertBook.Config.DEFAULT, List.of());
    try (State state = State.open(file())) {
      SubjectKey[] ports = new SubjectKey[60];
      Arrays.setAll(ports, Faults::port);
      state.save(Faults.all(book, 1, ports));
    }
    byte[] whole = Files.readAllBytes(file());
    for (int i = 0; i < 15; i++) {
      Files.write(file(), damaged(whole, random));
      Files.deleteIfExists(folder.resolve("state.db.damaged"));
      int found = reopen();
      if (Files.exists(folder.resolve("state.db.damaged"))) {
        assertThat(found).isZero();
      }
      assertThat(reopen()).isEqualTo(found + 1);
    }
  }

  /// Opens, counts, adds one.
  private int reopen() {
    try (State state = State.open(file())) {
      int found = state.load().size();
      var book = new AlertBook(AlertBook.Config.DEFAULT, state.load());
      state.save(Faults.all(book, 1_000 + found, Faults.port(1_000 + found)));
      assertThat(state.failing()).isFalse();
      return found;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Cut, or with a run of other bytes, but for the version in the head (bytes 60 to 63), which
  /// says that a newer program wrote it, and for what SQLite reads as settings of the file.
  private static byte[] damaged(byte[] whole, Random random) {
    byte[] bytes = whole.clone();
    if (random.nextInt(4) == 0) {
      return Arrays.copyOf(bytes, random.nextInt(bytes.length));
    }
    int from = 100 + random.nextInt(bytes.length - 100);
    int to = Math.min(bytes.length, from + 1 + random.nextInt(2_000));
    byte[] noise = new byte[to - from];
    random.nextBytes(noise);
    System.arraycopy(noise, 0, bytes, from, noise.length);
    return bytes;
  }
}
