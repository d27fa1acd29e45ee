package io.lockstep.collector.notify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockstep.collector.notify.Arrival.Signature;
import io.lockstep.collector.notify.SinkStatus.Count;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Signatures, as others check them.
class SignatureTest {
  private static final String VERSION = "1.1.0";

  @TempDir Path folder;

  @Test
  void thePythonLibraryOfStandardWebhooksFindsEverySignatureGood() throws Exception {
    Path python = virtualEnvironment();
    Path secret = Rig.secret(folder, "tool");
    try (var tool = new Tool();
        var rig = new Rig(folder, Rig.config(Rig.sink(folder, "tool", tool.url())))) {
      rig.open(1);
      rig.escalate(1);
      rig.resolve(1);
      Rig.await("messages", () -> rig.status("tool").count(Count.DELIVERED) == 3);
      Path got = folder.resolve("got.json");
      var mapper = new ObjectMapper();
      for (Tool.Got one : tool.got()) {
        String line =
            mapper.writeValueAsString(Map.of("headers", one.headers(), "body", one.body()));
        Files.writeString(got, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      }
      Path script = Path.of("src", "test", "resources", "verify_webhooks.py");
      assertThat(
              run(
                  List.of(python.toString(), script.toString(), secret.toString(), got.toString()),
                  true))
          .isEqualTo("good\ngood\ngood\nforged: No matching signature found\n");
    }
  }

  @Test
  void everySecretOfTheFileSignsAndTheFileIsReadAtUse() throws Exception {
    Path file = Rig.secret(folder, "tool");
    String old = Files.readString(file).strip();
    try (var tool = new Tool();
        var rig = new Rig(folder, Rig.config(Rig.sink(folder, "tool", tool.url())))) {
      String fresh = SigningKeys.make();
      Rig.write(file, "# both while the receiver changes over\n" + old + "\n" + fresh + "\n");
      rig.open(1);
      Rig.await("message", () -> rig.status("tool").count(Count.DELIVERED) == 1);
      Tool.Got got = tool.got().getFirst();
      assertThat(got.headers().get("webhook-signature")).matches("v1,\\S+ v1,\\S+");
      assertThat(problem(old, got)).isEmpty();
      assertThat(problem(fresh, got)).isEmpty();
      assertThat(problem(SigningKeys.make(), got)).isNotEmpty();
      Rig.write(file, "lost");
      rig.open(2);
      Rig.await("retries", () -> rig.status("tool").count(Count.RETRIED) > 1);
      assertThat(rig.status("tool").lastError()).contains(file.toString()).doesNotContain("lost");
      Rig.write(file, fresh);
      Rig.await("message", () -> rig.status("tool").count(Count.DELIVERED) == 2);
      assertThat(problem(fresh, tool.got().getLast())).isEmpty();
    }
  }

  private String problem(String secret, Tool.Got got) throws IOException {
    Path file = folder.resolve("one.secret");
    Rig.write(file, secret);
    var headers = new HashMap<String, List<String>>();
    got.headers().forEach((name, value) -> headers.put(name, List.of(value)));
    return SigningKeys.read(file).problem(got.body(), headers);
  }

  @Test
  void theReceiverTellsGoodFromForgedAndNewFromRepeated() throws Exception {
    Path secret = Rig.secret(folder, "tool");
    List<Arrival> arrivals = new CopyOnWriteArrayList<>();
    Vertx vertx = Vertx.vertx();
    try (Receiver receiver = Receiver.start(vertx, "127.0.0.1", 0, secret, arrivals::add);
        var client = HttpClient.newHttpClient()) {
      String url = "http://127.0.0.1:" + receiver.port() + "/";
      try (var rig = new Rig(folder, Rig.config(Rig.sink(folder, "tool", url)))) {
        rig.open(1);
        Rig.await("message", () -> rig.status("tool").count(Count.DELIVERED) == 1);
      }
      Arrival good = arrivals.getFirst();
      assertThat(good.signature()).isEqualTo(Signature.GOOD);
      assertThat(good.line())
          .contains("opened", "warning", "naïve \"⚠\" port 2", good.id(), "signature good");
      assertThat(new ObjectMapper().readTree(good.json()).at("/event/data/kind").asText())
          .isEqualTo("port-down");

      assertThat(post(client, url, secret, "msg_1", "{\"type\":\"a.b\"}", true)).isEqualTo(204);
      assertThat(post(client, url, secret, "msg_1", "{\"type\":\"a.b\"}", true)).isEqualTo(204);
      assertThat(post(client, url, secret, "msg_2", "\u001b[2Jno json", false)).isEqualTo(401);
      assertThat(arrivals.stream().map(Arrival::again)).containsExactly(false, false, true, false);
      assertThat(arrivals.getLast().line()).contains("signature bad").doesNotContain("\u001b");
      assertThat(post(client, url, secret, "msg_3", "x".repeat(2_000_000), true)).isEqualTo(413);
      assertThat(arrivals).hasSize(4);
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().join();
    }
  }

  private static int post(
      HttpClient client, String url, Path secret, String id, String body, boolean honest)
      throws IOException, InterruptedException {
    long seconds = System.currentTimeMillis() / 1000;
    String signature = SigningKeys.read(secret).sign(id, seconds, honest ? body : body + " ");
    var request =
        HttpRequest.newBuilder(URI.create(url))
            .header("webhook-id", id)
            .header("webhook-timestamp", Long.toString(seconds))
            .header("webhook-signature", signature)
            .POST(BodyPublishers.ofString(body))
            .build();
    return client.send(request, BodyHandlers.discarding()).statusCode();
  }

  @Test
  void aTakenPortIsSaid() throws Exception {
    Vertx vertx = Vertx.vertx();
    try (var tool = new Tool()) {
      assertThatThrownBy(() -> Receiver.start(vertx, "127.0.0.1", tool.port(), null, _ -> {}))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(":" + tool.port());
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().join();
    }
  }

  /// Made once and kept below `target`.
  private static Path virtualEnvironment() throws IOException, InterruptedException {
    Path folder = Path.of("target", "python").toAbsolutePath();
    Path python = folder.resolve("bin/python");
    Path complete = folder.resolve(".complete-" + VERSION);
    if (!Files.exists(complete)) {
      run(List.of("python3", "-m", "venv", folder.toString()), false);
      run(
          List.of(python.toString(), "-m", "pip", "install", "-q", "standardwebhooks==" + VERSION),
          false);
      Files.createFile(complete);
    }
    return python;
  }

  /// @param must whether it is the test's own matter; else its failure skips the test
  private static String run(List<String> command, boolean must)
      throws IOException, InterruptedException {
    Process process;
    try {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      return abort("skipped: " + command.getFirst() + " is not to be had: " + e.getMessage());
    }
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    boolean good = process.waitFor(2, TimeUnit.MINUTES) && process.exitValue() == 0;
    if (!good && !must) {
      return abort("skipped: no virtual environment with standardwebhooks: " + output);
    }
    assertThat(good).as(output).isTrue();
    return output;
  }
}
