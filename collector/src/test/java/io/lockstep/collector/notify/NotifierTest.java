package io.lockstep.collector.notify;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockstep.collector.alert.Transition;
import io.lockstep.collector.detect.Finding.Severity;
import io.lockstep.collector.notify.SinkStatus.Count;
import io.lockstep.collector.state.Delivery;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is told, to whom, how often and in which order.
class NotifierTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  @Test
  void tellsEachSinkOfOpeningEscalationAndResolutionOnce() throws Exception {
    try (var one = new Tool();
        var other = new Tool();
        var rig =
            new Rig(
                folder,
                Rig.config(
                    Rig.sink(folder, "one", one.url()), Rig.sink(folder, "other", other.url())))) {
      rig.open(1);
      rig.open(1);
      rig.escalate(1);
      rig.open(1);
      rig.resolve(1);
      Rig.await("messages", () -> one.got().size() >= 3 && other.got().size() >= 3);
      Rig.await("ends", () -> rig.status("one").queue() + rig.status("other").queue() == 0);
      assertThat(one.got()).hasSize(3);
      assertThat(other.ids()).isEqualTo(one.ids());
      assertThat(new HashSet<>(one.ids())).hasSize(3);
      List<JsonNode> events = events(one);
      assertThat(events.stream().map(event -> event.path("type").asText()))
          .containsExactly(
              "io.lockstep.incident.opened",
              "io.lockstep.incident.escalated",
              "io.lockstep.incident.resolved");
      assertThat(events.stream().map(event -> event.at("/data/severity").asText()))
          .containsExactly("warning", "critical", "critical");
      assertThat(events.stream().map(event -> event.at("/data/id").asText()).distinct()).hasSize(1);
      assertThat(events.getLast().at("/data/state").asText()).isEqualTo("resolved");
      assertThat(events.getLast().at("/data").has("resolved")).isTrue();
    }
  }

  @Test
  void theBodyIsACloudEventWithTheIncidentAsTheInterfaceGivesIt() throws Exception {
    var config = Rig.config();
    try (var tool = new Tool();
        var rig =
            new Rig(
                folder,
                new Notifier.Config(
                    URI.create("https://lockstep.example/ops/"),
                    config.expiry(),
                    config.queueMax(),
                    config.retryMin(),
                    config.retryMax(),
                    config.retryAfterMax(),
                    List.of(Rig.sink(folder, "tool", tool.url()))))) {
      rig.open(1);
      Rig.await("message", () -> !tool.got().isEmpty());
      Tool.Got got = tool.got().getFirst();
      assertThat(got.target()).isEqualTo("POST /hook HTTP/1.1");
      assertThat(got.headers().get("content-type")).isEqualTo("application/cloudevents+json");
      JsonNode event = JSON.readTree(got.body());
      assertThat(event.path("specversion").asText()).isEqualTo("1.0");
      assertThat(event.path("id").asText()).isEqualTo(got.id()).matches("msg_[0-9a-f]{24}");
      assertThat(event.path("source").asText()).isEqualTo("lockstep://c");
      assertThat(event.path("subject").asText()).isEqualTo("node-1/mlx5_0/1");
      JsonNode data = event.path("data");
      assertThat(data.path("kind").asText()).isEqualTo("port-down");
      assertThat(data.path("summary").asText()).isEqualTo("naïve \"⚠\" port\n2");
      assertThat(data.path("evidence").toString())
          .isEqualTo("[{\"name\":\"slower_ratio\",\"value\":1.25}]");
      assertThat(data.path("runbookUrl").asText())
          .isEqualTo("https://lockstep.example/ops/runbooks/port-down");
      assertThat(data.path("pageUrl").asText())
          .isEqualTo("https://lockstep.example/ops/#incident-" + data.path("id").asText());
      assertThat(data.has("reopened")).isFalse();
    }
  }

  @Test
  void whatOpensAgainSaysSo() throws Exception {
    try (var tool = new Tool();
        var rig = new Rig(folder, Rig.config(Rig.sink(folder, "tool", tool.url())))) {
      rig.open(1);
      rig.resolve(1);
      rig.open(1);
      Rig.await("messages", () -> tool.got().size() == 3);
      JsonNode again = events(tool).getLast();
      assertThat(again.path("type").asText()).isEqualTo("io.lockstep.incident.opened");
      assertThat(again.at("/data/reopened").asBoolean()).isTrue();
      assertThat(new HashSet<>(tool.ids())).hasSize(3);
    }
  }

  @Test
  void aSinkIsToldOnlyOfWhatIsGraveEnough() throws Exception {
    try (var tool = new Tool();
        var rig =
            new Rig(
                folder,
                Rig.config(
                    Rig.sink(
                        folder, "tool", tool.url(), Severity.CRITICAL, Duration.ofSeconds(5))))) {
      rig.open(1);
      rig.resolve(1);
      rig.open(2);
      rig.escalate(2);
      rig.resolve(2);
      Rig.await("messages", () -> tool.got().size() >= 2);
      assertThat(events(tool).stream().map(one -> one.path("subject").asText()))
          .containsExactly("node-2/mlx5_0/1", "node-2/mlx5_0/1");
    }
  }

  @Test
  void aSinkThatNeverAnswersHoldsUpNoOther() throws Exception {
    var release = new CountDownLatch(1);
    try (var slow = new Tool();
        var quick = new Tool();
        var rig =
            new Rig(
                folder,
                Rig.config(
                    Rig.sink(folder, "slow", slow.url()),
                    Rig.sink(folder, "quick", quick.url())))) {
      slow.behave((request, socket) -> {
        release.await();
        Tool.status(204).answer(request, socket);
      });
      for (int port = 0; port < 20; port++) {
        rig.open(port);
      }
      Rig.await("all of the quick one's", () -> rig.status("quick").count(Count.DELIVERED) == 20);
      assertThat(slow.got()).as("one at a time").hasSizeLessThanOrEqualTo(1);
      assertThat(rig.status("slow").queue()).isEqualTo(20);
      release.countDown();
      Rig.await("all of the slow one's", () -> rig.status("slow").count(Count.DELIVERED) == 20);
      assertThat(slow.ids()).isEqualTo(quick.ids());
    }
  }

  @Test
  void anIncidentKeepsItsOrderAndHoldsUpNoOtherIncident() throws Exception {
    var release = new CountDownLatch(1);
    try (var tool = new Tool();
        var rig = new Rig(folder, Rig.config(Rig.sink(folder, "tool", tool.url())))) {
      tool.behave((request, socket) -> {
        boolean ill = request.body().contains("node-1/") && request.body().contains(".opened");
        Tool.status(ill && release.getCount() > 0 ? 500 : 204).answer(request, socket);
      });
      rig.open(1);
      rig.resolve(1);
      rig.open(2);
      Rig.await("the other incident", () -> rig.status("tool").count(Count.DELIVERED) == 1);
      Rig.await("retries", () -> rig.status("tool").count(Count.RETRIED) >= 3);
      assertThat(events(tool).stream().map(one -> one.path("type").asText()))
          .doesNotContain("io.lockstep.incident.resolved");
      release.countDown();
      Rig.await("all", () -> rig.status("tool").count(Count.DELIVERED) == 3);
      assertThat(events(tool).getLast().path("type").asText())
          .isEqualTo("io.lockstep.incident.resolved");
    }
  }

  @Test
  void whatIsTooOldIsDroppedAndCounted() throws Exception {
    try (var tool = new Tool();
        var rig = new Rig(folder, Rig.config(Rig.sink(folder, "tool", tool.url())))) {
      tool.behave(Tool.status(503));
      List<Transition> old = rig.faults.present(1, Severity.WARNING, rig.now());
      rig.tell(old);
      Rig.await("attempt", () -> !tool.got().isEmpty());
      rig.advance(Duration.ofHours(25));
      rig.open(2);
      Rig.await("drop", () -> rig.status("tool").count(Count.EXPIRED) == 1);
      tool.behave(Tool.status(204));
      Rig.await("the new one", () -> rig.status("tool").count(Count.DELIVERED) == 1);
      assertThat(rig.deliveries("tool", old))
          .singleElement()
          .satisfies(one -> {
            assertThat(one.state()).isEqualTo(Delivery.State.DROPPED);
            assertThat(one.answer()).contains("older than 86400 s").contains("503");
          });
      assertThat(rig.status("tool").queue()).isZero();
    }
  }

  @Test
  void beyondTheLimitTheOldestGoesAndIsCounted() throws Exception {
    var release = new CountDownLatch(1);
    try (var tool = new Tool();
        var rig = new Rig(folder, Rig.config(Rig.sink(folder, "tool", tool.url())))) {
      tool.behave((request, socket) -> {
        release.await();
        Tool.status(204).answer(request, socket);
      });
      rig.open(0);
      Rig.await("the first under way", () -> tool.got().size() == 1);
      for (int port = 1; port < 105; port++) {
        rig.open(port);
      }
      assertThat(rig.status("tool").queue()).isEqualTo(100);
      assertThat(rig.status("tool").count(Count.EVICTED)).isEqualTo(5);
      release.countDown();
      Rig.await("the rest", () -> rig.status("tool").count(Count.DELIVERED) == 100);
      List<String> subjects =
          events(tool).stream().map(one -> one.path("subject").asText()).toList();
      assertThat(subjects).contains("node-0/mlx5_0/1", "node-6/mlx5_0/1", "node-104/mlx5_0/1");
      assertThat(subjects).doesNotContain("node-1/mlx5_0/1", "node-5/mlx5_0/1");
    }
  }

  @Test
  void whatWasNotDoneIsSentAfterARestartWithTheSameIdAndNothingElse() throws Exception {
    var requests = new AtomicInteger();
    try (var tool = new Tool()) {
      Notifier.Config config =
          Rig.config(
              Rig.sink(folder, "tool", tool.url()),
              Rig.sink(folder, "leaving", "http://127.0.0.1:1/"));
      tool.behave((request, socket) ->
          Tool.status(requests.getAndIncrement() == 0 ? 204 : 500).answer(request, socket));
      try (var rig = new Rig(folder, config)) {
        rig.open(1);
        rig.open(2);
        Rig.await("one and a try of the other", () -> requests.get() > 1);
      }
      String second = tool.ids().getLast();
      int before = tool.got().size();
      tool.behave(Tool.status(204));
      try (var rig = new Rig(folder, Rig.config(config.sinks().getFirst()))) {
        Rig.await("the rest", () -> rig.status("tool").count(Count.DELIVERED) == 1);
        assertThat(tool.ids().subList(before, tool.got().size())).containsExactly(second);
        rig.open(3);
        Rig.await("a new one", () -> rig.status("tool").count(Count.DELIVERED) == 2);
      }
      try (var rig = new Rig(folder, config)) {
        assertThat(rig.status("leaving").queue()).as("dropped when it was gone").isZero();
        assertThat(rig.status("tool").queue()).isZero();
      }
    }
  }

  private static List<JsonNode> events(Tool tool) throws Exception {
    var events = new ArrayList<JsonNode>();
    for (Tool.Got got : tool.got()) {
      events.add(JSON.readTree(got.body()));
    }
    return events;
  }
}
