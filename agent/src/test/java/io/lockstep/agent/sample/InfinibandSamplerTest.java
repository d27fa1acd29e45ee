package io.lockstep.agent.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InfinibandSamplerTest {
  private static final String PORT = "sys/class/infiniband/mlx5_0/ports/1/";
  private static final String FAILED = "lockstep.agent.reader.failed";
  private static final String RECOVERED = "lockstep.agent.reader.recovered";
  private static final String SYMBOL_ERROR =
      "hw.errors{error.type=symbol_error,hw.id=mlx5_0/1,hw.type=network}";
  private static final String UP = "hw.network.up{hw.id=mlx5_0/1,hw.type=network}";
  private static final String SATURATED =
      "lockstep.network.port.saturated_counters{hw.id=mlx5_0/1}";

  private static final Duration DEADLINE = Duration.ofSeconds(2);

  @TempDir private Path folder;
  private @Nullable Path memory;
  private Tree tree;
  private InfinibandSampler sampler;

  private long second;

  @BeforeEach
  void copyTheTree() throws IOException {
    tree = Tree.captured("h100", folder);
    sampler = sampler(Choice.all(Duration.ofSeconds(1)));
  }

  private InfinibandSampler sampler(Choice choice) {
    return new InfinibandSampler(tree.root(), choice, List.of(), DEADLINE, memory);
  }

  private Said round() throws IOException {
    return Said.of(sampler.sample(Instant.EPOCH.plusSeconds(second++)));
  }

  /// One in which all counters are read.
  private Said slowRound() throws IOException {
    second = (second / 10 + 1) * 10;
    return round();
  }

  private static final String DISCARDS = error("port_xmit_discards");

  private static String error(String counter) {
    return "hw.errors{error.type=" + counter + ",hw.id=mlx5_0/1,hw.type=network}";
  }

  @Test
  void saysDownAndUpInTheRoundInWhichTheyHappen() throws IOException {
    assertThat(round().eventNames()).doesNotContain("lockstep.network.link.up");
    tree.write(PORT + "state", "1: DOWN\n");
    Said down = round();
    assertThat(down.values()).containsEntry(UP, 0.0);
    assertThat(down.events()).hasSize(1);
    assertThat(down.events().getFirst().name()).isEqualTo("lockstep.network.link.down");
    assertThat(down.events().getFirst().attributes())
        .containsEntry("hw.id", "mlx5_0/1")
        .containsEntry("lockstep.network.port.state", "1");
    assertThat(round().events()).isEmpty();
    tree.write(PORT + "state", "2: INIT\n");
    assertThat(round().events()).isEmpty();
    tree.write(PORT + "state", "4: ACTIVE\n");
    Said up = round();
    assertThat(up.values()).containsEntry(UP, 1.0);
    assertThat(up.eventNames()).containsExactly("lockstep.network.link.up");
  }

  @Test
  void aPortThatWentDownWhileNoAgentRanIsToldByTheNextOnce() throws IOException {
    memory = folder.resolve("ports.txt");
    sampler = sampler(Choice.all(Duration.ofSeconds(1)));
    round();
    tree.write(PORT + "state", "1: DOWN\n");
    sampler = sampler(Choice.all(Duration.ofSeconds(1)));
    assertThat(round().eventNames()).contains("lockstep.network.link.down");
    sampler = sampler(Choice.all(Duration.ofSeconds(1)));
    assertThat(round().eventNames()).doesNotContain("lockstep.network.link.down");
  }

  @Test
  void afterAnotherBootPortsMayTakeTheirTime() throws IOException {
    memory = folder.resolve("ports.txt");
    Files.writeString(memory, "another boot\nmlx5_0/1\n");
    sampler = sampler(Choice.all(Duration.ofSeconds(1)));
    tree.write(PORT + "state", "2: INIT\n");
    assertThat(round().eventNames()).doesNotContain("lockstep.network.link.down");
    assertThat(Files.readString(memory)).doesNotContain("another boot");
  }

  @Test
  void aPortThatIsNotUsedIsNoEvent() throws IOException {
    tree.write(PORT + "state", "1: DOWN\n");
    assertThat(round().eventNames()).doesNotContain("lockstep.network.link.down");
    assertThat(round().events()).isEmpty();
  }

  @Test
  void saysOnceThatACounterStandsAtItsCeilingAndOnceThatItWasCleared() throws IOException {
    // the captured tree has excessive_buffer_overrun_errors at 15 already
    Said first = round();
    assertThat(first.values()).containsEntry(SATURATED, 1.0);
    assertThat(first.events())
        .filteredOn(event -> "mlx5_0/1".equals(event.attributes().get("hw.id")))
        .filteredOn(event -> !event.name().equals("lockstep.network.port.found"))
        .singleElement()
        .satisfies(event ->
            assertThat(event.attributes())
                .containsEntry("error.type", "excessive_buffer_overrun_errors"));
    tree.write(PORT + "counters/symbol_error", "65535\n");
    Said full = round();
    assertThat(full.values()).containsEntry(SATURATED, 2.0).containsEntry(SYMBOL_ERROR, 65535.0);
    assertThat(full.eventNames()).containsExactly("lockstep.network.counter.saturated");
    assertThat(round().events()).isEmpty();
    tree.write(PORT + "counters/symbol_error", "3\n");
    Said cleared = round();
    assertThat(cleared.values()).containsEntry(SATURATED, 1.0).containsEntry(SYMBOL_ERROR, 3.0);
    assertThat(cleared.eventNames()).containsExactly("lockstep.network.counter.reset");
    assertThat(cleared.events().getFirst().attributes())
        .containsEntry("error.type", "symbol_error");
  }

  @ParameterizedTest
  @CsvSource({
    "link_downed,255",
    "link_error_recovery,255",
    "local_link_integrity_errors,15",
    "VL15_dropped,65535",
    "port_xmit_discards,65535",
    "port_rcv_constraint_errors,255"
  })
  void knowsEachCountersOwnCeiling(String counter, long ceiling) throws IOException {
    round();
    tree.write(PORT + "counters/" + counter, (ceiling - 1) + "\n");
    assertThat(slowRound().eventNames()).isEmpty();
    tree.write(PORT + "counters/" + counter, ceiling + "\n");
    assertThat(slowRound().eventNames()).containsExactly("lockstep.network.counter.saturated");
    assertThat(round().values()).containsEntry(SATURATED, 2.0);
  }

  @Test
  void trafficStopsAt32BitsOnlyWithoutTheExtendedSet() throws IOException {
    tree.write(PORT + "counters/port_rcv_packets", "4294967295\n");
    assertThat(round().values()).containsEntry(SATURATED, 1.0);
    tree.delete(PORT + "counters/unicast_rcv_packets");
    sampler = sampler(Choice.all(Duration.ofSeconds(1)));
    // its data counters are beyond 32 bits, so they are wide and not full
    assertThat(round().values()).containsEntry(SATURATED, 2.0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"N/A (no PMA)\n", "", "\n", "-1\n", "99999999999999999999\n"})
  void aCounterThatSaysNoNumberCostsOnlyItself(String text) throws IOException {
    Said before = round();
    tree.write(PORT + "counters/symbol_error", text);
    Said without = round();
    assertThat(without.values()).doesNotContainKey(SYMBOL_ERROR);
    // the first round also has the counters that are read seldom
    assertThat(without.values().keySet()).isSubsetOf(before.values().keySet());
    assertThat(without.values()).containsKeys(UP, error("link_downed"), SATURATED);
    assertThat(without.eventNames()).containsExactly(FAILED);
    assertThat(without.events().getFirst().attributes())
        .containsEntry("lockstep.agent.sampler", "infiniband")
        .containsEntry("lockstep.agent.source", "mlx5_0/1/counters: symbol_error")
        .containsKey("error.message");
    for (int i = 0; i < 20; i++) {
      assertThat(round().events()).isEmpty();
    }
  }

  @Test
  void whatIsNotReadableIsTriedLessAndLessOftenAndSaidWhenItReadsAgain() throws IOException {
    round();
    tree.write(PORT + "counters/symbol_error", "N/A (no PMA)\n");
    // fails in rounds 1, 2, 4, 8, and is due again in round 16
    for (int i = 1; i <= 8; i++) {
      assertThat(round().values()).doesNotContainKey(SYMBOL_ERROR);
    }
    tree.write(PORT + "counters/symbol_error", "7\n");
    for (int i = 9; i < 16; i++) {
      assertThat(round().values()).doesNotContainKey(SYMBOL_ERROR);
    }
    Said again = round();
    assertThat(again.values()).containsEntry(SYMBOL_ERROR, 7.0);
    assertThat(again.eventNames()).containsExactly(RECOVERED);
  }

  @Test
  void aFileThatTheKernelRefusesCostsOnlyItself() throws IOException {
    Path refused = Path.of("/sys/class/net/lo/speed");
    assumeTrue(Files.exists(refused), "no file here that answers EINVAL");
    tree.delete(PORT + "counters/symbol_error");
    Files.createSymbolicLink(tree.path(PORT + "counters/symbol_error"), refused);
    tree.delete(PORT + "counters/link_downed");
    Files.createDirectory(tree.path(PORT + "counters/link_downed"));
    Said said = round();
    assertThat(said.values())
        .doesNotContainKeys(SYMBOL_ERROR, error("link_downed"))
        .containsKeys(UP, error("VL15_dropped"));
    assertThat(said.events())
        .filteredOn(event -> event.name().equals(FAILED))
        .extracting(event -> event.attributes().get("error.message"))
        .containsExactlyInAnyOrder("Invalid argument", "Is a directory");
    tree.delete(PORT + "counters/symbol_error");
  }

  @Test
  void manyFilesThatFailForOneReasonAreOneEvent() throws IOException {
    try (var files = Files.list(tree.path(PORT + "counters"))) {
      for (Path file : files.toList()) {
        Files.writeString(file, "N/A (no PMA)\n");
      }
    }
    Said said = round();
    assertThat(said.values()).containsKey(UP).doesNotContainKeys(SYMBOL_ERROR, SATURATED);
    assertThat(said.events())
        .filteredOn(event -> event.name().equals(FAILED))
        .singleElement()
        .satisfies(event -> assertThat(event.body()).contains("and 17 more", "N/A (no PMA)"));
  }

  @Test
  void aFileThatVanishesCostsOnlyItself() throws IOException {
    round();
    tree.delete(PORT + "state");
    tree.delete(PORT + "counters/symbol_error");
    Said said = round();
    assertThat(said.values())
        .doesNotContainKeys(UP, SYMBOL_ERROR)
        .containsKeys(error("link_downed"), "lockstep.network.port.width{hw.id=mlx5_0/1}");
    assertThat(said.eventNames()).containsExactly(FAILED, FAILED);
  }

  @Test
  void aDeviceThatVanishesIsDownAndUpWhenItIsBack() throws IOException {
    Said before = round();
    tree.delete("sys/class/infiniband/mlx5_0");
    Said gone = round();
    assertThat(gone.values().keySet()).noneMatch(key -> key.contains("mlx5_0/1"));
    assertThat(gone.values().keySet()).anyMatch(key -> key.contains("mlx5_bond_0/1"));
    assertThat(gone.eventNames()).containsExactlyInAnyOrder("lockstep.network.link.down", FAILED);
    assertThat(round().events()).isEmpty();
    Tree.copy(
        Path.of("src/test/resources/captured/h100/sys/class/infiniband/mlx5_0"),
        tree.path("sys/class/infiniband/mlx5_0"));
    Said back = round();
    assertThat(back.eventNames()).containsExactlyInAnyOrder("lockstep.network.link.up", RECOVERED);
    assertThat(back.values())
        .containsEntry(SYMBOL_ERROR, before.values().get(SYMBOL_ERROR))
        .containsEntry(UP, 1.0);
  }

  @Test
  void aDeviceWithoutPortsCostsOnlyItself() throws IOException {
    tree.write("sys/class/infiniband/odd_0/node_type", "1: CA\n");
    Said said = round();
    assertThat(said.values()).containsKey(UP);
    assertThat(said.events())
        .filteredOn(event -> event.name().equals(FAILED))
        .singleElement()
        .satisfies(
            event -> assertThat(event.body()).isEqualTo("odd_0 can't be read: it has no ports"));
  }

  @Test
  void countersThatNoDetectorLooksAtAreReadEveryTenSeconds() throws IOException {
    String narrow =
        "lockstep.network.rdma.events{hw.id=mlx5_0/1,lockstep.network.rdma.counter=rx_dct_connect}";
    assertThat(round().values()).containsEntry(narrow, 422237.0).containsKeys(DISCARDS);
    for (int i = 1; i < 10; i++) {
      assertThat(round().values())
          .doesNotContainKeys(narrow, DISCARDS)
          .containsKeys(SYMBOL_ERROR, UP, SATURATED);
    }
    assertThat(round().values()).containsKeys(narrow, DISCARDS);
  }

  @Test
  void leavesOutWhatIsNotChosen() throws IOException {
    sampler = sampler(new Choice(Duration.ofSeconds(1), List.of("mlx5_.*"), List.of(".*bond.*")));
    assertThat(round().values().keySet())
        .isNotEmpty()
        .allMatch(key -> key.contains("hw.id=mlx5_0/1"));
  }

  @ParameterizedTest
  @CsvSource({
    "2.5 Gb/sec (1X SDR),312500000,1",
    "10 Gb/sec (4X SDR),1250000000,4",
    "800 Gb/sec (4X XDR),100000000000,4",
    "56 Gb/sec (4X FDR),7000000000,4"
  })
  void readsRateAndWidth(String rate, double bytes, double lanes) throws IOException {
    tree.write(PORT + "rate", rate + "\n");
    assertThat(round().values())
        .containsEntry("hw.network.bandwidth.limit{hw.id=mlx5_0/1,hw.type=network}", bytes)
        .containsEntry("lockstep.network.port.width{hw.id=mlx5_0/1}", lanes);
  }

  @Test
  void tellsRoceFromInfiniband() throws IOException {
    assertThat(round().values())
        .containsEntry("lockstep.network.port.link_layer{hw.id=mlx5_0/1}", 1.0)
        .containsEntry("lockstep.network.port.link_layer{hw.id=mlx5_bond_0/1}", 2.0);
  }

  @Test
  void aServerWithoutInfinibandHasNothingToSay() throws IOException {
    tree.delete("sys/class/infiniband");
    assertThat(round()).isEqualTo(new Said(Map.of(), List.of()));
  }

  @Test
  void aFileThatHangsCostsItsDeviceAloneAndIsNamedOnce() throws Exception {
    round();
    Path counter = tree.path(PORT + "counters/symbol_error");
    tree.delete(PORT + "counters/symbol_error");
    assertThat(new ProcessBuilder("mkfifo", counter.toString()).start().waitFor()).isZero();
    Said hung = round();
    assertThat(hung.values())
        .doesNotContainKey(UP)
        .containsEntry(UP.replace("mlx5_0", "mlx5_bond_0"), 1.0);
    assertThat(hung.events())
        .singleElement()
        .satisfies(event -> {
          assertThat(event.name()).isEqualTo(FAILED);
          assertThat(event.body()).contains("mlx5_0", "symbol_error", "does not return");
        });
    Said again = round();
    assertThat(again.events()).isEmpty();
    assertThat(again.values()).containsEntry(UP.replace("mlx5_0", "mlx5_bond_0"), 1.0);
    Files.move(counter, tree.path("fifo"));
    tree.write(PORT + "counters/symbol_error", "8\n");
    Files.newOutputStream(tree.path("fifo")).close(); // lets the reader go on
    Said back = round();
    for (int i = 0; i < 200 && !back.values().containsKey(UP); i++) {
      Thread.sleep(10);
      back = round();
    }
    assertThat(back.eventNames()).contains(RECOVERED);
    assertThat(back.values()).containsEntry(UP, 1.0);
  }

  @Test
  void filesThatAreKeptOpenAreReadAnew() throws IOException {
    sampler =
        new InfinibandSampler(
            tree.root(), Choice.all(Duration.ofSeconds(1)), List.of(), DEADLINE, true, null);
    round();
    tree.write(PORT + "state", "1: DOWN\n");
    tree.write(PORT + "counters/symbol_error", "5\n");
    Said said = round();
    assertThat(said.values()).containsEntry(UP, 0.0).containsEntry(SYMBOL_ERROR, 5.0);
  }

  @Test
  void whatAPortIsIsToldOnceAndWhatChangesIsToldLater() throws IOException {
    tree.write("sys/class/infiniband/mlx5_0/node_guid", "9803:9b03:0080:ae0a\n");
    tree.write(PORT + "lid", "0x1b\n");
    Said said = round();
    assertThat(said.events())
        .filteredOn(event -> event.name().equals("lockstep.network.port.found"))
        .filteredOn(event -> "mlx5_0/1".equals(event.attributes().get("hw.id")))
        .singleElement()
        .satisfies(event -> {
          assertThat(event.body())
              .isEqualTo("port mlx5_0/1 is of an adapter MT4129 with firmware 28.41.1000");
          assertThat(event.attributes())
              .containsEntry("hw.model", "MT4129")
              .containsEntry("hw.firmware_version", "28.41.1000")
              .containsEntry("lockstep.network.board", "MT_0000000838")
              .containsEntry("lockstep.network.node.guid", "9803:9b03:0080:ae0a")
              .containsEntry("lockstep.network.port.lid", "0x1b")
              .doesNotContainKeys("lockstep.network.port.rail", "lockstep.numa.node");
        });
    tree.write("sys/class/infiniband/mlx5_0/fw_ver", "28.43.2026\n");
    for (int i = 1; i < 3600; i++) {
      assertThat(round().eventNames()).isEmpty();
    }
    assertThat(round().eventNames()).containsExactly("lockstep.network.port.found");
  }

  @Test
  void aPortThatComesBackSlowerHasLostRateAlsoForTheNextAgent() throws IOException {
    memory = folder.resolve("ports.txt");
    String lost = "lockstep.network.port.bandwidth.lost{hw.id=mlx5_0/1}";
    sampler = sampler(Choice.all(Duration.ofSeconds(1)));
    assertThat(round().values()).containsEntry(lost, 0.0);
    tree.write(PORT + "state", "1: DOWN\n");
    tree.write(PORT + "rate", "2.5 Gb/sec (1X SDR)\n");
    assertThat(round().values()).doesNotContainKey(lost);
    tree.write(PORT + "state", "4: ACTIVE\n");
    tree.write(PORT + "rate", "100 Gb/sec (1X NDR)\n");
    sampler = sampler(Choice.all(Duration.ofSeconds(1)));
    assertThat(round().values())
        .containsEntry(lost, 300 * 125e6)
        .containsEntry("lockstep.network.port.bandwidth.best{hw.id=mlx5_0/1}", 400 * 125e6);
    tree.write(PORT + "rate", "400 Gb/sec (4X NDR)\n");
    assertThat(round().values()).containsEntry(lost, 0.0);
  }

  @Test
  void theCountersOfARestrictedFunctionAreLeftAloneForAnHour() throws IOException {
    Path refused = Path.of("/sys/class/net/lo/speed");
    assumeTrue(Files.exists(refused), "no file here that answers EINVAL");
    for (String counters : List.of("counters", "hw_counters")) {
      for (String name : tree.path(PORT + counters).toFile().list()) {
        tree.delete(PORT + counters + "/" + name);
        Files.createSymbolicLink(tree.path(PORT + counters + "/" + name), refused);
      }
    }
    int told = 0;
    for (int i = 0; i < 10; i++) {
      Said said = round();
      told += (int) said.eventNames().stream().filter(FAILED::equals).count();
      assertThat(said.values()).containsKey(UP).doesNotContainKey(SYMBOL_ERROR);
    }
    // both folders, and that they are left alone
    assertThat(told).isEqualTo(3);
    tree = Tree.captured("h100", fresh());
    for (int i = 10; i < 3604; i++) {
      assertThat(round().events()).isEmpty();
    }
    assertThat(round().eventNames()).contains(RECOVERED);
    for (int i = 0; i < 600; i++) {
      round();
    }
    assertThat(round().values()).containsKeys(SYMBOL_ERROR, error("link_downed"));
  }

  /// The tree's folder, emptied of what stands in for its counters.
  private Path fresh() throws IOException {
    tree.delete(PORT + "counters");
    tree.delete(PORT + "hw_counters");
    return folder;
  }
}
