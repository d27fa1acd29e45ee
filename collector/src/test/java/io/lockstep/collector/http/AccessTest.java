package io.lockstep.collector.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.telemetry.config.Tokens;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AccessTest {
  private static final String TOKEN = "s3cret-of-the-night-shift";
  private final MadeUpViews views = new MadeUpViews("alpha", 1, false, Instant.now());
  private final MadeUpViews other = new MadeUpViews("beta", 2, false, Instant.now());

  @TempDir Path folder;

  /// Open to the holder of [#TOKEN], who may see everything, and to one who may see only beta.
  private Running locked() throws IOException {
    Path file = folder.resolve("tokens");
    Files.writeString(
        file, "night-shift * * " + TOKEN + "\nbeta-team beta * token-of-the-beta-team\n");
    return Running.locked(file, views, other);
  }

  private static HttpResponse<String> login(Running server, String token) throws Exception {
    return server.send(
        server
            .request("/api/v1/session")
            .header("Authorization", "Bearer " + token)
            .POST(BodyPublishers.noBody()));
  }

  private static int statusWith(Running server, String name, String value) throws Exception {
    return server.send(server.request("/api/v1/cluster").header(name, value)).statusCode();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/version",
        "/metrics",
        "/api/v1/clusters",
        "/api/v1/cluster",
        "/api/v1/cluster/hosts/node-0001",
        "/api/v1/jobs",
        "/api/v1/incidents",
        "/api/v1/incidents/i-1",
        "/api/v1/notify",
        "/api/v1/events",
        "/nothing"
      })
  void dataNeedsATokenWhereOneIsConfigured(String path) throws Exception {
    try (var server = locked()) {
      HttpResponse<String> answer = server.get(path);
      assertThat(answer.statusCode()).isEqualTo(401);
      assertThat(answer.headers().firstValue("content-type")).contains("application/problem+json");
      assertThat(answer.headers().firstValue("www-authenticate"))
          .contains("Bearer realm=\"lockstep\"");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/static/page.js",
        "/runbooks/straggler",
        "/static/runbooks/straggler",
        "/healthz",
        "/readyz",
        "/api/v1/session"
      })
  void probesAndThePageItselfNeedNone(String path) throws Exception {
    try (var server = locked()) {
      assertThat(server.get(path).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void programsSendTheTokenAsBearer() throws Exception {
    try (var server = locked()) {
      assertThat(statusWith(server, "Authorization", "Bearer " + TOKEN)).isEqualTo(200);
      assertThat(statusWith(server, "Authorization", "bearer " + TOKEN)).isEqualTo(200);
      assertThat(statusWith(server, "Authorization", "Bearer wrong")).isEqualTo(401);
      assertThat(statusWith(server, "Authorization", TOKEN)).isEqualTo(401);
      assertThat(statusWith(server, "Authorization", "Basic " + TOKEN)).isEqualTo(401);
      assertThat(statusWith(server, "Authorization", "Bearer")).isEqualTo(401);
    }
  }

  @Test
  void aTokenBeginsASessionThatHoldsNoToken() throws Exception {
    try (var server = locked()) {
      HttpResponse<String> answer = login(server, TOKEN);
      assertThat(answer.statusCode()).isEqualTo(204);
      String cookie = answer.headers().firstValue("set-cookie").orElseThrow();
      assertThat(cookie).contains("HTTPOnly", "SameSite=Strict", "Path=/").doesNotContain(TOKEN);
      String pair = cookie.substring(0, cookie.indexOf(';'));
      assertThat(statusWith(server, "Cookie", pair)).isEqualTo(200);
      assertThat(server.send(server.request("/api/v1/session").header("Cookie", pair)).body())
          .isEqualTo("{\"tokenNeeded\":true,\"allowed\":true,\"session\":true}");

      HttpResponse<String> end =
          server.send(server.request("/api/v1/session").header("Cookie", pair).DELETE());
      assertThat(end.headers().firstValue("set-cookie").orElseThrow()).contains("Max-Age=0");
      assertThat(statusWith(server, "Cookie", pair)).isEqualTo(401);
    }
  }

  @Test
  void aWrongTokenBeginsNone() throws Exception {
    try (var server = locked()) {
      HttpResponse<String> answer = login(server, "wrong");
      assertThat(answer.statusCode()).isEqualTo(401);
      assertThat(answer.headers().firstValue("set-cookie")).isEmpty();
      assertThat(answer.body()).doesNotContain("wrong");
      assertThat(statusWith(server, "Cookie", "lockstep=guessed")).isEqualTo(401);
      assertThat(statusWith(server, "Cookie", "lockstep=")).isEqualTo(401);
    }
  }

  @Test
  void anotherSitesPageCannotLogInOrOut() throws Exception {
    try (var server = locked()) {
      String answer =
          server.raw(
              "POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\n"
                  + "Content-Length: 0\r\nConnection: close\r\nAuthorization: Bearer "
                  + TOKEN);
      assertThat(answer).startsWith("HTTP/1.1 403").doesNotContainIgnoringCase("set-cookie");
    }
  }

  @Test
  void withoutTokensThePageIsOpenAndSaysSo() throws Exception {
    try (var server = Running.open(views)) {
      assertThat(server.get("/api/v1/session").body())
          .isEqualTo("{\"tokenNeeded\":false,\"allowed\":true,\"session\":false}");
    }
  }

  @Test
  void aTokenShowsItsClusterOnly() throws Exception {
    try (var server = locked()) {
      var beta = "Bearer token-of-the-beta-team";
      HttpResponse<String> clusters =
          server.send(server.request("/api/v1/clusters").header("Authorization", beta));
      assertThat(clusters.body()).isEqualTo("{\"clusters\":[\"beta\"]}");
      HttpResponse<String> own =
          server.send(server.request("/api/v1/cluster").header("Authorization", beta));
      assertThat(own.body()).startsWith("{\"cluster\":\"beta\"");
      HttpResponse<String> others =
          server.send(
              server.request("/api/v1/cluster?cluster=alpha").header("Authorization", beta));
      assertThat(others.statusCode()).isEqualTo(404);
    }
  }

  @Test
  void aWithdrawnTokenEndsItsSessions() throws Exception {
    Path file = folder.resolve("tokens");
    Files.writeString(file, "night-shift * * " + TOKEN + "\n");
    var tokens = Tokens.read(file);
    var access = new Access(tokens, false, Duration.ofHours(1), InstantSource.system());
    assertThat(access.holder(TOKEN)).isEqualTo(new Visitor("night-shift", "*"));
    Files.writeString(file, "day-shift * * another-token-altogether\n");
    tokens.refresh();
    assertThat(access.holder(TOKEN)).isNull();
  }

  @Test
  void sessionsEndByIdlenessAndMakeRoom() {
    var sessions = new Sessions(Duration.ofHours(1));
    Instant start = Instant.parse("2026-01-01T00:00:00Z");
    String id = sessions.begin("t", start);
    assertThat(sessions.use(id, start.plusSeconds(3500))).isEqualTo("t");
    assertThat(sessions.use(id, start.plusSeconds(7000))).isEqualTo("t");
    assertThat(sessions.use(id, start.plusSeconds(7000 + 3601))).isNull();
    assertThat(sessions.use(id, start.plusSeconds(7000))).isNull();

    String first = sessions.begin("t", start);
    var ids = new HashSet<String>();
    for (int i = 0; i < 1000; i++) {
      ids.add(sessions.begin("t", start));
    }
    assertThat(ids).hasSize(1000).allMatch(one -> one.length() == 43);
    assertThat(sessions.use(first, start)).isNull();
    assertThat(ids).allMatch(one -> sessions.use(one, start) != null);
  }
}
