package io.lockstep.telemetry.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockstep.telemetry.kernel.KernelEvent.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Lines with labels by the authors of leptonai/gpud, and whole logs of servers.
class KernelCorpusTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path SHARED = Path.of(System.getProperty("lockstep.shared", ""));
  private static final Path LABELLED = SHARED.resolve("corpora/kmsg-labelled-gpud");

  /// What this project does not look for in the kernel's log.
  private static final Set<String> OTHERS = Set.of("nfs");

  @BeforeEach
  void corpus() {
    assumeTrue(Files.isDirectory(LABELLED), "the property lockstep.shared names no corpora");
  }

  @Test
  void readsXidSxidDeviceLinkAndBusLossOffEachLine() throws Exception {
    int events = 0;
    for (JsonNode truth : read("truth.jsonl")) {
      String line = truth.path("line").asText();
      List<KernelEvent> found = events(line);
      boolean lost = truth.path("fallen_off_bus_without_xid").asBoolean();
      if (truth.path("xid").isInt()) {
        KernelEvent xid = only(found, Kind.XID, line);
        assertThat(xid.code()).as(line).isEqualTo(truth.path("xid").asInt());
        assertThat(xid.device()).as(line).isEqualTo(truth.path("pci").asText());
        assertThat(xid.link()).as(line).isEqualTo(truth.path("link").asInt(-1));
      } else if (truth.path("sxid").isInt()) {
        KernelEvent sxid = only(found, Kind.SXID, line);
        assertThat(sxid.code()).as(line).isEqualTo(truth.path("sxid").asInt());
        assertThat(sxid.device()).as(line).isEqualTo(truth.path("pci").asText());
        assertThat(sxid.link()).as(line).isEqualTo(truth.path("link").asInt(-1));
      } else if (lost) {
        assertThat(only(found, Kind.GPU_LOST, line).device())
            .as(line)
            .isEqualTo(truth.path("pci").asText(""));
      } else {
        assertThat(found)
            .as(line)
            .noneMatch(one -> Set.of(Kind.XID, Kind.SXID, Kind.GPU_LOST).contains(one.kind()));
      }
      events += found.size();
    }
    assertThat(events).isGreaterThan(140);
  }

  private static KernelEvent only(List<KernelEvent> found, Kind kind, String line) {
    assertThat(found).as(line).hasSize(1);
    assertThat(found.getFirst().kind()).as(line).isEqualTo(kind);
    return found.getFirst();
  }

  @Test
  void findsTheKindsItLooksForAndIsSilentOtherwise() throws Exception {
    var wrong = new ArrayList<String>();
    for (JsonNode labelled : read("lines.jsonl")) {
      String line = labelled.path("line").asText();
      Kind wanted = wanted(labelled);
      List<Kind> found = events(line).stream().map(KernelEvent::kind).toList();
      boolean right = wanted == null ? found.isEmpty() : found.equals(List.of(wanted));
      if (!right && !Set.of("xid", "xid-nvlink5", "sxid").contains(kind(labelled))) {
        wrong.add(wanted + " but " + found + ": " + line + " " + labelled.path("test").asText());
      }
    }
    assertThat(wrong).isEmpty();
  }

  private static String kind(JsonNode labelled) {
    return labelled.path("kind").asText();
  }

  /// Null where the line is to be silent. The tables of gpud test one pattern each: a line that one
  /// of its patterns must not match may be an event by another.
  private static @org.jspecify.annotations.Nullable Kind wanted(JsonNode labelled) {
    if (OTHERS.contains(kind(labelled))) {
      return null;
    }
    String line = labelled.path("line").asText();
    JsonNode expect = labelled.path("expect");
    boolean yes =
        Stream.of("want", "match", "expectedMatch", "expectMatch", "expectedFound", "expected")
            .anyMatch(key -> expect.path(key).asBoolean() || isText(expect.path(key)));
    yes |= isText(expect.path("eventName")) || isText(expect.path("wantEvent"));
    yes |= isText(expect.path("wantEventName")) || isText(expect.path("wantName"));
    return switch (kind(labelled)) {
      case "ib-kmsg" -> yes ? Kind.MLX5 : null;
      case "memory" -> yes || line.startsWith("Out of memory: Killed") ? Kind.OOM : null;
      case "cpu-hang" ->
          yes || isText(expect.path("expectedEventName")) || isText(expect.path("wantName"))
              ? Kind.HUNG_TASK
              : null;
      case "disk" -> yes ? Kind.STORAGE : null;
      case "os" -> yes ? Kind.FILE_LIMIT : null;
      case "nccl-segfault" -> yes ? Kind.SEGFAULT : null;
      case "peermem" -> yes ? Kind.PEERMEM : null;
      case "nvlink-kmsg" -> yes ? Kind.NVLINK : null;
      default -> null;
    };
  }

  private static boolean isText(JsonNode node) {
    return node.isTextual() && !node.asText().isEmpty();
  }

  @Test
  void ofWholeLogsTellsTheErrorsAndNothingElse() throws Exception {
    Path logs = SHARED.resolve("corpora/host-logs-gpud");
    var log = new KernelLog();
    int xids = 0;
    try (Stream<Path> files = Files.walk(logs)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        String text = new String(Files.readAllBytes(file), java.nio.charset.StandardCharsets.UTF_8);
        for (String line : text.lines().toList()) {
          KernelEvent event = log.take(line).orElse(null);
          if (event != null && event.kind() == Kind.XID) {
            xids++;
          } else if (event != null) {
            assertThat(line)
                .containsAnyOf(
                    "lockup",
                    "blocked for more",
                    "oom",
                    "Killed",
                    "Out of memory",
                    "AER",
                    "SXid",
                    "mlx5",
                    "Hardware Error",
                    "libnccl",
                    "invalid context",
                    "file-max",
                    "filesystem read-only",
                    "nvme",
                    "I/O error",
                    "beyond end");
          }
        }
      }
    }
    assertThat(xids).isGreaterThanOrEqualTo(15);
  }

  private static List<KernelEvent> events(String text) {
    var log = new KernelLog();
    return text.lines().flatMap(line -> log.take(line).stream()).toList();
  }

  private static List<JsonNode> read(String file) throws Exception {
    var nodes = new ArrayList<JsonNode>();
    for (String line : Files.readAllLines(LABELLED.resolve(file))) {
      nodes.add(Objects.requireNonNull(JSON.readTree(line)));
    }
    return nodes;
  }
}
