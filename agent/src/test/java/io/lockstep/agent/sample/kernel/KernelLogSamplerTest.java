package io.lockstep.agent.sample.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lockstep.agent.sample.GpuLedger;
import io.lockstep.agent.sample.Reading;
import io.lockstep.telemetry.otlp.Occurrence;
import io.lockstep.telemetry.otlp.Sample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelLogSamplerTest {
  private static final String UUID_A = "GPU-509665ad-b600-ac93-3616-d754b23d636d";

  @TempDir Path folder;
  private final BlockingQueue<Occurrence> told = new LinkedBlockingQueue<>();
  private final GpuLedger ledger = new GpuLedger();
  private final List<KernelLogSampler> started = new ArrayList<>();
  private Path log = Path.of("unset");

  @BeforeEach
  void log() throws IOException {
    log = Files.createFile(folder.resolve("kmsg"));
  }

  @AfterEach
  void close() {
    started.forEach(KernelLogSampler::close);
  }

  @Test
  void tellsEachEventAsItIsWrittenAndNothingElse() throws Exception {
    start(log);
    write("6,1,1000,-;usb 1-1: new device");
    write("4,2,2000,-;NVRM: Xid (PCI:0000:3b:00): 79, GPU has fallen off the bus.");
    Occurrence xid = next();
    assertThat(xid.name()).isEqualTo("lockstep.gpu.xid");
    assertThat(xid.attributes())
        .containsEntry("lockstep.gpu.xid", "79")
        .containsEntry("lockstep.gpu.pci.address", "0000:3b:00")
        .containsEntry("hw.id", "0000:3b:00");
    assertThat(xid.body()).startsWith("NVRM: Xid");
    write("4,3,3000,-;nvidia-nvswitch0: SXid (PCI:0000:05:00.0): 20034, Fatal, Link 30 LTSSM");
    Occurrence sxid = next();
    assertThat(sxid.name()).isEqualTo("lockstep.nvswitch.sxid");
    assertThat(sxid.attributes()).containsEntry("hw.id", "nvswitch/0000:05:00.0");
    write("[ 1.0] EDAC MC1: 1 UE memory read error on DIMM_A1");
    assertThat(next().attributes()).containsEntry("error.type", "edac");
    assertThat(told).isEmpty();
  }

  @Test
  void namesTheGpuByTheUuidThatTheDriverTells() throws Exception {
    start(log);
    write("4,1,1,-;NVRM: GPU at PCI:0000:9b:00: " + UUID_A);
    write("4,2,2,-;NVRM: Xid (PCI:0000:9b:00): 119, Timeout after 6s of waiting for RPC response");
    assertThat(next().attributes()).containsEntry("hw.id", UUID_A);
  }

  @Test
  void anXidThatNvmlHasToldIsNotToldAgain() throws Exception {
    ledger.found("00000000:3B:00.0", UUID_A);
    assertThat(ledger.isNews("nvml", UUID_A, 31, Instant.now().getEpochSecond())).isTrue();
    start(log);
    write("4,1,1,-;NVRM: Xid (PCI:0000:3b:00): 31, pid=1, name=x");
    write("4,2,2,-;NVRM: Xid (PCI:0000:3b:00): 43, pid=1, name=x");
    assertThat(next().attributes()).containsEntry("lockstep.gpu.xid", "43");
    long second = Instant.now().getEpochSecond();
    assertThat(ledger.isNews("nvml", UUID_A, 43, second)).isFalse();
    assertThat(ledger.isNews("nvml", UUID_A, 43, second + 10)).isTrue();
  }

  @Test
  void aRestartTellsNothingAgainAndMissesNothing() throws Exception {
    start(log);
    write("4,1,1,-;NVRM: Xid (PCI:0000:3b:00): 31, first");
    assertThat(next().body()).endsWith("first");
    started.getFirst().close();
    write("4,2,2,-;NVRM: Xid (PCI:0000:3b:00): 13, second");
    start(log);
    assertThat(next().body()).endsWith("second");
    assertThat(told).isEmpty();
  }

  @Test
  void aFileThatIsCutBeginsAnew() throws Exception {
    KernelLogSampler sampler = start(log);
    write("4,1,1,-;NVRM: Xid (PCI:0000:3b:00): 31, first and long enough to be cut");
    next();
    Files.writeString(log, "4,1,1,-;NVRM: Xid (PCI:0000:3b:00): 13, anew\n");
    Occurrence anew = null;
    for (int i = 0; i < 100 && anew == null; i++) {
      sampler.sample(Instant.now());
      anew = told.poll(100, TimeUnit.MILLISECONDS);
    }
    assertThat(anew).isNotNull();
    assertThat(anew.body()).endsWith("anew");
  }

  @Test
  void aFloodIsBoundedAndOtherEventsComeThrough() throws Exception {
    var flood = new StringBuilder();
    for (int i = 0; i < 100_000; i++) {
      flood.append("4,").append(i).append(",1,-;EDAC MC0: 1 CE memory read error\n");
    }
    KernelLogSampler sampler = start(log);
    Files.writeString(log, flood, StandardOpenOption.APPEND);
    write("4,100000,1,-;NVRM: Xid (PCI:0000:3b:00): 79, GPU has fallen off the bus.");
    int again = 0;
    Occurrence event = next();
    while (!"79".equals(event.attributes().get("lockstep.gpu.xid"))) {
      again++;
      event = next();
    }
    assertThat(again).isBetween(Flood.PER_MINUTE, 2 * Flood.PER_MINUTE);
    assertThat(sampler.sample(Instant.now()).samples())
        .extracting(sample -> sample.metric().name(), Sample::value)
        .containsExactlyInAnyOrder(
            tuple("lockstep.agent.kernel.lost", 0.0),
            tuple("lockstep.agent.kernel.held", 100_000.0 - again));
  }

  @Test
  void anXidThatIsWrittenOverAndOverIsToldAtOnceAndThenCounted() throws Exception {
    KernelLogSampler sampler = start(log);
    var lines = new StringBuilder();
    for (int i = 0; i < 300; i++) {
      lines.append("4,").append(i).append(",1,-;NVRM: Xid (PCI:0000:3b:00): 13, again\n");
      lines.append("4,").append(i).append(",1,-;NVRM: Xid (PCI:0000:5e:00): 13, again\n");
    }
    Files.writeString(log, lines);
    write("4,300,1,-;NVRM: Xid (PCI:0000:3b:00): 79, GPU has fallen off the bus.");
    List<Occurrence> first = List.of(next(), next(), next());
    assertThat(first)
        .extracting(one -> one.attributes().get("lockstep.gpu.xid"))
        .containsExactly("13", "13", "79");
    assertThat(first).noneMatch(one -> one.attributes().containsKey("lockstep.event.count"));
    Thread.sleep(1100);
    assertThat(sampler.sample(Instant.now()).events())
        .hasSize(2)
        .allSatisfy(one -> {
          assertThat(one.attributes()).containsEntry("lockstep.event.count", "299");
          assertThat(one.body()).endsWith("13, again (299 times)");
        });
    assertThat(told).isEmpty();
  }

  @Test
  void anAddressIsOneHoweverTheDriverWritesIt() throws Exception {
    start(log);
    write("4,1,1,-;NVRM: Xid (PCI:0000:1C:00): 79, GPU has fallen off the bus.");
    assertThat(next().attributes()).containsEntry("hw.id", "0000:1c:00");
    write("4,2,2,-;NVRM: GPU 0000:1c:00.0: GPU has fallen off the bus.");
    write("4,3,3,-;NVRM: Xid (PCI:00000000:1c:00.0): 119, Timeout");
    assertThat(next().attributes()).containsEntry("hw.id", "0000:1c:00");
  }

  @Test
  void linesThatOtherProgramsWroteTellOfNothing() throws Exception {
    start(log);
    write("Nov 23 10:00:00 n1 sudo: root : COMMAND=grep 'NVRM: Xid (PCI:0000:3b:00): 79, x'");
    write(
        "2026-11-23T10:00:00+00:00 n1 lockstep[7]: kernel log: NVRM: Xid (PCI:0000:3b:00): 79, x");
    write("Nov 23 10:00:00 n1 kernel: NVRM: Xid (PCI:0000:3b:00): 31, pid=1");
    assertThat(next().attributes()).containsEntry("lockstep.gpu.xid", "31");
    assertThat(told).isEmpty();
  }

  @Test
  void aLogThatIsMetForTheFirstTimeTellsWhatHasJustHappenedWithItsDate() throws Exception {
    OffsetDateTime date =
        Instant.now()
            .minus(Duration.ofMinutes(5))
            .atOffset(ZoneOffset.ofHours(1))
            .withNano(500_000_000);
    write(date.minusYears(1) + " n1 kernel: NVRM: Xid (PCI:0000:3b:00): 79, a year ago");
    write(date.minusHours(1) + " n1 kernel: NVRM: Xid (PCI:0000:3b:00): 48, an hour ago");
    write(date + " n1 kernel: NVRM: Xid (PCI:0000:3b:00): 79, just now");
    write("[ 12.5] NVRM: Xid (PCI:0000:3b:00): 31, without a date");
    start(log);
    Occurrence first = next();
    assertThat(first.body()).endsWith("just now");
    assertThat(first.timeNanos()).isEqualTo(date.toInstant().toEpochMilli() * 1_000_000L);
  }

  @Test
  void aLineThatComesLateCarriesItsOwnTimeAndOneOfLongAgoIsNoNews() throws Exception {
    start(log);
    Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    Instant yesterday = now.minus(Duration.ofDays(1));
    String xid = " n1 kernel: NVRM: Xid (PCI:0000:3b:00): ";
    write(now.minus(Duration.ofDays(8)) + xid + "48, of last week");
    write(yesterday + xid + "79, of yesterday");
    write(now + xid + "31, of now");
    assertThat(List.of(next(), next()))
        .extracting(Occurrence::timeNanos)
        .containsExactly(
            yesterday.getEpochSecond() * 1_000_000_000L, now.getEpochSecond() * 1_000_000_000L);
    assertThat(told).isEmpty();
  }

  @Test
  void aCopyOfTheKernelsLogTellsWhatHasJustHappenedByItsStamps() throws Exception {
    long micros = Uptime.nanos() / 1000;
    assumeTrue(micros > 120_000_000, "this server has just been started");
    write("4,1,%d,-;NVRM: Xid (PCI:0000:3b:00): 79, a minute ago".formatted(micros - 60_000_000));
    long now = System.currentTimeMillis();
    start(log);
    assertThat(next().timeNanos() / 1_000_000).isBetween(now - 61_000, now - 59_000);
  }

  @Test
  void whatStoodInTheLogGoesByTheNamesThatTheDriverGives() throws Exception {
    var driver = new GpuLedger(true);
    write(Instant.now() + " n1 kernel: NVRM: Xid (PCI:0000:3b:00): 79, before the agent");
    var sampler =
        new KernelLogSampler(
            new KernelLogSampler.Config(Duration.ofSeconds(1), log),
            null,
            driver,
            InstantSource.system(),
            told::addAll);
    started.add(sampler);
    sampler.sample(Instant.now());
    assertThat(told.poll(200, TimeUnit.MILLISECONDS)).isNull();
    driver.found("00000000:3B:00.0", UUID_A);
    driver.round(new Reading(List.of(), List.of()));
    driver.round(new Reading(List.of(), List.of()));
    assertThat(next().attributes()).containsEntry("hw.id", UUID_A);
  }

  @Test
  void aLogThatWasPutAsideLosesNothingWhetherItIsReadOrNot() throws Exception {
    start(log);
    write("4,1,1,-;NVRM: Xid (PCI:0000:3b:00): 31, first");
    assertThat(next().body()).endsWith("first");
    Path aside = folder.resolve("kmsg.1");
    Files.move(log, aside);
    Files.createFile(log);
    write("4,3,3,-;NVRM: Xid (PCI:0000:3b:00): 43, into the new one");
    Files.writeString(
        aside, "4,2,2,-;NVRM: Xid (PCI:0000:3b:00): 13, late\n", StandardOpenOption.APPEND);
    assertThat(next().body()).endsWith("late");
    assertThat(next().body()).endsWith("into the new one");
    started.getFirst().close();
    write("4,4,4,-;NVRM: Xid (PCI:0000:3b:00): 31, while nobody read");
    Files.move(log, folder.resolve("kmsg-20261123"));
    Files.createFile(log);
    write("4,5,5,-;NVRM: Xid (PCI:0000:3b:00): 45, and on");
    start(log);
    assertThat(next().body()).endsWith("while nobody read");
    assertThat(next().body()).endsWith("and on");
    assertThat(told).isEmpty();
  }

  @Test
  void aLogThatWasCutWhileNobodyReadBeginsAnewEvenWhereItIsLongerNow() throws Exception {
    start(log);
    write("4,1,1,-;NVRM: Xid (PCI:0000:3b:00): 31, first");
    assertThat(next().body()).endsWith("first");
    started.getFirst().close();
    Files.writeString(log, "4,2,2,-;NVRM: Xid (PCI:0000:3b:00): 79, after the cut\n");
    write("6,3,3,-;" + "x".repeat(200));
    start(log);
    assertThat(next().body()).endsWith("after the cut");
    assertThat(told).isEmpty();
  }

  @Test
  void aGraveErrorComesThroughAFloodOfManyKinds() throws Exception {
    var flood = new StringBuilder();
    for (int i = 0; i < 5_000; i++) {
      flood.append("[ 1.0] EDAC MC").append(i).append(": 1 CE memory read error\n");
    }
    Files.writeString(log, flood);
    start(log);
    write("4,1,1,-;NVRM: Xid (PCI:0000:3b:00): 79, GPU has fallen off the bus.");
    Occurrence event = next();
    while (!event.name().equals("lockstep.gpu.xid")) {
      event = next();
    }
    assertThat(event.attributes()).containsEntry("lockstep.gpu.xid", "79");
  }

  @Test
  void sanelyTakesWhatIsNoText() throws Exception {
    start(log);
    Files.write(log, new byte[] {(byte) 0xff, 0, (byte) 0xc3, '\n', ';', ',', '\n'});
    Files.writeString(log, "x".repeat(100_000) + "\n", StandardOpenOption.APPEND);
    write("4,2,2,-;NVRM: Xid (PCI:0000:3b:00): 48, after");
    assertThat(next().body()).endsWith("after");
  }

  @Test
  void aLogThatIsNotThereIsOffAndOneThatCannotBeReadIsAFailure() throws Exception {
    KernelLogSampler absent = sampler(folder.resolve("nowhere"), null);
    assertThat(absent.sample(Instant.now()).samples()).isEmpty();
    assertThatThrownBy(() -> sampler(folder, null).sample(Instant.now()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("lockstep doctor");
  }

  /// With the kernel itself, where this process may read and write its log. What is written there
  /// is an event that nobody is called for: others may read the same log.
  @Test
  void followsTheRealKernelsLog() throws Exception {
    Path device = Path.of("/dev/kmsg");
    assumeTrue(Files.isReadable(device) && Files.isWritable(device), "/dev/kmsg is not open to us");
    String mark = UUID.randomUUID().toString();
    // Of another name each time: the log keeps what earlier runs wrote, and many alike are held
    // back.
    String edac = "<4>EDAC test-" + mark.substring(0, 8);
    try {
      Files.writeString(device, "lockstep test " + mark + "\n");
    } catch (IOException e) {
      assumeTrue(false, "/dev/kmsg can't be written: " + e.getMessage());
    }
    KernelLogSampler sampler = sampler(device, folder.resolve("device.tsv"));
    sampler.sample(Instant.now());
    Files.writeString(device, edac + ": 1 CE " + mark + "\n");
    Occurrence event = next();
    while (!event.body().endsWith(mark)) {
      event = next();
    }
    long now = System.currentTimeMillis();
    assertThat(event.timeNanos() / 1_000_000).isBetween(now - 10_000, now + 1_000);
    sampler.close();
    sampler(device, folder.resolve("device.tsv")).sample(Instant.now());
    Files.writeString(device, edac + ": 2 CE " + mark + "\n");
    assertThat(next().body()).contains("2 CE " + mark);
  }

  private KernelLogSampler start(Path file) throws IOException {
    KernelLogSampler sampler = sampler(file, folder.resolve("position.tsv"));
    sampler.sample(Instant.now());
    return sampler;
  }

  private KernelLogSampler sampler(Path file, @Nullable Path position) {
    var sampler =
        new KernelLogSampler(
            new KernelLogSampler.Config(Duration.ofSeconds(1), file),
            position,
            ledger,
            InstantSource.system(),
            told::addAll);
    started.add(sampler);
    return sampler;
  }

  private void write(String line) throws IOException {
    Files.writeString(log, line + "\n", StandardOpenOption.APPEND);
  }

  private Occurrence next() throws InterruptedException {
    Occurrence event = told.poll(20, TimeUnit.SECONDS);
    assertThat(event).as("an event within 20 s").isNotNull();
    return event;
  }
}
