package io.lockstep.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ExplainCommandTest {
  private static List<JsonNode> explain(byte[] log) throws IOException {
    var out = new ByteArrayOutputStream();
    ExplainCommand.explain(
        new ByteArrayInputStream(log), new PrintStream(out, false, StandardCharsets.UTF_8));
    var events = new ArrayList<JsonNode>();
    for (String line : out.toString(StandardCharsets.UTF_8).lines().toList()) {
      events.add(new ObjectMapper().readTree(line));
    }
    return events;
  }

  private static List<JsonNode> explain(String log) throws IOException {
    return explain(log.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void printsOneObjectPerEventAndNothingElse() throws IOException {
    String xid = "[1.5] NVRM: Xid (PCI:0000:05:00): 79, GPU has fallen off the bus.";
    List<JsonNode> events =
        explain("[1.4] usb 1-2: Product: ASM107x\r\n" + xid + "\r\n[1.6] nvme nvme0: ready\n");
    assertThat(events).hasSize(1);
    JsonNode event = events.getFirst();
    assertThat(event.get("event").asText()).isEqualTo("xid");
    assertThat(event.get("code").asInt()).isEqualTo(79);
    assertThat(event.get("device").asText()).isEqualTo("0000:05:00");
    assertThat(event.has("link")).isFalse();
    assertThat(event.get("class").asText()).isEqualTo("hardware");
    assertThat(event.get("action").asText()).isEqualTo("restart-server");
    assertThat(event.get("meaning").asText()).isNotBlank();
    assertThat(event.get("source").asText()).contains("catalogue");
    assertThat(event.get("line").asText()).isEqualTo(xid);
  }

  @Test
  void saysTheLinkAsTheDriverDoes() throws IOException {
    String line =
        "NVRM: Xid (PCI:0019:01:00): 149, NETIR Fatal XC0 i0 Link %s (0x000fe406 0x00000000)%n";
    assertThat(explain(line.formatted("-1") + line.formatted("07")))
        .extracting(one -> one.path("link").asInt(99))
        .containsExactly(-1, 7);
  }

  @Test
  void readsALogThatGzipMadeSmaller() throws IOException {
    var smaller = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(smaller)) {
      gzip.write("NVRM: Xid (PCI:0000:05:00): 13, x\n".getBytes(StandardCharsets.UTF_8));
    }
    assertThat(explain(smaller.toByteArray())).hasSize(1);
  }

  @Test
  void refusesALogThatAnotherProgramMadeSmallerAndNamesIt() {
    byte[] xz = {(byte) 0xfd, '7', 'z', 'X', 'Z', 0, 0, 4};
    assertThatThrownBy(() -> explain(xz))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("xz -dc FILE | lockstep explain");
  }

  @Test
  void readsALastLineWithoutEndAndBytesThatAreNoText() throws IOException {
    byte[] log = "????\nKilled process 77 (x) total-vm:1kB".getBytes(StandardCharsets.ISO_8859_1);
    log[0] = (byte) 0xff;
    log[1] = (byte) 0xc3;
    assertThat(explain(log))
        .singleElement()
        .extracting(one -> one.get("event").asText())
        .isEqualTo("oom");
  }

  @Test
  void keepsAnEndlessLineBounded() throws IOException {
    String endless = "NVRM: Xid (PCI:0000:05:00): 79, " + "x".repeat(10 * ExplainCommand.LINE_MAX);
    List<JsonNode> events = explain(endless + "\nNVRM: Xid (PCI:0000:06:00): 13, y\n");
    assertThat(events).extracting(one -> one.get("code").asInt()).containsExactly(79, 13);
    assertThat(events.getFirst().get("line").asText()).hasSize(ExplainCommand.LINE_MAX);
  }

  @Test
  void saysThatAFileIsMissing(@TempDir Path folder) {
    int code = new CommandLine(new ExplainCommand()).execute(folder.resolve("no.log").toString());
    assertThat(code).isEqualTo(1);
  }
}
