package io.lockstep.collector.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockstep.collector.notify.SinkStatus;
import io.lockstep.telemetry.config.Listen;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class OperatorServerTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private final Instant started = Instant.now().minusSeconds(1000);

  private MadeUpViews cluster(int servers) {
    return new MadeUpViews("alpha", servers, true, started);
  }

  private static JsonNode json(HttpResponse<String> answer) throws IOException {
    return JSON.readTree(answer.body());
  }

  private static List<JsonNode> list(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).toList();
  }

  private static void assertProblem(HttpResponse<String> answer, int status, String words)
      throws IOException {
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(answer.headers().firstValue("content-type")).contains("application/problem+json");
    JsonNode problem = json(answer);
    assertThat(problem.path("status").asInt()).isEqualTo(status);
    assertThat(problem.path("title").asText()).isNotEmpty();
    assertThat(problem.path("detail").asText()).contains(words);
  }

  @Test
  void livenessDependsOnNothing() throws Exception {
    Views broken =
        new Views() {
          @Override
          public String cluster() {
            return "alpha";
          }

          @Override
          public Snapshot at(Instant now) {
            throw new IllegalStateException("the window is gone");
          }
        };
    try (var server = Running.open(broken)) {
      assertThat(server.get("/healthz").statusCode()).isEqualTo(200);
      assertProblem(server.get("/api/v1/cluster"), 500, "views can't be made");
      assertThat(server.get("/metrics").body()).contains("lockstep_http_view_failures_total 1\n");
    }
  }

  @Test
  void readinessSaysWhatIsWrong() throws Exception {
    try (var server = Running.open(cluster(4))) {
      assertThat(server.get("/readyz").statusCode()).isEqualTo(200);
    }
    var shown =
        new OperatorServer.Shown(
            "1.2.3",
            InstantSource.system(),
            () -> List.of(cluster(4)),
            () -> List.of("store: table gpu is suspended", "state: disk full"),
            List::of,
            List.of());
    try (var server = Running.with(Running.config(8, List.of()), shown)) {
      HttpResponse<String> answer = server.get("/readyz");
      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(answer.body()).isEqualTo("store: table gpu is suspended\nstate: disk full\n");
    }
  }

  @Test
  void sinksAreShownWithWhatIsKnownOfThemAndNoMore() throws Exception {
    var now = Instant.parse("2026-11-23T09:00:00Z");
    var fresh =
        new SinkStatus(
            "a",
            "https://a.example",
            SinkStatus.State.UNTRIED,
            now,
            null,
            null,
            null,
            0,
            null,
            null,
            Map.of());
    var ill =
        new SinkStatus(
            "b",
            "https://b.example",
            SinkStatus.State.RETRYING,
            now,
            "500: \"no\"",
            now,
            null,
            2,
            now,
            now,
            Map.of(SinkStatus.Count.RETRIED, 7L));
    var shown =
        new OperatorServer.Shown(
            "1.2.3",
            InstantSource.system(),
            () -> List.of(cluster(1)),
            List::of,
            () -> List.of(fresh, ill),
            List.of());
    try (var server = Running.with(Running.config(8, List.of()), shown)) {
      assertThat(server.get("/api/v1/notify").body())
          .isEqualTo(
              """
              {"sinks":[{"name":"a","address":"https://a.example","state":"untried",\
              "since":"2026-11-23T09:00:00Z","queue":0,\
              "delivered":0,"refused":0,"expired":0,"evicted":0,"retried":0},\
              {"name":"b","address":"https://b.example","state":"retrying",\
              "since":"2026-11-23T09:00:00Z","lastError":"500: \\"no\\"",\
              "lastErrorAt":"2026-11-23T09:00:00Z","queue":2,"oldest":"2026-11-23T09:00:00Z",\
              "nextAttempt":"2026-11-23T09:00:00Z",\
              "delivered":0,"refused":0,"expired":0,"evicted":0,"retried":7}]}\
              """);
    }
  }

  @Test
  void tellsItsVersion() throws Exception {
    try (var server = Running.open(cluster(1))) {
      JsonNode version = json(server.get("/version"));
      assertThat(version.path("version").asText()).isEqualTo("1.2.3");
      assertThat(version.path("java").asText()).startsWith("25");
    }
  }

  @Test
  void metricsOfAllPartsStandInOneText() throws Exception {
    MetricSource part =
        text ->
            text.counter("lockstep_receive_points_total", "Points \\ taken.", 12)
                .family("lockstep_store_rows_total", "counter", "Rows.")
                .sample("lockstep_store_rows_total", 3, "table", "a\"b\\c\nd");
    var shown =
        new OperatorServer.Shown(
            "1.2.3",
            InstantSource.system(),
            () -> List.of(cluster(1)),
            List::of,
            List::of,
            List.of(part));
    try (var server = Running.with(Running.config(8, List.of()), shown)) {
      HttpResponse<String> answer = server.get("/metrics");
      assertThat(answer.headers().firstValue("content-type"))
          .contains("text/plain; version=0.0.4; charset=utf-8");
      assertThat(answer.body())
          .contains("# HELP lockstep_receive_points_total Points \\\\ taken.\n")
          .contains("# TYPE lockstep_receive_points_total counter\n")
          .contains("\nlockstep_receive_points_total 12\n")
          .contains("\nlockstep_store_rows_total{table=\"a\\\"b\\\\c\\nd\"} 3\n")
          .contains("\nlockstep_http_streams 0\n")
          .contains("process_cpu_seconds_total ", "process_resident_memory_bytes ");
    }
  }

  @Test
  void clusterHoldsEveryCellAndNothingForWhatIsNotKnown() throws Exception {
    try (var server = Running.open(cluster(64))) {
      JsonNode said = json(server.get("/api/v1/cluster"));
      assertThat(said.path("headline").asText())
          .isEqualTo("512 GPUs in 64 servers: 1 slow GPU, 1 flapping port, 1 silent server");
      assertThat(said.path("hosts")).hasSize(64);
      JsonNode silent = said.path("hosts").path(MadeUpViews.SILENT);
      assertThat(silent.path("state").asText()).isEqualTo("silent");
      assertThat(silent.path("ageSeconds").asDouble()).isEqualTo(312.4, within());
      assertThat(silent.has("cpuMean")).isFalse();
      assertThat(silent.path("gpus").path(0).has("temperatureCelsius")).isFalse();
      JsonNode slow = said.path("hosts").path(MadeUpViews.SLOW).path("gpus").path(3);
      assertThat(slow.path("state").asText()).isEqualTo("slow");
      assertThat(slow.path("throttles").path(0).asText()).isEqualTo("software thermal slowdown");
    }
  }

  private static org.assertj.core.data.Offset<Double> within() {
    return org.assertj.core.data.Offset.offset(1e-3);
  }

  @Test
  void oneServerCanBeAskedFor() throws Exception {
    try (var server = Running.open(cluster(8))) {
      JsonNode host = json(server.get("/api/v1/cluster/hosts/node-0003"));
      assertThat(host.path("host").asText()).isEqualTo("node-0003");
      assertThat(host.path("gpus")).hasSize(8);
      assertProblem(server.get("/api/v1/cluster/hosts/nobody"), 404, "nobody");
    }
  }

  @Test
  void jobsHaveTheirStepTimesOldestFirst() throws Exception {
    try (var server = Running.open(cluster(8))) {
      JsonNode job = json(server.get("/api/v1/jobs")).path("jobs").path(0);
      assertThat(job.path("job").asText()).isEqualTo("llama-70b");
      List<Long> iterations =
          list(job.path("steps")).stream().map(step -> step.path("iteration").asLong()).toList();
      assertThat(iterations).hasSize(256).isSorted();
      assertThat(iterations.getLast()).isEqualTo(job.path("iteration").asLong());
      assertThat(job.path("slow").path(0).path("rank").asInt()).isPositive();
    }
  }

  @Test
  void incidentsCanBeFilteredByState() throws Exception {
    try (var server = Running.open(cluster(8))) {
      assertThat(states(server, "?state=open")).containsExactly("open", "open", "open");
      assertThat(states(server, "?state=resolved")).containsExactly("resolved");
      assertThat(states(server, "?state=all")).hasSize(4);
      assertThat(states(server, "")).hasSize(4);
      assertProblem(server.get("/api/v1/incidents?state=closed"), 400, "closed");
    }
  }

  private static List<String> states(Running server, String query) throws Exception {
    JsonNode said = json(server.get("/api/v1/incidents" + query));
    return list(said.path("incidents")).stream().map(one -> one.path("state").asText()).toList();
  }

  @Test
  void oneIncidentHasItsEvidenceAndAlerts() throws Exception {
    try (var server = Running.open(cluster(8))) {
      JsonNode incident = json(server.get("/api/v1/incidents/i-1"));
      assertThat(incident.path("kind").asText()).isEqualTo("gpu-slow");
      assertThat(incident.has("resolved")).isFalse();
      assertThat(incident.path("evidence").path(0).path("name").asText())
          .isEqualTo("own_work_seconds");
      assertThat(incident.path("alerts")).hasSize(1);
      assertProblem(server.get("/api/v1/incidents/i-99"), 404, "i-99");
    }
  }

  @Test
  void clustersAreKeptApart() throws Exception {
    var other = new MadeUpViews("beta", 2, false, started);
    try (var server = Running.open(cluster(8), other)) {
      assertThat(json(server.get("/api/v1/clusters")).path("clusters").toString())
          .isEqualTo("[\"alpha\",\"beta\"]");
      assertThat(json(server.get("/api/v1/cluster")).path("hosts")).hasSize(8);
      assertThat(json(server.get("/api/v1/cluster?cluster=beta")).path("hosts")).hasSize(2);
      assertProblem(server.get("/api/v1/cluster?cluster=gamma"), 404, "gamma");
      assertProblem(server.get("/api/v1/events?cluster=gamma"), 404, "gamma");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/nothing", "/api/v1/nothing", "/static/nothing.js", "/static/", "/api"})
  void whatIsNotThereIsAProblem(String path) throws Exception {
    try (var server = Running.open(cluster(1))) {
      assertProblem(server.get(path), 404, path);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/healthz", "/metrics", "/api/v1/cluster", "/api/v1/events"})
  void otherMethodsAreNotAllowed(String path) throws Exception {
    try (var server = Running.open(cluster(1))) {
      HttpResponse<String> answer =
          server.send(server.request(path).POST(BodyPublishers.ofString("x")));
      assertProblem(answer, 405, "GET");
      assertThat(answer.headers().firstValue("allow")).contains("GET, HEAD");
    }
  }

  @Test
  void headIsGetWithoutBody() throws Exception {
    try (var server = Running.open(cluster(4))) {
      for (String path : List.of("/", "/healthz", "/api/v1/cluster", "/metrics")) {
        String answer =
            server.raw("HEAD " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close");
        assertThat(answer).startsWith("HTTP/1.1 200 OK").endsWith("\r\n\r\n");
      }
    }
  }

  @Test
  void bigAnswersCanBeCompressed() throws Exception {
    try (var server = Running.open(cluster(64))) {
      String head = "GET /api/v1/cluster HTTP/1.1\r\nHost: localhost\r\nConnection: close";
      int plain = server.raw(head).length();
      String small = server.raw(head + "\r\nAccept-Encoding: gzip");
      assertThat(small).containsIgnoringCase("content-encoding: gzip");
      assertThat(small.length()).isLessThan(plain / 3);
    }
  }

  @Test
  void hostileNamesAreOnlyText() throws Exception {
    String name = "</script><img src=x onerror=\"alert(1)\">\n\r\u2028\u0000";
    var hostile = new MadeUpViews(name, 1, false, started);
    try (var server = Running.open(hostile)) {
      HttpResponse<String> answer = server.get("/api/v1/cluster");
      assertThat(answer.headers().firstValue("content-type")).contains("application/json");
      assertThat(answer.headers().firstValue("x-content-type-options")).contains("nosniff");
      assertThat(json(answer).path("cluster").asText()).isEqualTo(name);
      assertThat(answer.body()).doesNotContain("\n").doesNotContain("\u0000");
    }
  }

  @Test
  void aTakenPortFailsTheStart() {
    try (var server = Running.open(cluster(1))) {
      var taken =
          new OperatorServer.Config(
              Listen.on("127.0.0.1:" + server.port), List.of(), 8, Duration.ofHours(1));
      assertThatThrownBy(() -> Running.with(taken, Running.showing(cluster(1))))
          .isInstanceOf(CompletionException.class)
          .hasRootCauseInstanceOf(java.net.BindException.class);
    }
  }

  @Test
  void configRefusesWhatCannotWork() {
    assertThatThrownBy(() -> Running.config(0, List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("max_streams must be at least 1, is 0");
    assertThatThrownBy(
            () -> new OperatorServer.Config(Listen.on("127.0.0.1:0"), List.of(), 1, Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("session_idle");
  }
}
