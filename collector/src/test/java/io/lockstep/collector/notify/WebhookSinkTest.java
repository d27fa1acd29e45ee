package io.lockstep.collector.notify;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.lockstep.collector.notify.SinkStatus.Count;
import io.lockstep.collector.notify.SinkStatus.State;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/// What a receiver answers, and what is made of it; beside each a sink that fares well all the
/// time.
class WebhookSinkTest {
  @TempDir Path folder;
  private final Tool good;

  WebhookSinkTest() throws IOException {
    good = new Tool();
  }

  @AfterEach
  void close() throws IOException {
    good.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 201, 202, 204, 299})
  void twoHundredsAreDelivered(int status) throws Exception {
    try (var tool = new Tool();
        var rig = rig(tool)) {
      tool.behave(Tool.status(status));
      rig.open(1);
      Rig.await("delivery", () -> rig.status("tool").count(Count.DELIVERED) == 1);
      assertThat(tool.got()).hasSize(1);
      assertThat(rig.status("tool").state()).isEqualTo(State.WORKING);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 401, 403, 404, 405, 413, 415, 422, 451})
  void fourHundredsAreRefusedAndNotTriedAgain(int status) throws Exception {
    try (var tool = new Tool();
        var rig = rig(tool)) {
      tool.behave(Tool.text(status, "not you"));
      rig.open(1);
      Rig.await("refusal", () -> rig.status("tool").count(Count.REFUSED) == 1);
      assertThat(rig.status("tool").lastError()).isEqualTo(status + ": not you");
      tool.behave(Tool.status(204));
      rig.open(2);
      Rig.await("the next", () -> rig.status("tool").count(Count.DELIVERED) == 1);
      assertThat(tool.got()).hasSize(2);
      assertThat(new HashSet<>(tool.ids())).hasSize(2);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 302, 307, 308, 408, 425, 429, 500, 501, 502, 503, 504, 599})
  void othersAreTriedAgainWithTheSameIdAndBodyUntilTheyArrive(int status) throws Exception {
    var requests = new AtomicInteger();
    try (var tool = new Tool();
        var rig = rig(tool)) {
      tool.behave((request, socket) ->
          Tool.status(requests.incrementAndGet() > 3 ? 204 : status).answer(request, socket));
      rig.open(1);
      Rig.await("delivery", () -> rig.status("tool").count(Count.DELIVERED) == 1);
      assertThat(tool.got()).hasSize(4);
      assertThat(new HashSet<>(tool.ids())).hasSize(1);
      assertThat(tool.got().stream().map(Tool.Got::body).distinct()).hasSize(1);
      assertThat(rig.status("tool").count(Count.RETRIED)).isEqualTo(3);
      assertThat(rig.status("tool").lastError()).startsWith(status + "");
      theOtherIsFine(rig);
    }
  }

  @Test
  void aRedirectIsNotFollowed() throws Exception {
    try (var tool = new Tool();
        var elsewhere = new Tool();
        var rig = rig(tool)) {
      tool.behave(Tool.status(307, "Location: " + elsewhere.url()));
      rig.open(1);
      Rig.await("retries", () -> rig.status("tool").count(Count.RETRIED) >= 3);
      assertThat(elsewhere.got()).isEmpty();
      assertThat(rig.status("tool").lastError()).contains("redirect").contains("url");
    }
  }

  @Test
  void goneMeansOffUntilTheNextStartAndNothingIsLost() throws Exception {
    try (var tool = new Tool()) {
      tool.behave(Tool.text(410, "gone"));
      try (var rig = rig(tool)) {
        rig.open(1);
        Rig.await("off", () -> rig.status("tool").state() == State.OFF);
        rig.open(2);
        rig.open(3);
        Rig.await("the other's", () -> rig.status("other").count(Count.DELIVERED) == 3);
        assertThat(tool.got()).hasSize(1);
        assertThat(rig.status("tool").queue()).isEqualTo(3);
        assertThat(rig.status("tool").lastError()).isEqualTo("410: gone");
      }
      tool.behave(Tool.status(204));
      try (var rig = rig(tool)) {
        Rig.await("all", () -> rig.status("tool").count(Count.DELIVERED) == 3);
        assertThat(new HashSet<>(tool.ids())).hasSize(3);
      }
    }
  }

  @Test
  void aReceiverThatIsDownGetsEverythingOnceItIsUp() throws Exception {
    var tool = new Tool();
    int port = tool.port();
    tool.close();
    try (var rig = rig("http://127.0.0.1:" + port + "/")) {
      rig.open(1);
      rig.open(2);
      Rig.await("retries", () -> rig.status("tool").count(Count.RETRIED) >= 3);
      assertThat(rig.status("tool").lastError()).contains("Connection refused");
      theOtherIsFine(rig);
      try (var up = new Tool(port)) {
        Rig.await("both", () -> rig.status("tool").count(Count.DELIVERED) == 2);
        assertThat(new HashSet<>(up.ids())).hasSize(2);
        assertThat(up.got()).hasSize(2);
      }
    }
  }

  @Test
  void anUnknownNameIsTriedAgain() throws Exception {
    var config =
        new WebhookSink.Config(
            "tool",
            URI.create("https://nowhere.invalid/"),
            Rig.secret(folder, "tool"),
            null,
            null,
            Duration.ofSeconds(5),
            null,
            null);
    try (var rig = new Rig(folder, Rig.config(config))) {
      rig.open(1);
      Rig.await("retries", () -> rig.status("tool").count(Count.RETRIED) >= 2);
      assertThat(rig.status("tool").lastError()).contains("nowhere.invalid");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "nothing|",
        "garbage|<html>this is no HTTP",
        "half a status|HTTP/1.",
        "half a header|HTTP/1.1 200 OK\\r\\nContent-Le",
        "a status that is none|HTTP/1.1 abc OK\\r\\n\\r\\n",
      })
  void whatIsNoAnswerIsTriedAgain(String name, String bytes) throws Exception {
    var requests = new AtomicInteger();
    String text = bytes == null ? "" : bytes.replace("\\r\\n", "\r\n");
    try (var tool = new Tool();
        var rig = rig(tool)) {
      tool.behave((request, socket) -> {
        if (requests.incrementAndGet() > 2) {
          Tool.status(204).answer(request, socket);
        } else {
          Tool.raw(socket, text);
        }
      });
      rig.open(1);
      Rig.await(name, () -> rig.status("tool").count(Count.DELIVERED) == 1);
      assertThat(tool.got()).hasSize(3);
      assertThat(new HashSet<>(tool.ids())).hasSize(1);
      theOtherIsFine(rig);
    }
  }

  @Test
  void ofAGoodAnswerTheStatusIsEnough() throws Exception {
    try (var tool = new Tool();
        var rig = rig(tool)) {
      tool.behave(
          (_, socket) -> Tool.raw(socket, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nha"));
      rig.open(1);
      Rig.await("delivery", () -> rig.status("tool").count(Count.DELIVERED) == 1);
      assertThat(tool.got()).hasSize(1);
    }
  }

  @Test
  void anAnswerThatDripsForEverEndsWithTheTimeout() throws Exception {
    var requests = new AtomicInteger();
    try (var tool = new Tool();
        var rig =
            new Rig(
                folder,
                Rig.config(Rig.sink(folder, "tool", tool.url(), null, Duration.ofMillis(300))))) {
      tool.behave((request, socket) -> {
        if (requests.incrementAndGet() > 1) {
          Tool.status(204).answer(request, socket);
        }
        Tool.raw(socket, "HTTP/1.1 200 OK\r\n");
        while (true) {
          Tool.raw(socket, "X: y\r\n");
          Thread.sleep(20);
        }
      });
      rig.open(1);
      Rig.await("delivery", () -> rig.status("tool").count(Count.DELIVERED) == 1);
      assertThat(rig.status("tool").lastError()).isEqualTo("no answer within 0.3 s");
    }
  }

  @Test
  void retryAfterIsHonouredForTheWholeSink() throws Exception {
    var requests = new AtomicInteger();
    try (var tool = new Tool();
        var rig = rig(tool)) {
      tool.behave((request, socket) -> {
        int number = requests.incrementAndGet();
        Tool.Behaviour next = number == 1 ? Tool.status(429, "Retry-After: 1") : Tool.status(204);
        next.answer(request, socket);
      });
      rig.open(1);
      rig.open(2);
      Rig.await("both", () -> rig.status("tool").count(Count.DELIVERED) == 2);
      long waited = tool.got().get(1).nanos() - tool.got().get(0).nanos();
      assertThat(Duration.ofNanos(waited)).isGreaterThanOrEqualTo(Duration.ofMillis(990));
      theOtherIsFine(rig);
    }
  }

  @Test
  void retryAfterIsBounded() throws Exception {
    Notifier.Config config = Rig.config();
    var requests = new AtomicInteger();
    try (var tool = new Tool();
        var rig =
            new Rig(
                folder,
                new Notifier.Config(
                    null,
                    config.expiry(),
                    10,
                    config.retryMin(),
                    config.retryMax(),
                    Duration.ofMillis(50),
                    List.of(Rig.sink(folder, "tool", tool.url()))))) {
      tool.behave((request, socket) ->
          (requests.incrementAndGet() == 1
                  ? Tool.status(503, "Retry-After: 99999999999999")
                  : Tool.status(204))
              .answer(request, socket));
      rig.open(1);
      Rig.await("delivery", () -> rig.status("tool").count(Count.DELIVERED) == 1);
    }
  }

  @Test
  void nothingSecretIsShownWhateverTheReceiverSays() throws Exception {
    Path token = folder.resolve("token");
    Rig.write(token, "Bearer s3cr3t-t0ken\n");
    ListAppender<ILoggingEvent> logged = listen();
    try (var tool = new Tool()) {
      var config =
          new WebhookSink.Config(
              "tool",
              URI.create(tool.url() + "/p4th-key?key=qu3ry-key"),
              Rig.secret(folder, "tool"),
              null,
              Map.of("Authorization", token),
              null,
              null,
              null);
      String secret = Files.readString(config.secretFile()).strip();
      tool.behave((request, socket) ->
          Tool.text(500, request.headers() + request.target() + secret + "\u001b[31m")
              .answer(request, socket));
      try (var rig = new Rig(folder, Rig.config(config))) {
        rig.open(1);
        Rig.await("retries", () -> rig.status("tool").count(Count.RETRIED) >= 2);
        assertThat(tool.got().getFirst().headers())
            .containsEntry("authorization", "Bearer s3cr3t-t0ken");
        String shown = rig.status("tool").toString();
        tool.stop();
        Rig.await("refused", () -> lastError(rig).contains("refused"));
        String all = shown + rig.status("tool") + said(logged);
        assertThat(all)
            .contains("500")
            .contains("tool")
            .doesNotContain(secret, secret.substring(6), "s3cr3t", "p4th", "qu3ry", "\u001b");
      }
    } finally {
      logger().detachAppender(logged);
    }
  }

  private static String lastError(Rig rig) {
    return String.valueOf(rig.status("tool").lastError());
  }

  private static ListAppender<ILoggingEvent> listen() {
    var logged = new ListAppender<ILoggingEvent>();
    logged.start();
    logger().addAppender(logged);
    logger().setLevel(Level.DEBUG);
    return logged;
  }

  private static Logger logger() {
    return (Logger) LoggerFactory.getLogger("io.lockstep.collector.notify");
  }

  private static String said(ListAppender<ILoggingEvent> logged) {
    return logged.list.stream()
        .map(one -> one.getFormattedMessage() + one.getThrowableProxy())
        .collect(Collectors.joining("\n"));
  }

  private static void theOtherIsFine(Rig rig) throws InterruptedException {
    Rig.await("the other's", () -> rig.status("other").queue() == 0);
    assertThat(rig.status("other").count(Count.RETRIED)).isZero();
    assertThat(rig.status("other").count(Count.DELIVERED)).isPositive();
  }

  private Rig rig(Tool tool) throws Exception {
    return rig(tool.url());
  }

  /// Beside the sink in question there is one whose receiver is good: it lives as long as the
  /// test's process.
  private Rig rig(String url) throws Exception {
    return new Rig(
        folder, Rig.config(Rig.sink(folder, "tool", url), Rig.sink(folder, "other", good.url())));
  }
}
