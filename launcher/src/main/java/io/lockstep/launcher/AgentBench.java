package io.lockstep.launcher;

import io.lockstep.telemetry.config.Durations;
import io.lockstep.telemetry.config.FileProblem;
import io.lockstep.telemetry.config.FolderLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `lockstep bench agent`: what the agent costs a server, beside what is installed of its peers, at
/// the same time on the same machine.
@Command(
    name = "agent",
    mixinStandardHelpOptions = true,
    description = {
      "Measures what the agent costs a server: 8 GPUs (a stand-in for NVML, needs gcc), 8 InfiniBand"
          + " ports made of files, this machine's own processors and memory, every second, sent over"
          + " TLS. Beside it, at the same time, those of its peers that are on the PATH, told to read"
          + " every second what they can of the same server, and asked for it every second:"
          + " node_exporter, netdata, telegraf, otelcol, gpud. System calls are counted afterwards, with"
          + " perf or strace."
    },
    footer = {
      "",
      "Exit codes: 0 measured, 1 the agent ended before its time or grew, 2 wrong usage."
    })
final class AgentBench implements Callable<Integer> {
  private static final int PARTS = 8;
  private static final Duration SHORTEST = Duration.ofSeconds(5);

  /// The least that a spool may have, so that hours without a collector fill it.
  private static final long SPOOL_MEBIBYTES = 16;

  /// Each second's and each tenth second's rounds are sent by then.
  private static final Duration LISTED = Duration.ofSeconds(15);

  private static final Duration LOOK = Duration.ofSeconds(5);

