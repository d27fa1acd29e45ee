package io.lockstep.launcher;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockstep.collector.notify.Arrival;
import io.lockstep.simulator.NvmlStandIn;
import io.lockstep.telemetry.config.FileProblem;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `lockstep bench alert`: how long it takes from a fault on a server to the signed webhook,
/// through a real agent, collector and store. Each time another part of the server breaks, so that
/// each is an incident of its own.
@Command(
    name = "alert",
    mixinStandardHelpOptions = true,
    description = {
      "Measures the time from a fault on a server to the signed webhook at its receiver: an XID in"
          + " the kernel's log, a GPU that is lost, a port that goes down. Real agent, collector and"
          + " store; the server is made of files, its GPUs of the stand-in for NVML (needs gcc)."
    },
    footer = {"", "Exit codes: 0 every fault arrived, 1 one did not, 2 wrong usage."})
final class AlertBench implements Callable<Integer> {
  private static final int RUNS_MAX = 32;
  private static final Duration SEEN = Duration.ofSeconds(15);
  private static final Duration LAST = Duration.ofSeconds(20);
  private static final int DOUBLE_BIT_ECC = 48;

  private enum Kind {
    XID("XID in the kernel log", 1),
    GPU_LOST("GPU lost", 3),
    PORT_DOWN("port down", 5);

    final String words;
    final double goalSeconds;

    Kind(String words, double goalSeconds) {
      this.words = words;
      this.goalSeconds = goalSeconds;
    }
  }

  /// A fault that was injected and whose webhook has not come.
  private record Waiting(Kind kind, Instant since) {}

  private final Map<String, Waiting> waiting = new ConcurrentHashMap<>();
  private final Map<Kind, List<Double>> seconds = new ConcurrentHashMap<>();
  private final ObjectMapper json = new ObjectMapper();
  private @Nullable OnCall onCall;
  private @Nullable BenchServer server;

  @Spec private @Nullable CommandSpec command;
  @Mixin private PlaceOptions options = new PlaceOptions();

  @Option(
      names = "--runs",
      paramLabel = "N",
      defaultValue = "20",
      description = "How often each fault is injected, 1 to 32 (default: ${DEFAULT-VALUE}).")
  private int runs;

  @Override
  public Integer call() throws InterruptedException {
    if (runs < 1 || runs > RUNS_MAX) {
      String message = "--runs must be 1 to " + RUNS_MAX + ", is " + runs;
      if (command == null) {
        throw new IllegalStateException(message);
      }
      throw new ParameterException(command.commandLine(), message);
    }
    Site.Place place = options.place("bench");
    try {
      DemoFolder.check(place.data());
      return run(place);
    } catch (IOException e) {
      System.err.println("lockstep bench alert: " + FileProblem.words(e));
      return 1;
    } finally {
      if (onCall != null) {
        onCall.close();
      }
    }
  }

  private Site.More prepare(Path folder) throws IOException {
    DemoFolder.clean(folder);
    onCall = OnCall.start(folder, this::arrived);
    try {
      server = BenchServer.make(folder, runs, 2 * runs);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    return new Site.More(onCall.configuration(), server.configuration());
  }

  private int run(Site.Place place) throws IOException, InterruptedException {
    System.out.println("lockstep: starting; data in " + place.data());
    try (Site _ = Site.start(place, this::prepare)) {
      BenchServer broken = server;
      if (broken == null) {
        throw new IllegalStateException("not prepared");
      }
      if (!broken.hasGpus()) {
        System.out.println("no GPUs: gcc is not installed, with which the stand-in is built");
      }
      Thread.sleep(SEEN);
      inject(broken);
      long end = System.nanoTime() + LAST.toNanos();
      while (!waiting.isEmpty() && System.nanoTime() < end) {
        Thread.sleep(100);
      }
    }
    return report();
  }

  /// At any time within the agent's and the collector's seconds.
  private void inject(BenchServer broken) throws IOException, InterruptedException {
    var random = new Random(1);
    for (int run = 0; run < runs; run++) {
      Thread.sleep(200 + random.nextInt(1000));
      waiting.put(BenchServer.port(run), new Waiting(Kind.PORT_DOWN, Instant.now()));
      broken.takeDown(run);
      if (broken.hasGpus()) {
        Thread.sleep(200 + random.nextInt(1000));
        waiting.put(NvmlStandIn.uuid(run), new Waiting(Kind.GPU_LOST, Instant.now()));
        broken.lose(run);
        Thread.sleep(200 + random.nextInt(1000));
        waiting.put(NvmlStandIn.uuid(runs + run), new Waiting(Kind.XID, Instant.now()));
        broken.xid(runs + run, DOUBLE_BIT_ECC, run);
      }
    }
  }

  private void arrived(Arrival arrival) {
    try {
      JsonNode data = json.readTree(arrival.body()).path("data");
      Waiting one = waiting.remove(data.path("subject").asText());
      if (one != null && arrival.signature() == Arrival.Signature.GOOD) {
        double took = Duration.between(one.since(), arrival.time()).toNanos() / 1e9;
        seconds.computeIfAbsent(one.kind(), _ -> new ArrayList<>()).add(took);
      }
    } catch (JsonProcessingException e) {
      System.err.println("a webhook is no JSON: " + e.getMessage());
    }
  }

  private int report() {
    System.out.printf(
        "%-24s %5s %8s %8s %8s %6s%n",
        "to the webhook, seconds", "n", "median", "p90", "max", "goal");
    boolean all = true;
    for (Kind kind : Kind.values()) {
      double[] sorted =
          seconds.getOrDefault(kind, List.of()).stream().mapToDouble(one -> one).sorted().toArray();
      if (sorted.length == 0) {
        System.out.printf("%-24s %5d%n", kind.words, 0);
        continue;
      }
      System.out.printf(
          "%-24s %5d %8.3f %8.3f %8.3f %6.1f  %s%n",
          kind.words,
          sorted.length,
          at(sorted, 0.5),
          at(sorted, 0.9),
          Arrays.stream(sorted).max().orElseThrow(),
          kind.goalSeconds,
          at(sorted, 1) <= kind.goalSeconds ? "met" : "not met");
    }
    if (!waiting.isEmpty()) {
      all = false;
      System.out.println("never arrived: " + String.join(", ", waiting.keySet()));
    }
    return all ? 0 : 1;
  }

  private static double at(double[] sorted, double share) {
    return sorted[(int) Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  }
}
