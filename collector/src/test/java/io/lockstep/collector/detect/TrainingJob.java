package io.lockstep.collector.detect;

import static io.lockstep.collector.window.Batches.SECOND;

import io.lockstep.collector.window.Batches;
import io.lockstep.collector.window.Rank;
import io.lockstep.collector.window.Window;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.rows.Row;
import io.lockstep.telemetry.rows.Step;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/// A synchronous job in virtual time, eight ranks to a server: each step ends for all ranks
/// together and lasts as long as the slowest works, and then communicates. Who works longer waits
/// less.
final class TrainingJob {
  /// Noise of own work: 0.5 % median absolute deviation, as measured in MLPerf runs.
  private static final double SIGMA = 0.005 * 1.4826;

  static final double COMMUNICATION = 0.2;

  final Window window;
  final Map<Integer, Double> slowness = new HashMap<>();

  /// Seconds by which a rank's data come later.
  final Map<Integer, Double> slowData = new HashMap<>();

  final Set<Integer> missing = new HashSet<>();

  /// Ranks that count some of their communication, which goes on beside it, as computing.
  final Set<Integer> overlapping = new HashSet<>();

  private final List<Rank> ranks = new ArrayList<>();
  private final Random random;
  private final Set<Integer> moreMicrobatches = new HashSet<>();
  private int attempt;
  private boolean sequences;
  private long iteration = 100;
  long now = Batches.START;

  TrainingJob(Window window, int size, int stages, long seed) {
    this.window = window;
    this.random = new Random(seed);
    for (int rank = 0; rank < size; rank++) {
      String host = "node-%04d".formatted(rank / 8);
      ranks.add(new Rank(rank, host, "gpu-" + rank, stages == 1 ? -1 : rank * stages / size, -1));
    }
  }

  /// Gives each rank sequences of its own in each step, so that honest work differs by a third.
  TrainingJob withSequences() {
    sequences = true;
    return this;
  }

  /// The job dies and is started again from an earlier iteration, its ranks not all at once.
  void restart() {
    attempt++;
    iteration -= 10;
    now += 120 * SECOND;
    for (int step = 0; step < 4; step++) {
      Map<Integer, Double> slow = new HashMap<>(slowness);
      for (Rank rank : ranks) {
        slowness.merge(rank.rank(), random.nextDouble() * 2, Double::sum);
      }
      step(1, 0);
      slowness.clear();
      slowness.putAll(slow);
    }
  }

  /// Gives some ranks a quarter more microbatches, other ones in each step.
  void shuffleMicrobatches() {
    moreMicrobatches.clear();
    for (Rank rank : ranks) {
      if (random.nextInt(4) == 0) {
        moreMicrobatches.add(rank.rank());
      }
    }
  }

  Rank rank(int rank) {
    return ranks.get(rank);
  }

  void run(int steps, double ownSeconds) {
    for (int step = 0; step < steps; step++) {
      step(ownSeconds, 0);
    }
  }

  /// One step in which all stand still in communication for some time, without saying why, s.
  void stall(double ownSeconds, double stall) {
    step(ownSeconds, 0, stall);
  }

  /// One step.
  ///
  /// @param pause evaluation at its end, s
  void step(double ownSeconds, double pause) {
    step(ownSeconds, pause, 0);
  }

  private void step(double ownSeconds, double pause, double stall) {
    double[] own = new double[ranks.size()];
    double[] squares = new double[ranks.size()];
    double longest = 0;
    for (Rank rank : ranks) {
      double load = sequences ? 0.85 + 0.3 * random.nextDouble() : 1;
      squares[rank.rank()] = 1e6 * (1 + (load - 1) / 0.4);
      double stage = rank.stage() <= 0 ? 1 : 1 + 0.1 * rank.stage();
      load *= moreMicrobatches.contains(rank.rank()) ? 1.25 : 1;
      double slow = 1 + slowness.getOrDefault(rank.rank(), 0.0);
      own[rank.rank()] = ownSeconds * stage * load * slow * (1 + SIGMA * random.nextGaussian());
      own[rank.rank()] += slowData.getOrDefault(rank.rank(), 0.0);
      longest = Math.max(longest, own[rank.rank()]);
    }
    double length = longest + COMMUNICATION * ownSeconds + pause + stall;
    now += (long) (length * SECOND);
    send(own, squares, length, pause);
    window.seal(now + SECOND / 2);
    iteration++;
  }

  private void send(double[] own, double[] squares, double length, double pause) {
    var steps = new ArrayList<Step>();
    for (Rank rank : ranks) {
      if (missing.contains(rank.rank())) {
        continue;
      }
      var values = new HashMap<String, Double>();
      values.put("step", length);
      double overlap = overlapping.contains(rank.rank()) ? 0.15 : 0;
      double data = slowData.getOrDefault(rank.rank(), 0.0);
      double work = own[rank.rank()] - data;
      values.put("compute", work * (0.97 + overlap));
      values.put("data", work * 0.01 + data);
      values.put("optimizer", work * 0.02);
      values.put("communication", length - own[rank.rank()] - pause);
      values.put("microbatches", moreMicrobatches.contains(rank.rank()) ? 10.0 : 8.0);
      if (pause > 0) {
        values.put("evaluation", pause);
      }
      if (sequences) {
        values.put("tokens", 65536.0);
        values.put("length_squares", squares[rank.rank()]);
      }
      steps.add(
          Batches.step(Integer.toString(attempt), iteration, rank, ranks.size(), now, values));
    }
    window.append(Batches.steps(null, steps), now + SECOND / 2);
  }

  /// Sends a second of the ranks' GPUs; the given ones are hot and throttle.
  void gpus(Set<Integer> hot) {
    var rows = new ArrayList<Row>();
    for (Rank rank : ranks) {
      boolean isHot = hot.contains(rank.rank());
      var row = new Row(Table.GPU, rank.host(), rank.gpu(), now);
      row.set(Contract.column(Table.GPU, "temperature"), isHot ? 91 : 62 + rank.rank() % 4);
      row.set(Contract.column(Table.GPU, "clock_sm"), isHot ? 1.23e9 : 1.755e9);
      row.set(Contract.column(Table.GPU, "clock_event_reasons"), isHot ? 0x40L : 0L);
      rows.add(row);
      var slow = new Row(Table.GPU_SLOW, rank.host(), rank.gpu(), now);
      slow.set(Contract.column(Table.GPU_SLOW, "gpu_index"), (long) (rank.rank() % 8));
      rows.add(slow);
    }
    window.append(Batches.rows(null, rows.toArray(Row[]::new)), now);
  }
}
