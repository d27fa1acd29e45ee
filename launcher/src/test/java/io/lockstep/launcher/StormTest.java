package io.lockstep.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.agent.send.Collector;
import io.lockstep.agent.send.Sender;
import io.lockstep.agent.spool.Spool;
import io.lockstep.collector.store.QuestDbQuery;
import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.OtlpWriter;
import io.lockstep.telemetry.otlp.Sample;
import io.lockstep.telemetry.otlp.Signal;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.resources.Resource;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Agents that come back all at once with full spools: nothing is lost, nothing counts twice, and
/// what is live goes on to be judged beside it. How many agents: the property
/// `lockstep.storm.agents` (40 when it is not set); how many seconds each has spooled:
/// `lockstep.storm.seconds` (200).
class StormTest {
  private static final int AGENTS = Integer.getInteger("lockstep.storm.agents", 40);
  private static final int SPOOLED = Integer.getInteger("lockstep.storm.seconds", 200);
  private static final int GPUS = 8;
  private static final List<Column> COLUMNS =
      Contract.columns(Table.GPU).stream().filter(Column::live).toList();

  @TempDir Path folder;

  /// One agent's way out, as the agent itself has it, with made-up rounds.
  private static final class Agent implements AutoCloseable {
    private final Spool spool;
    private final Sender sender;
    private final OtlpWriter writer;

    Agent(Path folder, URI collector, int number) throws IOException {
      String host = "storm-" + number;
      var defaults = Spool.Config.DEFAULT;
      var config = new Spool.Config(folder.resolve(host), defaults.bytes(), defaults.age());
      spool = new Spool(config, host, System.currentTimeMillis());
      var way = new Collector(List.of(collector), Collector.Config.DEFAULT, "test");
      sender = new Sender(spool, way, new Random(number));
      writer = new OtlpWriter(Resource.create(Attributes.builder().put("host.name", host).build()));
    }

    void round(long timeNanos) {
      List<Sample> samples = new ArrayList<>();
      for (int gpu = 0; gpu < GPUS; gpu++) {
        for (Column column : COLUMNS) {
          samples.add(Sample.of(column, "GPU-" + gpu, gpu + 1L));
        }
      }
      sender.take(Signal.METRICS, timeNanos, writer.metrics(samples, timeNanos, 0));
    }

    @Override
    public void close() throws IOException {
      sender.close();
      spool.close();
      writer.close();
    }
  }

  @Test
  void aStormOfFullSpoolsDrainsWhileWhatIsLiveIsJudged() throws Exception {
    List<Agent> agents = new ArrayList<>();
    try (var bench = new Bench(folder)) {
      for (int i = 0; i < AGENTS; i++) {
        agents.add(new Agent(folder, bench.otlp(), i));
      }
      long begin = System.currentTimeMillis() / 1000 - SPOOLED;
      for (long second = begin; second < begin + SPOOLED; second++) {
        for (Agent agent : agents) {
          agent.round(second * 1_000_000_000L);
        }
      }
      assertThat(spooled(agents)).isEqualTo((long) AGENTS * SPOOLED);
      bench.startCollector();
      for (Agent agent : agents) {
        agent.sender.start(() -> new byte[0]);
      }
      long live = 0;
      long placedBefore = 0;
      int calm = 0;
      for (int second = 0; second < 120 && calm < 3; second++) {
        long now = System.currentTimeMillis();
        for (Agent agent : agents) {
          agent.round(now * 1_000_000L);
        }
        live++;
        if (live == 5) {
          placedBefore = placed(bench); // from here on every clock is believed
        }
        calm = spooled(agents) <= 2L * AGENTS ? calm + 1 : 0;
        Thread.sleep(Math.max(0, now + 1000 - System.currentTimeMillis()));
      }
      Bench.await("empty spools", Duration.ofMinutes(3), () -> spooled(agents) == 0);
      QuestDbQuery sql = bench.sql();
      long rows = (long) AGENTS * GPUS * (SPOOLED + live);
      Bench.await(
          "every row",
          Duration.ofMinutes(1),
          () -> Bench.count(sql, "SELECT count() FROM gpu") >= rows);
      assertThat(sql.number("SELECT count() FROM gpu")).isEqualTo(rows);
      long judged = placed(bench) - placedBefore;
      long due = (long) AGENTS * GPUS * (live - 5);
      System.out.printf(
          "agents %d, spooled %d s each, drained after %d s; live rows due %d, in the window %d%n",
          AGENTS, SPOOLED, live, due, judged);
      assertThat(judged).isGreaterThanOrEqualTo(due * 9 / 10);
    } finally {
      for (Agent agent : agents) {
        agent.close();
      }
    }
  }

  private static long spooled(List<Agent> agents) {
    return agents.stream().mapToLong(agent -> agent.spool.state().batches()).sum();
  }

  /// Rows that came in time for the window.
  private static long placed(Bench bench) throws IOException, InterruptedException {
    var metrics = new Api(bench.page()).metrics();
    return (long) metrics.sum("lockstep_collector_window_total", "outcome=\"placed\"");
  }
}
