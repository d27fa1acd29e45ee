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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

  private static Peer named(String name) {
    return Peer.ALL.stream().filter(one -> one.name().equals(name)).findFirst().orElseThrow();
  }

  private static Path program(Path folder, String name, String script) throws IOException {
    Path program = Files.writeString(folder.resolve(name), script);
    assertThat(program.toFile().setExecutable(true)).isTrue();
    return program;
  }

  @Test
  void eachIsFoundOnThePathByItsUsualNameFirst() throws Exception {
    Path first = Files.createDirectories(folder.resolve("first"));
    Path second = Files.createDirectories(folder.resolve("second"));
    String path = "/nowhere::" + first + ":" + second;
    for (Peer peer : Peer.ALL) {
      assertThat(Peer.on(path, peer.programs())).as(peer.name()).isNull();
      for (String name : peer.programs().reversed()) {
        Path there = program(second, name, "#!/bin/sh\n");
        assertThat(Peer.on(path, peer.programs())).isEqualTo(there);
      }
    }
    Path sooner = program(first, "otelcol", "#!/bin/sh\n");
    assertThat(Peer.on(path, named("otelcol").programs())).isEqualTo(sooner);
  }

  /// Does what the two do with their configuration: reads it, refuses what is none, and serves what
  /// it has read at the address and path that it names.
  private static final String STAND_IN =
      """
      #!/usr/bin/python3
      import http.server, re, sys
      assert sys.argv[1] == "--config" and len(sys.argv) == 3, sys.argv
      text = open(sys.argv[2]).read()
      if sys.argv[2].endswith(".conf"):
          import tomllib
          read = tomllib.loads(text)
          address = read["outputs"]["prometheus_client"][0]["listen"]
          assert read["agent"]["interval"] == read["agent"]["flush_interval"] == "1s", read
          values = sorted(read["inputs"])
      else:
          address = re.search(r'exporters:\\n  prometheus: {endpoint: "([^"]*)"}', text).group(1)
          assert "receivers: [hostmetrics], exporters: [prometheus]" in text, text
          values = re.findall(r"(\\w+): {}", text)
      class Page(http.server.BaseHTTPRequestHandler):
          def do_GET(self):
              self.send_response(200 if self.path == "/metrics" else 404)
              self.end_headers()
              self.wfile.write("".join(f"{one}_total 1\\n" for one in values).encode())
      host, port = address.split(":")
      http.server.HTTPServer((host, int(port)), Page).serve_forever()
      """;

  @ParameterizedTest
  @CsvSource({"telegraf, 10", "otelcol, 7"})
  void oneThatReadsAFileIsAskedWhereThatTellsItToListen(String name, int sources) throws Exception {
    assumeTrue(Shell.succeeds("/usr/bin/python3", "-c", "import tomllib"), "no Python 3.11");
    Path program = program(folder, "a-" + name, STAND_IN);
    try (ScrapedPeer peer = named(name).start(program, folder, server)) {
      assertThat(peer.values()).isEqualTo(sources);
    }
  }

  @Test
  void gpudListensOnLoopbackKeepsItsDataApartAndStaysTheVersionThatItIs() throws Exception {
    Path said = folder.resolve("said");
    Path program = program(folder, "a-gpud", "#!/bin/sh\necho $@ > " + said + "\nexit 3\n");
    assertThatThrownBy(() -> named("gpud").start(program, folder, server))
        .hasMessageContaining("it ended with code 3");
    assertThat(said)
        .content()
        .matches(
            "run --listen-address=127\\.0\\.0\\.1:[0-9]+ --data-dir=\\Q"
                + folder.resolve("gpud")
                + "\\E --enable-auto-update=false --log-level=warn\n");
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
