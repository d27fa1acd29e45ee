package io.lockstep.collector;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.collector.notify.Arrival;
import io.lockstep.collector.notify.Receiver;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// `lockstep notify test` as somebody at a terminal sees it.
class NotifyCommandTest {
  @TempDir Path folder;
  private final Vertx vertx = Vertx.vertx();
  private final List<Arrival> arrivals = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  @Test
  void saysWhatCameBackFromEachSink() throws Exception {
    Path secret = folder.resolve("secret");
    Path wrong = folder.resolve("wrong");
    Receiver.makeSecret(secret);
    Receiver.makeSecret(wrong);
    try (Receiver receiver = Receiver.start(vertx, "127.0.0.1", 0, secret, arrivals::add)) {
      String url = "http://127.0.0.1:" + receiver.port() + "/";
      Path config =
          config(
              """
              notify:
                sinks:
                  - {name: good, url: "%1$s", secret_file: %2$s}
                  - {name: wrong, url: "%1$s", secret_file: %3$s}
                  - {name: down, url: "http://127.0.0.1:1/", secret_file: %2$s}
              """
                  .formatted(url, secret, wrong));
      CommandRun all = run("test", "--config", config.toString());
      assertThat(all.exit()).isEqualTo(1);
      assertThat(all.text())
          .containsPattern("good: delivered \\(204\\), after \\d+ ms, from http://127.0.0.1:")
          .contains("wrong: REFUSED, would not be tried again (401)")
          .containsPattern("down: NOT delivered, would be tried again \\(Connection refused");
      assertThat(arrivals.stream().map(Arrival::signature))
          .containsExactly(Arrival.Signature.GOOD, Arrival.Signature.BAD);
      assertThat(arrivals.getFirst().line()).contains("test").contains("Nothing is wrong");
      CommandRun one = run("test", "--config", config.toString(), "--sink", "good");
      assertThat(one.exit()).isZero();
      assertThat(arrivals).hasSize(3);
      assertThat(arrivals.getLast().again()).as("each test is a message of its own").isFalse();
      CommandRun none = run("test", "--config", config.toString(), "--sink", "god");
      assertThat(none.exit()).isEqualTo(2);
      assertThat(none.text()).contains("no sink is named god; there are: good, wrong, down");
    }
  }

  @Test
  void saysWhatIsWrongWithTheConfiguration() throws Exception {
    assertThat(run("test", "--config", config("cluster: c").toString()))
        .satisfies(said -> {
          assertThat(said.exit()).isEqualTo(2);
          assertThat(said.text()).contains("no sinks are configured");
        });
    Path config = config("notify: {sinks: [{name: a, url: 'https://b/', secret_file: /nowhere}]}");
    assertThat(run("test", "--config", config.toString()))
        .isEqualTo(
            new CommandRun(2, "lockstep notify test: notify.sinks: a: /nowhere does not exist\n"));
  }

  @Test
  void theReceiverSaysWhyItCannotStart() throws Exception {
    CommandRun said =
        run("receive", "--port", "0", "--secret-file", folder.resolve("none").toString());
    assertThat(said.exit()).isEqualTo(1);
    assertThat(said.text()).contains("none does not exist");
  }

  private Path config(String yaml) throws Exception {
    return Files.writeString(folder.resolve("collector.yaml"), yaml);
  }

  private static CommandRun run(String... arguments) {
    return CommandRun.of(new CommandLine(NotifyCommand.class), arguments);
  }
}
