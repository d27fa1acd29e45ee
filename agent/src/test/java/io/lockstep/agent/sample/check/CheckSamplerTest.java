package io.lockstep.agent.sample.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.agent.sample.Reading;
import io.lockstep.agent.sample.check.CheckSampler.Config;
import io.lockstep.agent.sample.check.CheckSampler.Declared;
import io.lockstep.agent.sample.check.CheckSampler.Folder;
import io.lockstep.agent.sample.check.CheckSampler.Special;
import io.lockstep.telemetry.otlp.Occurrence;
import io.lockstep.telemetry.otlp.Sample;
import io.opentelemetry.api.common.AttributeKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckSamplerTest {
  private static final Instant NOW = Instant.ofEpochSecond(1_790_000_000);

  private final Queue<Occurrence> told = new ConcurrentLinkedQueue<>();

  @TempDir private Path home;

  private Path folder() throws IOException {
    Path folder = home.resolve("checks.d");
    Files.createDirectories(folder);
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    return folder;
  }

  private Path file(String name, String script, String mode) throws IOException {
    Path file = folder().resolve(name);
    Files.writeString(file, "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    return file;
  }

  private Config config(Special... overrides) throws IOException {
    return new Config(
        List.of(new Folder(folder(), null, null, null)), List.of(), List.of(overrides), 2);
  }

  private CheckSampler sampler(Config config) {
    return new CheckSampler(
        config, home.resolve("checks.tsv"), InstantSource.system(), told::addAll);
  }

  private static @Nullable Double value(Reading reading, String metric, String check) {
    for (Sample sample : reading.samples()) {
      if (sample.metric().name().equals(metric)
          && check.equals(sample.attributes().get(AttributeKey.stringKey("lockstep.check.name")))) {
        return sample.value();
      }
    }
    return null;
  }

  @Test
  void eachFileIsACheckAndItsOutcomeAStateAnEventAndItsValues() throws Exception {
    file("disk", "echo 'DISK CRITICAL - /scratch full | used=99%;80;90'; exit 2", "rwxr-xr-x");
    file("fans", "echo ok", "rwxr-xr-x");
    file("gone", "exit 77", "rwxr-xr-x");
    file("swap", "echo 'CRITICAL - swap is used'; exit 2", "rwxr-xr-x");
    Reading reading;
    try (CheckSampler checks = sampler(config())) {
      reading = checks.runAll(NOW);
    }
    assertThat(value(reading, "lockstep.check.state", "disk")).isEqualTo(2);
    assertThat(value(reading, "lockstep.check.severity", "disk")).isEqualTo(2);
    assertThat(value(reading, "lockstep.check.value", "disk")).isEqualTo(99);
    assertThat(value(reading, "lockstep.check.state", "fans")).isZero();
    assertThat(value(reading, "lockstep.check.state", "gone")).isEqualTo(3);
    assertThat(value(reading, "lockstep.check.severity", "gone")).isNull();
    assertThat(told)
        .extracting(Occurrence::body)
        .containsExactlyInAnyOrder(
            "Check disk is CRITICAL: DISK CRITICAL - /scratch full",
            "Check gone is UNKNOWN: exit code 77, must be 0 to 3",
            "Check swap is CRITICAL: swap is used");
  }

  @Test
  void whatAnybodyCouldHaveWrittenOrWasLeftBehindIsNotRun() throws Exception {
    file("good", "exit 0", "rwxr-xr-x");
    file("good~", "exit 2", "rwxr-xr-x");
    file(".good.swp", "exit 2", "rwxr-xr-x");
    file("good.dpkg-dist", "exit 2", "rwxr-xr-x");
    file("README.md", "", "rw-r--r--");
    Path open = file("open", "exit 2", "rwxr-xrwx");
    Path plain = file("plain", "exit 2", "rw-r--r--");
    Path odd = file("odd name", "exit 2", "rwxr-xr-x");
    Path link = folder().resolve("link");
    Files.createSymbolicLink(link, folder().resolve("good"));
    Path sub = folder().resolve("sub");
    Files.createDirectory(sub);
    Map<String, String> refused = CheckSampler.refused(config());
    assertThat(CheckSampler.names(config())).containsExactly("good");
    assertThat(refused.keySet())
        .containsExactlyInAnyOrder(
            open.toString(), plain.toString(), odd.toString(), link.toString(), sub.toString());
    assertThat(refused.get(open.toString())).startsWith("anybody can write it; chmod o-w ");
    assertThat(refused.get(plain.toString())).startsWith("it is not executable; chmod a+x ");
    assertThat(refused.get(link.toString())).startsWith("it is a symbolic link; ");
    Files.setPosixFilePermissions(folder(), PosixFilePermissions.fromString("rwxrwxrwx"));
    var all =
        new Config(
            List.of(new Folder(home.resolve("checks.d"), null, null, null)),
            List.of(),
            List.of(),
            1);
    assertThat(CheckSampler.refused(all)).containsOnlyKeys(home.resolve("checks.d").toString());
  }

  @Test
  void aRefusedFileIsSaidOnceAndAgainWhenItIsRunAfterAll() throws Exception {
    Path plain = file("plain", "exit 0", "rw-r--r--");
    try (CheckSampler checks = sampler(config())) {
      assertThat(checks.sample(NOW).events())
          .extracting(Occurrence::body)
          .containsExactly(plain + " can't be read: it is not executable; chmod a+x " + plain);
      for (int i = 0; i < 6; i++) {
        assertThat(checks.sample(NOW).events()).isEmpty();
      }
      Files.setPosixFilePermissions(plain, PosixFilePermissions.fromString("rwxr-xr-x"));
      Reading later = checks.sample(NOW);
      for (int i = 0; i < 6 && later.events().isEmpty(); i++) {
        later = checks.sample(NOW);
      }
      assertThat(later.events())
          .extracting(Occurrence::body)
          .containsExactly(plain + " can be read again");
    }
  }

  @Test
  void anOutcomeThatIsKnownFromAnEarlierRunIsNoNews() throws Exception {
    Path disk = file("disk", "echo full; exit 2", "rwxr-xr-x");
    try (CheckSampler checks = sampler(config())) {
      checks.runAll(NOW);
    }
    assertThat(told).hasSize(1);
    told.clear();
    try (CheckSampler checks = sampler(config())) {
      assertThat(value(checks.sample(NOW), "lockstep.check.severity", "disk")).isEqualTo(2);
      checks.runAll(NOW);
      assertThat(told).isEmpty();
    }
    Files.delete(disk);
    try (CheckSampler checks = sampler(config())) {
      assertThat(value(checks.sample(NOW), "lockstep.check.severity", "disk")).isZero();
    }
    assertThat(told)
        .extracting(Occurrence::body)
        .containsExactly("Check disk is REMOVED (was CRITICAL)");
  }

  @Test
  void overridesChangeWhatTheyMatch() throws Exception {
    file("slow-nccl", "exit 0", "rwxr-xr-x");
    file("off", "exit 0", "rwxr-xr-x");
    var slow = new Special("slow-.*", Duration.ofHours(1), Duration.ofMinutes(5), null, null);
    var off = new Special("off", null, null, null, false);
    CheckList list = CheckList.of(config(slow, off), 0);
    assertThat(list.checks().values())
        .singleElement()
        .satisfies(check -> {
          assertThat(check.interval()).isEqualTo(Duration.ofHours(1));
          assertThat(check.timeout()).isEqualTo(Duration.ofMinutes(5));
        });
  }

  @Test
  void anotherUserIsForRootAndMustBeKnown() throws Exception {
    file("disk", "exit 0", "rwxr-xr-x");
    var nobody = new Special(".*", null, null, "nobody", null);
    var stranger = new Special(".*", null, null, "no-such-user", null);
    int own = (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    assertThat(Launch.userRefusal("nobody", own == 0 ? 999 : own))
        .startsWith("only root can run it as nobody; ");
    assertThat(CheckList.of(config(nobody), 0).checks()).containsKey("disk");
    assertThat(CheckList.of(config(stranger), 0).refused().values())
        .containsExactly("user no-such-user is not known here");
  }

  @Test
  void noCheckRunsTwiceAtATimeAndOnlySoManyDo() throws Exception {
    Path log = home.resolve("log");
    String script = "echo + >> %1$s; sleep 0.3; echo - >> %1$s".formatted(log);
    for (int i = 0; i < 6; i++) {
      file("check" + i, script, "rwxr-xr-x");
    }
    try (CheckSampler checks = sampler(config())) {
      checks.runAll(NOW);
    }
    int running = 0;
    int most = 0;
    for (String line : Files.readAllLines(log)) {
      running += line.equals("+") ? 1 : -1;
      most = Math.max(most, running);
    }
    assertThat(Files.readAllLines(log)).hasSize(12);
    assertThat(most).isLessThanOrEqualTo(2);
  }

  @Test
  void aConfigurationThatCanNotBeMeantIsRefused() {
    assertThatThrownBy(() -> new Declared("a", List.of("test"), null, null, null))
        .hasMessage("command of a must begin with a program's whole path, as /usr/bin/test");
    assertThatThrownBy(() -> new Declared("a b", List.of("/x"), null, null, null))
        .hasMessageStartingWith("name must be of letters");
    assertThatThrownBy(() -> new Special("(", null, null, null, null))
        .hasMessageStartingWith("match: \"(\" is no regular expression");
    assertThatThrownBy(() -> new Folder(home, Duration.ofSeconds(1), null, null))
        .hasMessage("interval of checks must be 10s to 1d");
    assertThatThrownBy(() -> new Folder(home, null, null, "a b; rm"))
        .hasMessageStartingWith("user must be the name of a user");
  }
}
