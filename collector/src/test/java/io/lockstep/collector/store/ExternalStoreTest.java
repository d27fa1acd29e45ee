package io.lockstep.collector.store;

import static io.lockstep.collector.store.SharedQuestDb.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lockstep.collector.receive.SelfSigned;
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
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import okhttp3.RequestBody;
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
    startVictoriaMetrics(port, "-httpAuth.username=lockstep", "-httpAuth.password=right");
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
  void aTokenThatIsExchangedIsUsedWithoutARestart() throws Exception {
    int port = freePort();
    startVictoriaMetrics(port, "-httpAuth.username=lockstep", "-httpAuth.password=right");
    Path secret = Files.writeString(folder.resolve("secret"), "old\n");
    try (SeriesStore store = open("http://127.0.0.1:" + port, "")) {
      assertThat(store.write(batch(Instant.now()))).isEqualTo(KEPT);
      awaitReason(store, "401");
      Files.delete(secret);
      Files.writeString(folder.resolve("new"), "right\n");
      Files.move(folder.resolve("new"), secret);
      get(store.flush());
      assertThat(store.state().ready()).isTrue();
      assertThat(store.state().storedLines()).isOne();
    }
  }

  @Test
  void aCertificateIsTrustedByItsAuthorityAlone() throws Exception {
    int port = freePort();
    SelfSigned its = SelfSigned.in(Files.createDirectory(folder.resolve("its")));
    SelfSigned other = SelfSigned.in(Files.createDirectory(folder.resolve("other")));
    startVictoriaMetrics(
        port,
        "-tls",
        "-tlsCertFile=" + its.listen().tlsCertFile(),
        "-tlsKeyFile=" + its.listen().tlsKeyFile());
    Files.writeString(folder.resolve("secret"), "none\n");
    // as vminsert of a cluster has it: a path before the client's own
    String url = "https://localhost:" + port + "/influx";
    try (SeriesStore store = open(url, other.folder().resolve("cert.pem").toString())) {
      assertThat(store.write(batch(Instant.now()))).isEqualTo(KEPT);
      awaitReason(store, "PKIX path");
    }
    try (SeriesStore store = open(url, its.folder().resolve("cert.pem").toString())) {
      get(store.flush());
      assertThat(store.state().storedLines()).isOne();
    }
  }

  @Test
  void aFileWithoutCertificatesIsNamed() throws Exception {
    Path empty = Files.writeString(folder.resolve("empty.pem"), "");
    Files.writeString(folder.resolve("secret"), "none\n");
    for (Path file : List.of(empty, folder.resolve("secret"), folder.resolve("none.pem"))) {
      assertThatThrownBy(() -> open("https://localhost:1", file.toString()).close())
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith("store.influx.ca_file " + file);
    }
    Files.writeString(folder.resolve("secret"), "\n");
    assertThatThrownBy(() -> open("http://localhost:1", "").close())
        .isInstanceOf(IOException.class)
        .hasMessage(
            "store.influx.token_file "
                + folder.resolve("secret")
                + ": must hold the token or password alone, in ASCII");
  }

  /// The lines of `docs/stores.md`.
  @Test
  void whatVictoriaMetricsAcknowledges() throws Exception {
    int port = freePort();
    startVictoriaMetrics(port);
    String base = "http://127.0.0.1:" + port;
    long now = Instant.now().getEpochSecond() * 1_000_000_000L;
    String at = " " + now + "\n";
    try (var post =
        new LinePost(() -> StoreAddress.open(base), new LinePost.Target("o", "b", false, null))) {
      for (String lines :
          List.of(
              "text,host=n words=\"hot\"" + at,
              "mixed,host=n good=1" + at + "mixed,host=n bad=oops" + at + "mixed,host=n" + at,
              "kind,host=n v=1i" + at,
              "kind,host=n v=1.5 " + (now + 1_000_000_000L) + "\n",
              "twice,host=n v=7" + at,
              "twice,host=n v=7" + at,
              "old,host=n v=1 " + (now - Duration.ofDays(60).toNanos()) + "\n",
              "early,host=n v=1 " + (now + Duration.ofDays(8).toNanos()) + "\n",
              "fine,host=n v=1 " + (now + 123_456_789L) + "\n")) {
        assertThat(post.post(RequestBody.create(lines.getBytes(StandardCharsets.UTF_8))))
            .as(lines)
            .isEqualTo(new LinePost.Answer.Taken());
      }
      ask(base + "/internal/force_flush");
      assertThat(values(base, "text_words")).as("a text is a zero").isEqualTo("[0]");
      assertThat(values(base, "mixed_good")).isEqualTo("[1]");
      assertThat(values(base, "mixed_bad")).as("what is no number is a zero").isEqualTo("[0]");
      assertThat(values(base, "kind_v")).isEqualTo("[1,1.5]");
      assertThat(values(base, "twice_v"))
          .as("what is sent again is there twice")
          .isEqualTo("[7,7]");
      assertThat(values(base, "old_v")).as("older than its retention").isEmpty();
      assertThat(values(base, "early_v")).as("more than two days ahead").isEmpty();
      assertThat(ask(export(base, "fine_v"))).contains(":[" + (now / 1_000_000 + 123) + "]");
    }
    stop();
    startVictoriaMetrics(port);
    assertThat(values(base, "fine_v")).as("acknowledged and read, then killed").isEmpty();
  }

  private void startVictoriaMetrics(int port, String... more) throws Exception {
    var arguments =
        new ArrayList<>(
            List.of(
                "-httpListenAddr=127.0.0.1:" + port,
                "-storageDataPath=" + folder.resolve("vm"),
                "-search.latencyOffset=0s"));
    arguments.addAll(List.of(more));
    start("victoria-metrics", arguments.toArray(String[]::new));
    awaitListening(port);
  }

  /// As JSON; empty for a series that is not there.
  private static String values(String base, String series) throws IOException {
    String all = ask(export(base, series));
    int from = all.indexOf("\"values\":");
    return from < 0 ? "" : all.substring(from + 9, all.indexOf(']', from) + 1);
  }

  private static String export(String base, String series) {
    long end = Instant.now().plus(Duration.ofDays(30)).getEpochSecond();
    return base + "/api/v1/export?end=" + end + "&match%5B%5D=" + series;
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

    try (SeriesStore store = open(port, "none")) {
      assertThat(store.write(batch(Instant.now()))).isEqualTo(KEPT);
      awaitReason(store, "404");
      assertThat(store.state().journalBytes()).isPositive();
    }
  }

  private SeriesStore open(int port, String password) throws IOException {
    Files.writeString(folder.resolve("secret"), password + "\n");
    return open("http://127.0.0.1:" + port, "");
  }

  private SeriesStore open(String url, String caFile) throws IOException {
    String secret = folder.resolve("secret").toString();
    var influx = new SeriesStore.Influx(url, secret, "lockstep", caFile, "o", "b", true);
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
    while (!store.state().reason().contains(reason)) {
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
    var command = new ArrayList<>(List.of(binary.toString()));
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
        new Socket(InetAddress.getLoopbackAddress(), port).close();
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
