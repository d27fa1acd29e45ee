package io.lockstep.launcher;

import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.BatchId;
import io.lockstep.telemetry.otlp.OtlpWriter;
import io.lockstep.telemetry.otlp.Sample;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.resources.Resource;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/// A sender whose clock steps every few seconds, by up to ten minutes forth and an hour back. Each
/// batch is sent until it is acknowledged; after each step it speaks of another port, so that none
/// of its rows can take another's place. A thread of its own.
final class ChaosClock implements AutoCloseable {
  private static final String HOST = "clock";
  private static final int A_STEP = 20;
  private static final Duration EACH = Duration.ofMillis(200);
  private static final Duration FORTH = Duration.ofMinutes(10);
  private static final Duration BACK = Duration.ofHours(1);

  private final URI collector;
  private final Random random;
  private final Thread thread;
  private volatile boolean over;
  private final AtomicInteger steps = new AtomicInteger();

  ChaosClock(URI collector, long seed) {
    this.collector = collector;
    this.random = new Random(seed);
    this.thread = Thread.ofPlatform().daemon().name("clock").start(this::run);
  }

  private void run() {
    var resource = Resource.create(Attributes.builder().put("host.name", HOST).build());
    long start = System.currentTimeMillis();
    Duration off = Duration.ZERO;
    try (var writer = new OtlpWriter(resource);
        var client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      for (int number = 0; !over; number++) {
        if (number % A_STEP == A_STEP - 1) {
          off = Duration.ofMillis(random.nextLong(-BACK.toMillis(), FORTH.toMillis()));
          steps.incrementAndGet();
        }
        Sample sample =
            Sample.of(
                Contract.column(Table.PORT, "received"), "step/" + steps.get(), (long) number);
        long time = (System.currentTimeMillis() + off.toMillis()) * 1_000_000L;
        byte[] body = writer.metrics(List.of(sample), time, 0);
        while (!post(client, new BatchId(HOST, start, number), body)) {
          Thread.sleep(EACH);
        }
        Thread.sleep(EACH);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean post(HttpClient client, BatchId id, byte[] body) throws InterruptedException {
    var request =
        HttpRequest.newBuilder(collector.resolve("/v1/metrics"))
            .header("Content-Type", "application/x-protobuf")
            .header(BatchId.HEADER, id.header())
            .timeout(Duration.ofSeconds(5))
            .POST(BodyPublishers.ofByteArray(body))
            .build();
    try {
      return client.send(request, BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException _) {
      return false;
    }
  }

  /// How often its clock has stepped.
  int steps() {
    return steps.get();
  }

  /// Begins no further batch.
  void end() {
    over = true;
  }

  @Override
  public void close() {
    over = true;
    thread.interrupt();
  }
}
