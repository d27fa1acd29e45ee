package io.lockstep.collector.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class GuardTest {
  private final MadeUpViews views = new MadeUpViews("alpha", 1, false, Instant.now());

  private static String get(Running server, String path, String headers) throws Exception {
    return server.raw("GET " + path + " HTTP/1.1\r\nConnection: close\r\n" + headers);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/static/page.js", "/healthz", "/api/v1/cluster", "/nothing"})
  void everyAnswerTellsTheBrowserWhatThePageMayDo(String path) throws Exception {
    try (var server = Running.open(views)) {
      HttpResponse<String> answer = server.get(path);
      assertThat(answer.headers().firstValue("content-security-policy").orElseThrow())
          .startsWith("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'")
          .contains("frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'")
          .contains("require-trusted-types-for 'script'")
          .doesNotContain("unsafe", "http:", "https:", "*");
      assertThat(answer.headers().firstValue("x-content-type-options")).contains("nosniff");
      assertThat(answer.headers().firstValue("referrer-policy")).contains("no-referrer");
      assertThat(answer.headers().firstValue("cross-origin-opener-policy")).contains("same-origin");
      assertThat(answer.headers().firstValue("cross-origin-resource-policy"))
          .contains("same-origin");
      assertThat(answer.headers().firstValue("cross-origin-embedder-policy"))
          .contains("require-corp");
      assertThat(answer.headers().firstValue("access-control-allow-origin")).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "localhost:8470", "127.0.0.1:1", "[::1]:8470", "LOCALHOST"})
  void loopbackNamesAreServed(String host) throws Exception {
    try (var server = Running.open(views)) {
      assertThat(get(server, "/api/v1/cluster", "Host: " + host)).startsWith("HTTP/1.1 200");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "evil.example",
        "localhost.evil.example:8470",
        "10.0.0.7",
        "127.0.0.1.evil.example"
      })
  void foreignNamesAreRefused(String host) throws Exception {
    try (var server = Running.open(views)) {
      for (String path : List.of("/", "/api/v1/cluster", "/api/v1/events", "/metrics")) {
        assertThat(get(server, path, "Host: " + host))
            .startsWith("HTTP/1.1 421")
            .contains("http.hosts");
      }
    }
  }

  @Test
  void probesComeByAnyName() throws Exception {
    try (var server = Running.open(views)) {
      assertThat(get(server, "/healthz", "Host: 10.0.0.7:8470")).startsWith("HTTP/1.1 200");
      assertThat(get(server, "/readyz", "Host: pod.cluster.local")).startsWith("HTTP/1.1 200");
    }
  }

  @Test
  void configuredNamesAreServed() throws Exception {
    var config = Running.config(8, List.of("Lockstep.example"));
    try (var server = Running.with(config, Running.showing(views))) {
      assertThat(get(server, "/api/v1/cluster", "Host: lockstep.example:8470"))
          .startsWith("HTTP/1.1 200");
    }
  }

  @Test
  void aRequestWithoutHostIsRefused() throws Exception {
    try (var server = Running.open(views)) {
      assertThat(server.raw("GET /api/v1/cluster HTTP/1.0")).startsWith("HTTP/1.0 400");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "http://localhost:8470, 200",
    "https://localhost:8470, 200",
    "http://evil.example, 403",
    "http://localhost:9999, 403",
    "http://localhost, 403",
    "null, 403",
    "http://localhost:8470@evil.example, 403",
    "http://[, 403"
  })
  void onlyOurOwnOriginIsServed(String origin, int status) throws Exception {
    try (var server = Running.open(views)) {
      assertThat(get(server, "/api/v1/cluster", "Host: localhost:8470\r\nOrigin: " + origin))
          .startsWith("HTTP/1.1 " + status);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /%zz HTTP/1.1\r\nHost: localhost",
        "GET /api/v1/incidents/%c3%28 HTTP/1.1\r\nHost: localhost",
        "GET /static/..%2f..%2fapplication.conf HTTP/1.1\r\nHost: localhost",
        "GET /static/../../etc/passwd HTTP/1.1\r\nHost: localhost",
        "BREW / HTTP/1.1\r\nHost: localhost",
        "GET /api/v1/incidents?state=%zz HTTP/1.1\r\nHost: localhost",
        "nonsense"
      })
  void nonsenseIsAnsweredAndStopsNothing(String head) throws Exception {
    try (var server = Running.open(views)) {
      assertThat(server.raw(head + "\r\nConnection: close")).matches("(?s)HTTP/1\\.[01] 4.*");
      assertThat(server.get("/healthz").statusCode()).isEqualTo(200);
    }
  }
}
