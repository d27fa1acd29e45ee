package io.lockstep.collector.receive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.collector.receive.Intake.Answer;
import io.lockstep.telemetry.config.ByteSize;
import io.lockstep.telemetry.config.ConfigException;
import io.lockstep.telemetry.config.Listen;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccessTest {
  private static final String RACK = "rack-token-0123456789";
  private static final String GATEWAY = "gateway-token-0123456789";

  @TempDir Path folder;

  private Path tokens(String text) throws IOException {
    return Files.writeString(folder.resolve("tokens"), text);
  }

  private static HttpRequest.Builder with(Rig rig, String token) {
    return rig.post("/v1/logs", Rig.PROTOBUF, new byte[600])
        .header("Authorization", "Bearer " + token);
  }

  @Test
  void servesWhoHasATokenUnderItsOwnCluster() throws Exception {
    Path file = tokens("rack prod gpu-1-* " + RACK);
    try (var rig = new Rig(Rig.config(new Listen("127.0.0.1:0", null, null, file, false)))) {
      var none = rig.send("/v1/logs", Rig.PROTOBUF, new byte[1]);
      assertThat(none.statusCode()).isEqualTo(401);
      assertThat(none.headers().firstValue("www-authenticate")).hasValue("Bearer");
      assertThat(rig.send(with(rig, "wrong-token-0123456789")).statusCode()).isEqualTo(401);
      assertThat(rig.ears.heard).isEmpty();

      assertThat(rig.send(with(rig, RACK)).statusCode()).isEqualTo(200);
      Sender sender = rig.ears.only().sender();
      assertThat(sender.name()).isEqualTo("rack");
      assertThat(sender.cluster()).isEqualTo("prod");
      assertThat(sender.hosts().test("gpu-1-3")).isTrue();
      assertThat(sender.hosts().test("gpu-2-3")).isFalse();

      tokens("gateway prod * " + GATEWAY + "\n");
      Rig.await(() -> statusOf(rig, GATEWAY) == 200);
      assertThat(statusOf(rig, RACK)).isEqualTo(401);
    }
  }

  private static int statusOf(Rig rig, String token) {
    try {
      return rig.send(with(rig, token)).statusCode();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void letsNoSenderStarveTheOthers() throws Exception {
    Path file = tokens("rack prod * " + RACK + "\ngateway prod * " + GATEWAY);
    var base = Rig.config(new Listen("127.0.0.1:0", null, null, file, false));
    var size = new ByteSize(1_000);
    var config =
        new OtlpReceiver.Config(
            base.listen(),
            base.grpcAddress(),
            size,
            size,
            new ByteSize(3_000),
            size,
            base.requestTimeout(),
            base.idleTimeout(),
            base.connectionsMax());
    try (var rig = new Rig(config)) {
      var answer = new CompletableFuture<Answer>();
      rig.ears.answers = () -> answer;
      var first = rig.sendLater(with(rig, RACK));
      Rig.await(() -> rig.ears.heard.size() == 1);
      assertThat(rig.send(with(rig, RACK)).statusCode()).isEqualTo(429);
      assertThat(rig.count("lockstep_receive_refused_total", "reason", "sender_busy")).isEqualTo(1);
      var other = rig.sendLater(with(rig, GATEWAY));
      Rig.await(() -> rig.ears.heard.size() == 2);
      answer.complete(Ears.STORED);
      assertThat(first.get().statusCode()).isEqualTo(200);
      assertThat(other.get().statusCode()).isEqualTo(200);
    }
  }

  @Test
  void servesOnlyThisMachineWithoutTokens() {
    var closed = new Senders(null, false, "here");
    assertThat(closed.identify(null, null, "127.0.0.1")).isInstanceOf(Identity.Known.class);
    assertThat(closed.identify(null, null, "::1")).isInstanceOf(Identity.Known.class);
    assertThat(closed.identify(null, null, "::ffff:127.0.0.1")).isInstanceOf(Identity.Known.class);
    assertThat(closed.identify(null, null, "10.0.0.1")).isInstanceOf(Refusal.class);
    assertThat(closed.identify(null, null, null)).isInstanceOf(Refusal.class);
    assertThat(closed.identify("Bearer x", null, "10.0.0.1")).isInstanceOf(Refusal.class);
    var open = new Senders(null, true, "here");
    assertThat(open.identify(null, null, "10.0.0.1")).isInstanceOf(Identity.Known.class);
    assertThat(open.identify(null, null, null)).isInstanceOf(Refusal.class);
  }

  @Test
  void tellsSendersWithoutTokensByTheirAddress() {
    var open = new Senders(null, true, "here");
    assertThat(name(open, "10.0.0.1")).isEqualTo("10.0.0.1");
    assertThat(name(open, "10.0.0.2")).isEqualTo("10.0.0.2");
    assertThat(name(open, "127.0.0.1")).isEqualTo("local");
  }

  private static String name(Senders senders, String address) {
    return ((Identity.Known) senders.identify(null, null, address)).sender().name();
  }

  @Test
  void speaksTls() throws Exception {
    var certificate = SelfSigned.in(folder);
    Listen listen = certificate.listen();
    try (var rig = new Rig(Rig.config(listen));
        var client = HttpClient.newBuilder().sslContext(certificate.trusting()).build()) {
      var request =
          HttpRequest.newBuilder(
                  URI.create("https://localhost:" + rig.receiver.port() + "/v1/logs"))
              .header("Content-Type", Rig.PROTOBUF)
              .POST(BodyPublishers.ofString("over tls"));
      assertThat(client.send(request.build(), BodyHandlers.discarding()).statusCode())
          .isEqualTo(200);
      assertThat(rig.ears.only().text()).isEqualTo("over tls");
      assertThatThrownBy(() -> rig.send("/v1/logs", Rig.PROTOBUF, new byte[1]))
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void saysWhyItCantStart() throws Exception {
    Vertx vertx = Vertx.vertx();
    try (var rig = new Rig(Rig.config())) {
      String taken = "127.0.0.1:" + rig.receiver.port();
      assertThatThrownBy(
              () -> OtlpReceiver.start(vertx, Rig.config(Listen.on(taken)), "c", rig.ears))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("can't listen on " + taken);
      var noCertificate =
          new Listen("127.0.0.1:0", folder.resolve("no"), folder.resolve("no"), null, false);
      assertThatThrownBy(() -> OtlpReceiver.start(vertx, Rig.config(noCertificate), "c", rig.ears))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(folder.resolve("no").toString());
      var noTokens = new Listen("127.0.0.1:0", null, null, folder.resolve("no"), false);
      assertThatThrownBy(() -> OtlpReceiver.start(vertx, Rig.config(noTokens), "c", rig.ears))
          .isInstanceOf(ConfigException.class);
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().get();
    }
  }
}
