package io.lockstep.agent;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.lockstep.agent.send.TestCollector;
import io.lockstep.agent.send.TestCollector.Received;
import io.lockstep.agent.send.TestCollector.Reply;
import io.lockstep.telemetry.otlp.BatchId;
import io.lockstep.telemetry.otlp.OtlpWriter;
import io.lockstep.telemetry.otlp.TrainingStep;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.resources.Resource;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The agent as a real process: killed, stopped, on a disk that fails.
class AgentProcessTest {
  @TempDir Path folder;
  private TestCollector collector;
  private Path config;

  @BeforeEach
  void open() throws Exception {
    collector = new TestCollector();
    config = AgentProcess.config(folder, collector.url());
  }

  @AfterEach
  void close() {
    collector.close();
  }

  @Test
  void killedAgainAndAgainItLosesNothingThatItHadTaken() throws Exception {
    var random = new Random(7);
    Reply behind = new Reply(503, "text/plain", new byte[0], "1");
    var taken = new ArrayList<byte[]>();
    for (int life = 0; life < 5; life++) {
      boolean storeDown = life % 2 == 0;
      collector.behaviour = (id, _, _) -> storeDown && id.number() % 3 > 0 ? behind : Reply.OK;
      try (AgentProcess agent = start().up()) {
        int posts = 20 + random.nextInt(20);
        for (int i = 0; i < posts; i++) {
          byte[] step = step(1000 * life + i);
          if (agent.post(step) == 200) {
            taken.add(step);
          }
        }
        agent.kill();
      }
    }
    assertThat(taken).hasSizeGreaterThan(60);
    collector.behaviour = (_, _, _) -> Reply.OK;
    Set<String> all = new HashSet<>();
    taken.forEach(step -> all.add(new String(step, ISO_8859_1)));
    try (AgentProcess agent = start().up()) {
      awaitStored(agent, all);
      agent.terminate();
      agent.end();
    }
    handOverTheRest();
    Map<BatchId, byte[]> bodies = new HashMap<>();
    for (Received one : collector.received) {
      byte[] before = bodies.putIfAbsent(one.id(), one.body());
      assertThat(before == null || java.util.Arrays.equals(before, one.body()))
          .as("%s is the same batch each time", one.id())
          .isTrue();
    }
  }

  @Test
  void handsOverWhatItHasWhenItIsStopped() throws Exception {
    try (AgentProcess agent = start().up()) {
      agent.awaitLog("collector takes batches");
      agent.await("metrics are there", () -> !bodies("/v1/metrics").isEmpty());
      agent.terminate();
      agent.end();
      assertThat(agent.log()).contains("agent stopped", "left_in_spool=0");
    }
    assertThat(bodies("/v1/logs")).anyMatch(body -> body.contains("lockstep.agent.started"));
    assertThat(bodies("/v1/logs")).anyMatch(body -> body.contains("lockstep.agent.stopped"));
    assertThat(bodies("/v1/metrics"))
        .anyMatch(body -> body.contains("lockstep.agent.memory.usage") && body.contains("node-1"));
    assertThat(spoolFiles()).isEmpty();
  }

  @Test
  void saysWhatItLeavesInTheSpoolWhenTheCollectorIsAway() throws Exception {
    collector.close();
    try (AgentProcess agent = start().up()) {
      agent.awaitLog("collector can't be reached, batches stay in the spool");
      agent.terminate();
      agent.end();
      assertThat(agent.log()).containsPattern("agent stopped sent=0 left_in_spool=[1-9]");
      assertThat(agent.log().lines().filter(line -> line.contains(" WARN collector "))).hasSize(1);
    }
    assertThat(spoolFiles()).isNotEmpty();
  }

