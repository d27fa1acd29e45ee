package io.lockstep.agent.send;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.telemetry.otlp.Gzip;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

class HomecomingTest {
  private static final byte[] FAREWELL = new Gzip(1).compress(new byte[0]);

  @Test
  void comesBackToTheFirstCollectorOnceItIsWellForAWhile() throws Exception {
    try (var first = new TestCollector();
        var second = new TestCollector();
        var collector =
            new Collector(List.of(first.url(), second.url()), Collector.Config.DEFAULT, "test");
        var home = new Homecoming(collector, Duration.ofMillis(10), () -> FAREWELL)) {
      first.behaviour = (_, _, _) -> TestCollector.Reply.of(503);
      collector.next();
      home.start();
      await(() -> first.received.size() > 5);
      assertThat(collector.isAtFirst()).as("it answers, but takes nothing").isFalse();
      first.received.clear();
      first.behaviour = (_, _, _) -> TestCollector.Reply.OK;
      await(collector::isAtFirst);
      assertThat(first.received)
          .filteredOn(one -> one.status() == 200)
          .hasSizeGreaterThanOrEqualTo(3);
      await(() -> !second.received.isEmpty());
      assertThat(second.received)
          .singleElement()
          .satisfies(one -> assertThat(one.path()).isEqualTo("/v1/logs"));

      // It fails again at once: from now on it must be well for longer.
      first.received.clear();
      collector.next();
      await(collector::isAtFirst);
      assertThat(first.received).hasSizeGreaterThanOrEqualTo(6);
    }
  }

  @Test
  void staysWhereItIsWhileTheFirstIsAway() throws Exception {
    try (var second = new TestCollector();
        var collector =
            new Collector(
                List.of(URI.create("http://127.0.0.1:9"), second.url()),
                Collector.Config.DEFAULT,
                "test");
        var home = new Homecoming(collector, Duration.ofMillis(5), () -> FAREWELL)) {
      collector.next();
      home.start();
      Thread.sleep(100);
      assertThat(collector.url()).isEqualTo(second.url());
    }
  }

  private static void await(BooleanSupplier done) throws InterruptedException {
    long end = System.nanoTime() + 30_000_000_000L;
    while (!done.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(end);
      Thread.sleep(5);
    }
  }
}