  @Spec private @Nullable CommandSpec command;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "Folder for configuration, logs and spool (default: lockstep-data/bench-agent).")
  private Path data = Path.of("lockstep-data", "bench-agent");

  @Option(
      names = "--duration",
      paramLabel = "TIME",
      defaultValue = "10m",
      description = "How long is measured (default: ${DEFAULT-VALUE}).")
  private String duration = "10m";

  @Option(
      names = "--warm-up",
      paramLabel = "TIME",
      defaultValue = "60s",
      description = "How long it runs before (default: ${DEFAULT-VALUE}).")
  private String warmUp = "60s";

  @Option(
      names = "--image",
      paramLabel = "DIR",
      description =
          "An unpacked image of the agent to measure, with bin/lockstep-agent, as servers run it;"
              + " else this checkout's.")
  private @Nullable Path image;

  @Option(
      names = "--classes",
      paramLabel = "FILE",
      hidden = true,
      description = "Instead: runs it for some seconds, and writes which classes it loads.")
  private @Nullable Path classes;

  @Option(
      names = "--soak",
      description = {
        "Instead: runs the agent on a clock of its own, as fast as it gets through its work, while GPUs"
            + " and ports vanish and come back, jobs come and go and the collector is away for hours."
            + " Prints each of its hours what it takes; exit code 1 when that grows."
      })
  private boolean soak;

  @Option(
      names = "--hours",
      paramLabel = "N",
      defaultValue = "24",
      description =
          "How many of its hours --soak takes, at least "
              + AgentSoak.HOURS_MIN
              + " (default: ${DEFAULT-VALUE}).")
  private int hours = 24;

  @Override
  public Integer call() throws InterruptedException {
    Duration length = time("--duration", duration);
    Duration before = time("--warm-up", warmUp);
    if (hours < AgentSoak.HOURS_MIN) {
      throw wrong("--hours must be at least " + AgentSoak.HOURS_MIN + ", is " + hours);
    }
    if (image != null && !Files.isExecutable(image.resolve(BenchAgent.PROGRAM))) {
      throw wrong(
          "--image must be an unpacked image of the agent, with an executable "
              + BenchAgent.PROGRAM
              + ", is "
              + image);
    }
    Path folder = data.toAbsolutePath().normalize();
    try {
      DemoFolder.check(folder);
      try (FolderLock _ = FolderLock.take(folder, "--data")) {
        DemoFolder.clean(folder);
        if (soak) {
          return soak(folder);
        }
        if (classes != null) {
          return listClasses(folder, classes);
        }
        measure(folder, before, length);
      }
      return 0;
    } catch (IOException e) {
      System.err.println("lockstep bench agent: " + FileProblem.words(e));
      return 1;
    }
  }

  private Duration time(String option, String text) {
    return TimeOption.read(command, option, text, SHORTEST);
  }

  private ParameterException wrong(String message) {
    return new ParameterException(Objects.requireNonNull(command).commandLine(), message);
  }

  private void measure(Path folder, Duration before, Duration length)
      throws IOException, InterruptedException {
    BenchServer server = server(folder);
    try (BenchReceiver receiver = BenchReceiver.start(folder)) {
      var measured = new BenchAgent(folder, image);
      measured.configure(server.configurationWithDevice(), receiver, 256);
      long values = measured.values();
      Process agent = measured.start(measured.collectionsLog());
      StartPeak start = StartPeak.of(agent);
      List<ScrapedPeer> peers = List.of();
      try {
        peers = peers(folder, server);
        System.out.println(
            "warm-up " + Durations.text(before) + ", then measured " + Durations.text(length));
        Thread.sleep(before);
        run(measured, all(agent, start, receiver, values, peers), length);
        System.out.println("lockstep agent: %d requests".formatted(receiver.requests()));
      } finally {
        peers.forEach(ScrapedPeer::close);
        agent.destroy();
        agent.waitFor();
      }
    }
  }

  private int listClasses(Path folder, Path list) throws IOException, InterruptedException {
    BenchServer server = server(folder);
    try (BenchReceiver receiver = BenchReceiver.start(folder)) {
      var measured = new BenchAgent(folder, image);
      measured.configure(server.configuration(), receiver, SPOOL_MEBIBYTES);
      Process agent = measured.start("-XX:DumpLoadedClassList=" + list);
      boolean ended = agent.waitFor(LISTED.toMillis(), TimeUnit.MILLISECONDS);
      agent.destroy();
      agent.waitFor();
      if (ended || receiver.requests() == 0) {
        System.err.println(Files.readString(folder.resolve("agent.log")));
        return 1;
      }
      return 0;
    }
  }

  private static BenchServer server(Path folder) throws IOException, InterruptedException {
    BenchServer server = BenchServer.make(folder, PARTS, PARTS);
    server.fill(PARTS);
    if (!server.hasGpus()) {
      System.out.println("no GPUs: gcc is not installed, with which the stand-in is built");
    }
    return server;
  }

  private int soak(Path folder) throws IOException, InterruptedException {
    BenchServer server = server(folder);
    try (BenchReceiver receiver = BenchReceiver.start(folder);
        var world = new SoakWorld(server, receiver)) {
      var measured = new BenchAgent(folder, image);
      measured.configure(server.configuration(), receiver, SPOOL_MEBIBYTES);
      var soaked = new AgentSoak(measured.spool(), SPOOL_MEBIBYTES << 10);
      Process agent = measured.soak(hours);
      try {
        soaked.watch(agent, world, hours);
        List<String> grown = soaked.grown();
        grown.forEach(System.out::println);
        System.out.println(grown.isEmpty() ? "nothing has grown" : "something has grown");
        return grown.isEmpty() ? 0 : 1;
      } finally {
        agent.getOutputStream().close();
        agent.destroy();
        agent.waitFor();
      }
    }
  }

  /// Those that are installed and run; why another does not is told.
  private static List<ScrapedPeer> peers(Path folder, BenchServer server)
      throws InterruptedException {
    var started = new ArrayList<ScrapedPeer>();
    for (Peer peer : Peer.ALL) {
      Path program = peer.program();
      if (program == null) {
        System.out.println(peer.name() + ": not installed");
        continue;
      }
      try {
        started.add(peer.start(program, folder, server));
      } catch (IOException e) {
        System.out.println(peer.name() + ": left out, " + FileProblem.words(e));
      }
    }
    return started;
  }

  private static List<Measured> all(
      Process agent, StartPeak start, BenchReceiver receiver, long values, List<ScrapedPeer> peers)
      throws IOException {
    var all = new ArrayList<Measured>();
    all.add(new Measured("lockstep agent", agent, start, () -> values, receiver::bytes));
    for (ScrapedPeer peer : peers) {
      try {
        all.add(new Measured(peer.name(), peer.process(), peer.start(), peer::values, peer::bytes));
      } catch (IOException e) {
        System.out.println(peer.name() + ": left out, " + FileProblem.words(e));
      }
    }
    return all;
  }

  /// @param all the agent first
  private static void run(BenchAgent agent, List<Measured> all, Duration length)
      throws IOException, InterruptedException {
    long allocated = agent.allocated();
    long start = System.nanoTime();
    while (System.nanoTime() - start < length.toNanos()) {
      Thread.sleep(Math.min(LOOK.toMillis(), length.toMillis()));
      look(all);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    double allocatedKib = (agent.allocated() - allocated) / 1024.0 / seconds;
    for (Measured one : all) {
      one.countCalls(agent.folder());
    }
    print(all, seconds);
    System.out.printf("lockstep agent: allocated %.0f KiB a second%n", allocatedKib);
  }

  /// A peer that has ended is measured no more; without the agent there is nothing to measure.
  private static void look(List<Measured> all) throws IOException {
    all.getFirst().look();
    for (Measured peer : List.copyOf(all.subList(1, all.size()))) {
      try {
        peer.look();
      } catch (IOException e) {
        System.out.println(peer.name + ": left out, " + FileProblem.words(e));
        all.remove(peer);
      }
    }
  }

  private static void print(List<Measured> all, double seconds) {
    System.out.println(Measured.heading());
    all.forEach(one -> System.out.println(one.row(seconds)));
    if (!all.stream().allMatch(Measured::callsAreCounted)) {
      System.out.println(SystemCalls.why());
    }
    all.forEach(one -> System.out.println(one.memory()));
    Measured agent = all.getFirst();
    all.stream().skip(1).forEach(peer -> System.out.println(agent.beside(peer, seconds)));
  }
}