  @Test
  void aHangupReloadsTheConfigurationAndAWrongOneChangesNothing() throws Exception {
    assumeFalse(hangupIsIgnored(), "SIGHUP is ignored here, as below nohup, and so by children");
    try (AgentProcess agent = start().up()) {
      agent.awaitLog("collector takes batches");
      String right = Files.readString(config);
      Files.writeString(config, right + "intervall: 2s\n");
      agent.hangup();
      agent.awaitLog("configuration is not reloaded, the one before goes on: ");
      assertThat(agent.log()).contains("intervall", "did you mean interval");
      Files.writeString(config, "# cut off\n");
      agent.hangup();
      agent.awaitLog(config + " is empty");
      try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        String port = "127.0.0.1:" + taken.getLocalPort();
        Files.writeString(config, right.replaceFirst("127\\.0\\.0\\.1:0", port));
        agent.hangup();
        agent.awaitLog("listen.address " + port + " can't be had");
      }
      Files.writeString(config, right.replace("interval: 200ms", "interval: 1s"));
      agent.hangup();
      agent.awaitLog("interval=1s");
      collector.received.clear();
      agent.await("metrics are there", () -> bodies("/v1/metrics").size() >= 2);
      agent.terminate();
      agent.end();
      assertThat(agent.log()).contains("left_in_spool=0").doesNotContain("Exception");
    }
  }

  private static boolean hangupIsIgnored() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("SigIgn:"))
        .anyMatch(line -> (Integer.parseInt(line.substring(line.length() - 1), 16) & 1) != 0);
  }

  @Test
  void endsWithItsStandardInputWhenToldTo() throws Exception {
    try (AgentProcess agent =
        AgentProcess.start(folder, "", List.of("--config", config.toString(), "--exit-with-stdin"))
            .up()) {
      agent.closeInput();
      assertThat(agent.end()).isZero();
      assertThat(agent.log()).contains("agent stopped");
    }
  }

  @Test
  void aCheckThatHangsDoesNotOutliveAnAgentThatIsKilled() throws Exception {
    Path pids = folder.resolve("pids");
    String check = "echo $$ >> %1$s; sleep 600 & sleep 1; echo $! >> %1$s; wait".formatted(pids);
    Files.writeString(
        config,
        """
          checks:
            commands:
            - {name: hangs, interval: 10s, timeout: 1h, command: [/bin/sh, "-c", "%s"]}
        """
            .formatted(check),
        StandardOpenOption.APPEND);
    try (AgentProcess agent = start().up()) {
      agent.await("it runs", () -> Files.exists(pids) && Files.readAllLines(pids).size() == 2);
      agent.kill();
    }
    for (String pid : Files.readAllLines(pids)) {
      long end = System.nanoTime() + AgentProcess.PATIENCE.toNanos();
      while (ProcessHandle.of(Long.parseLong(pid)).filter(ProcessHandle::isAlive).isPresent()) {
        assertThat(System.nanoTime()).as("%s is alive", pid).isLessThan(end);
        Thread.sleep(20);
      }
    }
  }

  @Test
  void goesOnWithoutADisk() throws Exception {
    // No file may be larger than 4 blocks of 512 bytes: as good as a disk that is full.
    try (AgentProcess agent =
        AgentProcess.start(folder, "ulimit -f 4", List.of("--config", config.toString())).up()) {
      var all = new HashSet<String>();
      for (int i = 0; i < 40; i++) {
        byte[] step = step(i);
        assertThat(agent.post(step)).isEqualTo(200);
        all.add(new String(step, ISO_8859_1));
      }
      awaitStored(agent, all);
      assertThat(agent.log().lines().filter(line -> line.contains("spool can't be written")))
          .hasSize(1);
    }
  }

  @Test
  void twoAgentsOnOneSpoolAreRefused() throws Exception {
    try (AgentProcess first = start().up();
        AgentProcess second = start()) {
      assertThat(second.end()).isEqualTo(2);
      assertThat(second.log()).hasLineCount(1).contains("is in use by another process (");
      assertThat(first.log()).doesNotContain(" WARN spool ");
    }
  }

  private AgentProcess start() throws Exception {
    return AgentProcess.start(folder, "", List.of("--config", config.toString()));
  }

  private void awaitStored(AgentProcess agent, Set<String> steps) throws Exception {
    var missing = new HashSet<>(steps);
    var seen = new AtomicInteger();
    agent.await(
        "all steps are stored",
        () -> {
          while (seen.get() < collector.received.size()) {
            Received one = collector.received.get(seen.getAndIncrement());
            if (one.path().equals("/v1/traces") && one.status() == 200) {
              String stored = new String(one.body(), ISO_8859_1);
              missing.removeIf(stored::contains);
            }
          }
          return missing.isEmpty();
        });
  }

  /// An agent that is stopped goes on for some seconds; on a slow machine the next one has to.
  private void handOverTheRest() throws Exception {
    long end = System.nanoTime() + AgentProcess.PATIENCE.toNanos();
    while (!spoolFiles().isEmpty()) {
      assertThat(System.nanoTime()).as("%s stay in the spool", spoolFiles()).isLessThan(end);
      try (AgentProcess agent = start().up()) {
        agent.awaitLog("collector takes batches");
        agent.terminate();
        agent.end();
      }
    }
  }

  /// Bodies that the collector acknowledged, bytes as characters.
  private List<String> bodies(String path) {
    return collector.received.stream()
        .filter(one -> one.path().equals(path) && one.status() == 200)
        .map(one -> new String(one.body(), ISO_8859_1))
        .toList();
  }

  private List<Path> spoolFiles() throws Exception {
    try (Stream<Path> files = Files.list(folder.resolve("spool"))) {
      return files.filter(file -> file.toString().endsWith(".spool")).toList();
    }
  }

  private static byte[] step(int iteration) {
    try (var writer = new OtlpWriter(Resource.empty())) {
      var rank = Resource.create(Attributes.builder().put("dl.rank", 3).build());
      var attributes = Attributes.builder().put("training.iteration", iteration).build();
      long end = System.currentTimeMillis() * 1_000_000L + iteration;
      return writer.steps(List.of(new TrainingStep(rank, end - 1_000_000, end, attributes)));
    }
  }
}
