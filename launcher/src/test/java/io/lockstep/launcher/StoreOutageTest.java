package io.lockstep.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.collector.store.QuestDbQuery;
import io.lockstep.simulator.ClusterSpec;
import io.lockstep.simulator.Fault;
import io.lockstep.simulator.Fleet;
import io.lockstep.simulator.Injected;
import io.lockstep.simulator.Simulation;
import io.lockstep.simulator.StepTimes;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The store stands still while the cluster goes on: faults are found all the same, and afterwards
/// every row is there, once.
class StoreOutageTest {
  private static final ClusterSpec SPEC = new ClusterSpec(4, 1, 1);
  private static final int SECONDS = 75;

  @TempDir Path folder;

  @Test
  void detectionGoesOnAndEveryRowIsThereAfterwardsOnce() throws Exception {
    List<Injected> injected =
        Injected.place(SPEC, List.of(Fault.parse("port-flapping@node-0002/mlx5_3/1,start=12s")));
    try (var bench = new Bench(folder)) {
      bench.startCollector();
      ProcessHandle store = questDb(bench);
      long origin = Instant.now().getEpochSecond() * 1_000_000_000L;
      var simulation = new Simulation(SPEC, injected, StepTimes.usual(SPEC), origin);
      try (var fleet = new Fleet(SPEC, simulation, bench.otlp(), null)) {
        var sender = Thread.ofPlatform().start(() -> run(fleet));
        Bench.await("batch", Duration.ofMinutes(1), () -> fleet.totals().acknowledged() > 20);
        signal(store, "STOP");
        Bench.await(
            "incident while the store stands still",
            Duration.ofMinutes(2),
            () -> bench.hasIncident("port-flapping"));
        assertThat(fleet.totals().again()).as("requests told to come later").isZero();
        // A store that answers nothing for a minute is replaced; else it wakes up now.
        if (store.isAlive()) {
          signal(store, "CONT");
        }
        sender.join();
        assertThat(fleet.drain(Duration.ofMinutes(3))).as(fleet.totals().toString()).isTrue();
        assertThat(fleet.totals().dropped()).isZero();
        assertThat(fleet.totals().refused()).isZero();
      }
      everyRowOnce(bench.sql());
    }
  }

  private static void everyRowOnce(QuestDbQuery sql) throws IOException, InterruptedException {
    long expected = (long) SECONDS * SPEC.ranks();
    Bench.await(
        "all rows of gpu",
        Duration.ofMinutes(1),
        () -> Bench.count(sql, "SELECT count() FROM gpu") >= expected);
    assertThat(sql.number("SELECT count() FROM gpu")).isEqualTo(expected);
    assertThat(sql.number("SELECT count() FROM port")).isEqualTo(expected);
    assertThat(sql.number("SELECT count() FROM host")).isEqualTo((long) SECONDS * SPEC.servers());
    assertThat(
            sql.rows("SELECT * FROM (SELECT ts, host, subject, count() AS n FROM gpu) WHERE n > 1"))
        .isEmpty();
    assertThat(
            sql.rows(
                "SELECT * FROM (SELECT iteration, subject, count() AS n FROM rank) WHERE n > 1"))
        .isEmpty();
  }

  private static void run(Fleet fleet) {
    try {
      fleet.run(Duration.ofSeconds(SECONDS));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private static ProcessHandle questDb(Bench bench) {
    return bench
        .processes()
        .flatMap(ProcessHandle::descendants)
        .findFirst()
        .orElseThrow(() -> new AssertionError("the collector has no child"));
  }

  private static void signal(ProcessHandle process, String name)
      throws IOException, InterruptedException {
    var kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
    assertThat(kill.waitFor()).isZero();
  }
}
