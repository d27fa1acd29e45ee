package io.lockstep.collector.notify;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockstep.telemetry.config.Configs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A process that is killed with messages under way: what was written down arrives, and at most one
/// message is repeated for each kill.
class KillTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int KILLS = 20;

  @TempDir Path folder;

  @Test
  void noMessageIsLostAndAtMostOneIsRepeatedForEachKill() throws Exception {
    var random = new Random(7);
    try (var tool = new Tool()) {
      tool.behave((request, socket) -> {
        Thread.sleep(random.nextInt(8));
        Tool.status(204).answer(request, socket);
      });
      Notifier.Config some = Rig.config();
      // Nothing is to be dropped because too much waits.
      var config =
          new Notifier.Config(
              null,
              some.expiry(),
              100_000,
              some.retryMin(),
              some.retryMax(),
              some.retryAfterMax(),
              List.of(Rig.sink(folder, "tool", tool.url())));
      Path file = folder.resolve("notify.yaml");
      Rig.write(file, Configs.print(config));
      Set<Long> written = new TreeSet<>();
      long first = 0;
      for (int kill = 0; kill < KILLS; kill++) {
        int enough = tool.got().size() + 5 + random.nextInt(30);
        written.addAll(killed(file, first, tool, enough));
        first += 100_000;
      }
      try (var rig = new Rig(folder, config)) {
        Rig.await("the rest", () -> rig.status("tool").queue() == 0);
      }
      assertThat(written).hasSizeGreaterThan(KILLS);
      everythingArrived(written, tool.got());
      repeatsAreFew(tool.ids());
    }
  }

  /// @return the incidents that it said were written down
  private List<Long> killed(Path config, long first, Tool tool, int enough) throws Exception {
    Path output = folder.resolve("said");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                EndlessNotifier.class.getName(),
                folder.toString(),
                config.toString(),
                Long.toString(first))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      Rig.await("messages", () -> tool.got().size() >= enough || !process.isAlive());
      assertThat(process.isAlive()).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    String said = Files.readString(output);
    var written = new ArrayList<Long>();
    // A line that was cut off is no number.
    said.substring(0, said.lastIndexOf('\n') + 1)
        .lines()
        .filter(line -> line.matches("\\d+"))
        .forEach(line -> written.add(Long.valueOf(line)));
    return written;
  }

  /// Every incident that was written down has its three messages, in their order.
  private static void everythingArrived(Set<Long> written, List<Tool.Got> got) throws Exception {
    Map<String, List<String>> bySubject = new HashMap<>();
    Set<String> seen = new HashSet<>();
    for (Tool.Got one : got) {
      if (seen.add(one.id())) {
        JsonNode event = JSON.readTree(one.body());
        bySubject
            .computeIfAbsent(event.path("subject").asText(), _ -> new ArrayList<>())
            .add(event.path("type").asText().replaceFirst(".*\\.", ""));
      }
    }
    for (long port : written) {
      assertThat(bySubject.get("node-" + port + "/mlx5_0/1"))
          .as("port %d", port)
          .containsExactly("opened", "escalated", "resolved");
    }
  }

  private static void repeatsAreFew(List<String> ids) {
    int repeats = 0;
    for (String id : new HashSet<>(ids)) {
      int times = Collections.frequency(ids, id);
      repeats += times - 1;
    }
    assertThat(repeats).isLessThanOrEqualTo(KILLS);
  }
}
