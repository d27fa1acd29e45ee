package io.lockstep.launcher;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/// The collector's REST interface as a program sees it.
final class Api {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration START_LIMIT = Duration.ofMinutes(2);

  private final URI page;
  private final HttpClient client =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

  Api(URI page) {
    this.page = page;
  }

  /// Why the collector is not ready; empty when it is.
  Optional<String> notReady() throws InterruptedException {
    try {
      var answer = client.send(request("readyz"), BodyHandlers.ofString());
      return answer.statusCode() == 200 ? Optional.empty() : Optional.of(answer.body().strip());
    } catch (IOException e) {
      return Optional.of("no answer from " + page + ": " + e);
    }
  }

  /// Waits until the collector is ready.
  ///
  /// @throws IOException when it ends or is not ready in time; the message says why
  void awaitReady(Child collector) throws IOException, InterruptedException {
    long limit = System.nanoTime() + START_LIMIT.toNanos();
    for (Optional<String> problem = notReady(); problem.isPresent(); problem = notReady()) {
      if (!collector.alive()) {
        throw new IOException(collector.obituary());
      }
      if (System.nanoTime() > limit) {
        throw new IOException(
            "the collector is not ready after "
                + START_LIMIT.toSeconds()
                + " s: "
                + problem.get()
                + "\n"
                + collector.obituary());
      }
      Thread.sleep(200);
    }
  }

  /// What the collector says of itself.
  SelfMetrics metrics() throws IOException, InterruptedException {
    return SelfMetrics.read(new String(bytes("metrics"), StandardCharsets.UTF_8));
  }

  /// Waits until what is acknowledged is in the store.
  ///
  /// @return whether it is; one that others load, too, may never be done
  boolean awaitStored(Duration most) throws IOException, InterruptedException {
    long limit = System.nanoTime() + most.toNanos();
    while (metrics().get("lockstep_collector_store_journal_bytes") > 0) {
      if (System.nanoTime() > limit) {
        return false;
      }
      Thread.sleep(500);
    }
    return true;
  }

  /// Every incident since the start, oldest first, as the collector tells it.
  JsonNode incidents() throws IOException, InterruptedException {
    return get("api/v1/incidents?state=all").path("incidents");
  }

  /// The jobs that were heard in the last hour.
  JsonNode jobs() throws IOException, InterruptedException {
    return get("api/v1/jobs").path("jobs");
  }

  private JsonNode get(String path) throws IOException, InterruptedException {
    return JSON.readTree(bytes(path));
  }

  private byte[] bytes(String path) throws IOException, InterruptedException {
    HttpResponse<byte[]> answer;
    try {
      answer = client.send(request(path), BodyHandlers.ofByteArray());
    } catch (IOException e) {
      throw new IOException("no answer from " + page.resolve("/" + path) + ": " + e, e);
    }
    if (answer.statusCode() != 200) {
      throw new IOException(page.resolve(path) + " answered " + answer.statusCode());
    }
    return answer.body();
  }

  private HttpRequest request(String path) {
    return HttpRequest.newBuilder(page.resolve("/" + path)).timeout(Duration.ofSeconds(10)).build();
  }
}
