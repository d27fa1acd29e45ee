package io.lockstep.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is measured beside the agent.
class PeerTest {
  @TempDir Path folder;
  private BenchServer server;

  @BeforeEach
  void makeServer() throws Exception {
    server = BenchServer.make(folder, 8, 0);
    server.fill(8);
  }

  @Test
  void aPeerThatDoesNotRunSaysWhy() throws Exception {
    Path program = folder.resolve("a-telegraf");
    Files.writeString(program, "#!/bin/sh\necho starting\necho no such plugin\nexit 3\n");
    program.toFile().setExecutable(true);
    var peer = new Peer("telegraf", List.of("telegraf"), "http:/metrics", seat -> List.of());
    assertThatThrownBy(() -> peer.start(program, folder, server))
        .isInstanceOf(IOException.class)
        .hasMessage("it ended with code 3: no such plugin");
  }

  @Test
  void nodeExporterReadsThePortsAndIsCounted() throws Exception {
    Peer exporter = Peer.ALL.getFirst();
    Path program = exporter.program();
    assumeTrue(program != null, "node_exporter is not installed");
    try (ScrapedPeer peer = exporter.start(program, folder, server)) {
      assertThat(peer.values()).isGreaterThan(100);
      assertThat(peer.bytes()).isGreaterThan(1000);
      var measured =
          new Measured("exporter", peer.process(), peer.start(), peer::values, peer::bytes);
      measured.look();
      assertThat(measured.proportionalMib()).isBetween(1.0, 200.0);
      OptionalDouble calls = SystemCalls.aSecond(peer.process().toHandle(), folder);
      assumeTrue(calls.isPresent(), SystemCalls.why());
      assertThat(calls.getAsDouble()).isBetween(10.0, 100_000.0);
    }
  }
}
