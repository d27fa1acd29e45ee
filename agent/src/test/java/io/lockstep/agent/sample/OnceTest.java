package io.lockstep.agent.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockstep.agent.sample.Once.Format;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OnceTest {
  private static final Path CAPTURED = Path.of("src/test/resources/captured");
  private static final Path GOLDEN = Path.of("src/test/resources/golden");
  private static final Duration DEADLINE = Duration.ofSeconds(10);

  @TempDir private Path folder;

  static String once(Path root, @Nullable String host, Format format, Duration deadline)
      throws IOException, InterruptedException {
    var bytes = new ByteArrayOutputStream();
    try (var out = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
      Once.run(Samplers.Config.DEFAULT, root, host, format, out, false, deadline);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  static JsonNode json(Path root) throws IOException, InterruptedException {
    return new ObjectMapper().readTree(once(root, null, Format.JSON, DEADLINE));
  }

  @ParameterizedTest
  @ValueSource(strings = {"h100", "procfs"})
  void saysOfACapturedTreeWhatItHolds(String tree) throws IOException, InterruptedException {
    String said = once(CAPTURED.resolve(tree), "node-7", Format.PROMETHEUS, DEADLINE);
    Path golden = GOLDEN.resolve(tree + ".txt");
    if ("update".equals(System.getProperty("golden"))) {
      Files.createDirectories(GOLDEN);
      Files.writeString(golden, said);
    }
    assertThat(golden).as("run ./mvnw verify -Dgolden=update and read the diff").hasContent(said);
  }

  @Test
  void saysNothingOfTheLiveHostWhenTheTreeIsEmpty() throws IOException, InterruptedException {
    JsonNode said = json(folder);
    assertThat(said.get("host").asText()).isEqualTo("unknown");
    assertThat(said.get("samples")).isEmpty();
    assertThat(said.get("events")).isEmpty();
  }

  @Test
  void bothFormatsSayTheSameOfTheLiveHost() throws IOException, InterruptedException {
    JsonNode said = json(Path.of("/"));
    String kernel = Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    assertThat(said.get("host").asText()).isEqualTo(kernel);
    assertThat(said.get("samples").findValuesAsText("metric"))
        .contains("system.cpu.utilization", "lockstep.host.cpu.utilization", "system.memory.limit");
    assertThat(once(Path.of("/"), "me", Format.PROMETHEUS, DEADLINE))
        .contains("target_info{host_name=\"me\",service_name=\"lockstep-agent\"} 1\n")
        .contains("\nsystem_cpu_utilization_ratio{cpu_mode=\"user\"} ");
  }

  @Test
  void oneReaderThatHangsCostsOnlyItself() throws Exception {
    Tree tree = Tree.captured("procfs", folder);
    String counter = "sys/class/infiniband/mlx5_0/ports/1/counters/symbol_error";
    tree.delete(counter);
    var made = new ProcessBuilder("mkfifo", tree.path(counter).toString()).start();
    assertThat(made.waitFor()).isZero();
    try {
      String said = once(tree.root(), null, Format.PROMETHEUS, Duration.ofSeconds(2));
      assertThat(said)
          .contains("\nsystem_cpu_load_average_1m 0.02\n", "\nsystem_disk_io_bytes_total{")
          .contains("# EVENT lockstep.agent.reader.failed mlx5_0 can't be read: a read of ")
          .contains(counter + " does not return", "hw_network_up{hw_id=\"mlx4_0/1\"")
          .doesNotContain("hw_network_up{hw_id=\"mlx5_0/1\"");
    } finally {
      // lets the reader that waits for a writer go
      Files.newOutputStream(tree.path(counter)).close();
    }
  }

  @Test
  void aRootThatIsNoFolderIsRefused() {
    Path missing = folder.resolve("nowhere");
    assertThatThrownBy(() -> once(missing, null, Format.JSON, DEADLINE))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(missing.toString())
        .hasMessageContaining("proc/ and sys/");
  }
}
