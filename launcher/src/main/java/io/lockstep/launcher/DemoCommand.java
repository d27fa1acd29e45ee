package io.lockstep.launcher;

import io.lockstep.simulator.ClusterSpec;
import io.lockstep.simulator.Fault;
import io.lockstep.simulator.Fleet;
import io.lockstep.simulator.Injected;
import io.lockstep.simulator.Simulation;
import io.lockstep.simulator.StepTimes;
import io.lockstep.telemetry.config.Durations;
import io.lockstep.telemetry.config.FileProblem;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `lockstep demo`: `up`, and a simulated cluster with faults in it.
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description = {
      "Runs collector, store, an agent for this machine and a simulated cluster with faults, and"
          + " says what is found.",
      "Faults unless others are given, on servers chosen by the seed:"
          + " port-flapping,start=15s; gpu-slow,start=25s,depth=0.25; host-silent,start=35s;"
          + " from 8 servers on, on a second job: gpu-lost,start=45s."
    },
    footer = {
      "",
      "Exit codes: 0 every injected fault was found and nothing else, 1 not so, 2 wrong usage."
    })
final class DemoCommand implements Callable<Integer> {
  /// Simulation, collector and store share the machine: 256 servers were found to keep time on two
  /// cores, 1,250 not.
  private static final int SERVERS_PER_CORE = 128;

  /// 24,000 GPUs: what a collector's window takes by default.
  private static final int SERVERS_MAX = 3000;

  /// A part that is broken from the start was never seen well: nobody can tell that it broke.
  private static final Duration START = Duration.ofSeconds(20);

  @Spec private @Nullable CommandSpec command;
  @Mixin private PlaceOptions options = new PlaceOptions();

  private volatile long begunNanos = System.nanoTime();
  private @Nullable OnCall onCall;

  @Option(
      names = "--servers",
      paramLabel = "N",
      defaultValue = "64",
      description = "Simulated servers of 8 GPUs (default: ${DEFAULT-VALUE}).")
  private int servers;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Everything that is random comes from it (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--fault",
      paramLabel = "KIND[@PLACE][,start=,for=,depth=]",
      description =
          "A fault to inject; repeatable; `none` for a healthy cluster. Kinds: gpu-slow, gpu-lost,"
              + " port-flapping, port-down, host-silent. Places: node-0007, node-0007/3 (a GPU),"
              + " node-0007/mlx5_2/1. Options: start= (20s), for=, depth=,"
              + " heat=false. Example:"
              + " gpu-slow@node-0007/3,start=30s,depth=0.25")
  private List<String> faults = List.of();

  @Option(
      names = "--duration",
      paramLabel = "TIME",
      description = "Ends by itself after this time, for example 120s; without it, Ctrl-C ends it.")
  private @Nullable String duration;

  @Override
  public Integer call() throws InterruptedException {
    ClusterSpec spec;
    List<Injected> injected;
    Duration length;
    int cores = Runtime.getRuntime().availableProcessors();
    int most = Math.min(SERVERS_MAX, SERVERS_PER_CORE * cores);
    if (servers > most) {
      throw wrong(
          "--servers must be 1 to %d on this machine (%d for each of its %d cores), is %d; lockstep"
                  .formatted(most, SERVERS_PER_CORE, cores, servers)
              + " simulate sends larger clusters to a collector elsewhere");
    }
    try {
      spec = ClusterSpec.withSpare(servers, seed, 2.5);
      injected = Injected.place(spec, Fault.parseAll(faults, START, spec));
      length = duration == null ? null : Durations.parse(duration);
    } catch (IllegalArgumentException e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
    try {
      return run(spec, injected, length);
    } catch (IOException e) {
      System.err.println("lockstep demo: " + FileProblem.words(e));
      return 1;
    }
  }

  private ParameterException wrong(String message) {
    if (command == null) {
      throw new IllegalStateException("not run by picocli");
    }
    return new ParameterException(command.commandLine(), message);
  }

  private int run(ClusterSpec spec, List<Injected> injected, @Nullable Duration length)
      throws IOException, InterruptedException {
    Site.Place place = options.place("demo");
    DemoFolder.check(place.data());
    System.out.printf(
        "lockstep: %d simulated servers, %d GPUs, %s; seed %d; data in %s%n",
        spec.servers(),
        spec.servers() * ClusterSpec.PER_SERVER,
        spec.jobs().size() == 1 ? "one job" : spec.jobs().size() + " jobs and a spare server",
        seed,
        place.data());
    try (Site site = Site.start(place, this::prepare)) {
      System.out.println("page: " + place.page());
      injected.forEach(one -> System.out.println("will inject: " + describe(one)));
      System.out.println(
          length == null ? "Ctrl-C ends it." : "ends by itself after " + duration + ".");
      long origin = Instant.now().getEpochSecond() * 1_000_000_000L;
      var simulation = new Simulation(spec, injected, StepTimes.usual(spec), origin);
      try (var fleet = new Fleet(spec, simulation, place.receiver(), null)) {
        Thread.ofPlatform().daemon().name("fleet").start(() -> send(fleet, length));
        return narrate(site, injected, length);
      }
    } finally {
      if (onCall != null) {
        onCall.close();
      }
    }
  }

  private Site.More prepare(Path folder) throws IOException {
    DemoFolder.clean(folder);
    onCall =
        OnCall.start(
            folder, arrival -> System.out.println(clock() + "  WEBHOOK  " + arrival.brief()));
    return new Site.More(onCall.configuration(), "");
  }

  private static String describe(Injected one) {
    String what = one.fault().kind().label() + " at " + one.host();
    String part =
        switch (one.fault().kind()) {
          case GPU_LOST -> " GPU " + one.part() + " (XID 79)";
          case GPU_SLOW ->
              " GPU " + one.part() + ", " + Math.round(100 * one.fault().depth()) + " % slower";
          case PORT_DOWN, PORT_FLAPPING -> " " + one.subject();
          case HOST_SILENT -> "";
        };
    return what + part + ", from " + Durations.text(one.fault().start()) + " on";
  }

  private static void send(Fleet fleet, @Nullable Duration length) {
    try {
      fleet.run(length);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /// Time since the cluster began, `mm:ss`.
  private String clock() {
    long seconds = (System.nanoTime() - begunNanos) / 1_000_000_000L;
    return "%02d:%02d".formatted(seconds / 60, seconds % 60);
  }

  private int narrate(Site site, List<Injected> injected, @Nullable Duration length)
      throws InterruptedException, IOException {
    var expected =
        injected.stream()
            .map(one -> new Narrator.Fault(one.fault().kind().label(), one.host(), one.subject()))
            .toList();
    var narrator = new Narrator(System.out, expected);
    var api = new Api(site.place().page());
    begunNanos = System.nanoTime();
    while (length == null || System.nanoTime() - begunNanos < length.toNanos()) {
      Optional<String> problem = site.problem();
      if (problem.isPresent()) {
        throw new IOException(problem.get());
      }
      narrator.tell(clock(), api.incidents());
      narrator.tellJobs(clock(), api.jobs());
      Thread.sleep(1000);
    }
    return narrator.conclude();
  }
}
