package io.lockstep.collector.store;

import static io.lockstep.collector.store.SharedQuestDb.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.rows.Batch;
import io.lockstep.telemetry.rows.Row;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Other stores in QuestDB's place, where Debian's packages of them are installed.
class ExternalStoreTest {
  private static final StoreResult KEPT = new StoreResult.Kept(0, "");

  @TempDir Path folder;

  private @Nullable Process process;

  @AfterEach
  void stop() throws InterruptedException {
    Process running = process;
    if (running != null) {
      running.destroyForcibly().waitFor();
    }
  }

  @Test
  void victoriaMetricsTakesRowsWithItsPassword() throws Exception {
    int port = freePort();
    start(
        "victoria-metrics",
        "-httpListenAddr=127.0.0.1:" + port,
        "-storageDataPath=" + folder.resolve("vm"),
        "-httpAuth.username=lockstep",
        "-httpAuth.password=right");
    awaitListening(port);
    Instant now = Instant.ofEpochSecond(Instant.now().getEpochSecond());

    try (SeriesStore wrong = open(port, "wrong")) {
      assertThat(wrong.write(batch(now))).isEqualTo(KEPT);
      awaitReason(wrong, "401");
      assertThat(wrong.state().ready()).isFalse();
    }
    try (SeriesStore store = open(port, "right")) {
      get(store.flush()); // what the run before could not bring to its place
      assertThat(store.state().storedLines()).isOne();
      assertThat(store.state().journalBytes()).isZero();
      assertThat(store.query()).isNull();
    }

    String base = "http://127.0.0.1:" + port;
    ask(base + "/internal/force_flush");
    assertThat(ask(base + "/api/v1/export?match%5B%5D=%7Bhost%3D%22node-1%22%7D"))
        .contains("\"__name__\":\"gpu_power\"")
        .contains("\"subject\":\"GPU-1\"")
        .contains("\"cluster\":\"lab\"")
        .contains("\"values\":[250.5]")
        .contains("\"timestamps\":[" + now.toEpochMilli() + "]");
  }

  @Test
  void aServerWithoutTheWritePathAcknowledgesNothing() throws Exception {
    int port = freePort();
    Path settings = folder.resolve("influxdb.conf");
    Files.writeString(
        settings,
        """
        bind-address = "127.0.0.1:0"
        reporting-disabled = true
        [meta]
        dir = "%s/meta"
        [data]
        dir = "%s/data"
        wal-dir = "%s/wal"
        [http]
        bind-address = "127.0.0.1:%d"
        """
            .formatted(folder, folder, folder, port));
    start("influxd", "-config", settings.toString());
    awaitListening(port);

    try (SeriesStore store = open(port, "")) {
      assertThat(store.write(batch(Instant.now()))).isEqualTo(KEPT);
      awaitReason(store, "404");
      assertThat(store.state().journalBytes()).isPositive();
    }
  }

  private SeriesStore open(int port, String password) throws IOException {
    Path secret = folder.resolve("secret");
    Files.writeString(secret, password + "\n");
    var influx =
        new SeriesStore.Influx(
            "http://127.0.0.1:" + port, secret.toString(), "lockstep", "o", "b", true);
    var config =
        new SeriesStore.Config(
            SeriesStore.Kind.INFLUX,
            QuestDbServer.Config.DEFAULT,
            ReadAccess.DEFAULT,
            influx,
            new StoreWriter.Config(Duration.ofMillis(5), 8, 1024, 1));
    return SeriesStore.open(config, folder, InstantSource.system());
  }

  private static void awaitReason(SeriesStore store, String reason) throws Exception {
    long end = System.nanoTime() + SharedQuestDb.LONG.toNanos();
    while (!store.state().reason().startsWith(reason)) {
      assertThat(System.nanoTime()).as(store.state().reason()).isLessThan(end);
      Thread.sleep(10);
    }
  }

  private static Batch batch(Instant now) {
    var row = new Row(Table.GPU, "node-1", "GPU-1", now.getEpochSecond() * 1_000_000_000L);
    row.set(Contract.column(Table.GPU, "power"), 250.5);
    return SharedQuestDb.rows("lab", List.of(row));
  }

  private void start(String program, String... arguments) throws IOException {
    Path binary = Path.of("/usr/bin", program);
    assumeTrue(Files.isExecutable(binary), program + " is not installed");
    var command = new java.util.ArrayList<>(List.of(binary.toString()));
    command.addAll(List.of(arguments));
    process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(new File(folder.toFile(), program + ".log"))
            .start();
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static void awaitListening(int port) throws Exception {
    long end = System.nanoTime() + SharedQuestDb.LONG.toNanos();
    while (true) {
      try {
        ask("http://127.0.0.1:" + port + "/ping");
        return;
      } catch (IOException e) {
        assertThat(System.nanoTime()).as("it does not listen").isLessThan(end);
        Thread.sleep(50);
      }
    }
  }

  private static String ask(String url) throws IOException {
    var connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
    StoreAddress user = StoreAddress.withPassword(url, "lockstep", "right");
    connection.setRequestProperty("Authorization", user.authorization());
    try (InputStream body = connection.getInputStream()) {
      return new String(body.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
