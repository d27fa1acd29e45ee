package io.lockstep.agent.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CrewTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  private final Crew crew = new Crew("crew");
  private final CountDownLatch free = new CountDownLatch(1);

  @AfterEach
  void letGo() {
    free.countDown();
    crew.close();
  }

  @Test
  void oneThreadDoesWhatReturns() throws Exception {
    Set<Thread> threads = new HashSet<>();
    List<Worker<Thread>> workers = workers(8);
    for (int round = 0; round < 50; round++) {
      for (Worker<Thread> worker : workers) {
        worker.begin(Thread::currentThread);
      }
      for (Worker<Thread> worker : workers) {
        threads.add(Objects.requireNonNull(worker.await(soon())));
      }
    }
    assertThat(threads).hasSizeLessThan(4); // one, but for a machine that stands still
  }

  @Test
  void whatHangsHoldsUpNothingElse() throws Exception {
    List<Worker<Thread>> workers = workers(8);
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < workers.size(); i++) {
        boolean hangs = i % 3 == 0;
        workers
            .get(i)
            .begin(() -> {
              if (hangs) {
                free.await();
              }
              return Thread.currentThread();
            });
      }
      for (int i = 0; i < workers.size(); i++) {
        if (i % 3 == 0) {
          assertThat(workers.get(i).await(System.nanoTime())).isNull();
          assertThat(workers.get(i).isBusy()).isTrue();
        } else {
          assertThat(workers.get(i).await(soon())).isNotNull();
        }
      }
    }
    free.countDown();
    for (int i = 0; i < workers.size(); i += 3) {
      assertThat(workers.get(i).await(soon())).isNotNull();
    }
  }

  @Test
  void aPieceThatThrowsHoldsUpNothing() throws Exception {
    var begun = new CountDownLatch(1);
    crew.execute(() -> {
      begun.countDown();
      awaitFree();
      throw new IllegalStateException("meant");
    });
    begun.await();
    assertDoes(free::countDown); // it waits behind the other, and nobody calls for help
    assertDoes(() -> {});
  }

  private void assertDoes(Runnable meanwhile) throws InterruptedException {
    var done = new CountDownLatch(1);
    crew.execute(done::countDown);
    meanwhile.run();
    assertThat(done.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
  }

  private void awaitFree() {
    try {
      free.await();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void aCrewThatIsClosedEndsItsThreads() throws Exception {
    Worker<Thread> worker = new Worker<>(crew);
    worker.begin(Thread::currentThread);
    Thread thread = Objects.requireNonNull(worker.await(soon()));
    crew.close();
    thread.join(LONG);
    assertThat(thread.isAlive()).isFalse();
  }

  private List<Worker<Thread>> workers(int count) {
    var workers = new ArrayList<Worker<Thread>>();
    for (int i = 0; i < count; i++) {
      workers.add(new Worker<>(crew));
    }
    return workers;
  }

  private static long soon() {
    return System.nanoTime() + LONG.toNanos();
  }
}
