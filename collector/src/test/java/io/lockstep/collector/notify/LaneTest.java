package io.lockstep.collector.notify;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.collector.notify.SinkStatus.Count;
import io.lockstep.collector.state.Delivery;
import io.lockstep.collector.state.Message;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/// One lane with a sink and a disk that do as they are told.
class LaneTest {
  private static final Lane.Retries RETRIES =
      new Lane.Retries(
          new Backoff(Duration.ofMillis(5), Duration.ofMillis(20)),
          Duration.ofMinutes(1),
          Duration.ofHours(1),
          100);

  private final List<String> happened = new CopyOnWriteArrayList<>();

  private record Scripted(List<String> happened, Function<Message, Outcome> answers)
      implements AlertSink {
    @Override
    public String name() {
      return "scripted";
    }

    @Override
    public String address() {
      return "https://tool.example";
    }

    @Override
    public Outcome send(Message message) {
      happened.add("sent " + message.id());
      return answers.apply(message);
    }

    @Override
    public void close() {}
  }

  @Test
  void theNextIsSentOnlyWhenTheOneBeforeIsOnTheDisk() throws Exception {
    Recorder slowDisk =
        delivery ->
            CompletableFuture.runAsync(
                () -> happened.add("written " + delivery.message()),
                CompletableFuture.delayedExecutor(50, TimeUnit.MILLISECONDS));
    Lane lane = lane(_ -> new Outcome.Delivered("204"), slowDisk);
    offer(lane, "1");
    offer(lane, "2");
    offer(lane, "3");
    lane.start();
    Rig.await("the last on the disk", () -> happened.contains("written 3"));
    assertThat(happened)
        .containsExactly("sent 1", "written 1", "sent 2", "written 2", "sent 3", "written 3");
    lane.end(System.nanoTime());
  }

  @Test
  void aFaultInASinkIsTriedAgainAndStopsNothingElse() throws Exception {
    Lane lane =
        lane(
            message -> {
              if (message.id().equals("1") && happened.size() < 6) {
                throw new IllegalStateException("a bug");
              }
              return new Outcome.Delivered("204");
            },
            delivery -> CompletableFuture.completedFuture(delivery));
    offer(lane, "1");
    offer(lane, "2");
    lane.start();
    Rig.await("both", () -> lane.status().count(Count.DELIVERED) == 2);
    assertThat(happened).contains("sent 2").endsWith("sent 1");
    lane.end(System.nanoTime());
  }

  @Test
  void pausesDoubleUpToTheLimitAndDifferByChance() {
    var backoff = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(60));
    var random = new Random(1);
    for (int failures = 1; failures < 200; failures++) {
      double longest = Math.min(60, Math.pow(2, failures - 1));
      double pause = backoff.after(failures, random).toNanos() / 1e9;
      assertThat(pause).isBetween(longest / 2 - 1e-6, longest);
    }
    assertThat(backoff.after(1, random)).isNotEqualTo(backoff.after(1, random));
  }

  private Lane lane(Function<Message, Outcome> answers, Recorder recorder) {
    return new Lane(
        new Scripted(happened, answers), RETRIES, recorder, InstantSource.system(), new Random(1));
  }

  private static void offer(Lane lane, String id) {
    long now = System.currentTimeMillis() * 1_000_000;
    lane.offer(
        new Message(id, "body"), Delivery.pending(id, "scripted", "incident-" + id, "opened", now));
  }
}
