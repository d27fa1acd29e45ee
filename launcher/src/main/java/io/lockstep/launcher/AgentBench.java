package io.lockstep.launcher;

import com.fasterxml.jackson.databind.ObjectMapper;
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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

  private static final Duration LOOK = Duration.ofSeconds(5);

  /// `[1.234s] GC(7) Pause Young (Allocation Failure) 4M->3M(8M) 1.2ms`, as -Xlog:gc writes.
  private static final Pattern COLLECTION =
      Pattern.compile("Pause [^>]* ([0-9]+)([KM])->([0-9]+)([KM])\\(");

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
          "An unpacked image of the agent to measure, as servers run it; else this checkout's.")
  private @Nullable Path image;

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
      description = "How many of its hours --soak takes (default: ${DEFAULT-VALUE}).")
  private int hours = 24;

  @Override
  public Integer call() throws InterruptedException {
    Duration length = time("--duration", duration);
    Duration before = time("--warm-up", warmUp);
    if (hours < AgentSoak.HOURS_MIN) {
      throw wrong("--hours must be at least " + AgentSoak.HOURS_MIN + ", is " + hours);
    }
    Path folder = data.toAbsolutePath().normalize();
    try {
      DemoFolder.check(folder);
      try (FolderLock _ = FolderLock.take(folder, "--data")) {
        DemoFolder.clean(folder);
        if (soak) {
          return soak(folder);
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
    try {
      Duration time = Durations.parse(text);
      if (time.compareTo(SHORTEST) >= 0) {
        return time;
      }
    } catch (IllegalArgumentException _) {
      // said below
    }
    throw wrong(option + " must be at least 5s, as 10m or 90s, is " + text);
  }

  private ParameterException wrong(String message) {
    return new ParameterException(Objects.requireNonNull(command).commandLine(), message);
  }

  private void measure(Path folder, Duration before, Duration length)
      throws IOException, InterruptedException {
    BenchServer server = server(folder);
    try (BenchReceiver receiver = BenchReceiver.start(folder)) {
      Path config = configure(folder, server, receiver, "256MiB");
      long values = values(folder, config);
      Path collections = folder.resolve("gc.log");
      Process agent = start(folder, config, collections);
      List<ScrapedPeer> peers = List.of();
      try {
        peers = peers(folder, server);
        System.out.println(
            "warm-up " + Durations.text(before) + ", then measured " + Durations.text(length));
        Thread.sleep(before);
        run(folder, all(agent, receiver, values, peers), collections, length);
        System.out.println("lockstep agent: %d requests".formatted(receiver.requests()));
      } finally {
        peers.forEach(ScrapedPeer::close);
        agent.destroy();
        agent.waitFor();
      }
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

  private static Path configure(
      Path folder, BenchServer server, BenchReceiver receiver, String spooled) throws IOException {
    String more =
        """
        spool: {folder: %s, bytes: %s}
        listen: {address: 127.0.0.1:0}
        budget: {cpu: 64}
        judge: {file: %s}
        """
            .formatted(
                Site.quoted(folder.resolve("spool")),
                spooled,
                Site.quoted(folder.resolve("verdict")));
    return Files.writeString(
        folder.resolve("agent.yaml"), receiver.configuration() + server.configuration() + more);
  }

  private int soak(Path folder) throws IOException, InterruptedException {
    BenchServer server = server(folder);
    try (BenchReceiver receiver = BenchReceiver.start(folder)) {
      Path config = configure(folder, server, receiver, SPOOL_MEBIBYTES + "MiB");
      SoakWorld world = SoakWorld.of(server, receiver);
      var soaked = new AgentSoak(folder.resolve("spool"), SPOOL_MEBIBYTES << 10);
      Process agent = soaked(folder, config);
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

  /// The agent's Java, flags and classes, and its program's one class from here.
  private Process soaked(Path folder, Path config) throws IOException {
    Path home = image == null ? Path.of(System.getProperty("java.home")) : image.resolve("java");
    Path deploy = image == null ? Path.of(System.getProperty("lockstep.home"), "deploy") : image;
    String agent =
        image == null
            ? System.getProperty("lockstep.agent.classpath")
            : image.resolve("lib/*") + "";
    String here = AgentBench.class.getProtectionDomain().getCodeSource().getLocation().getPath();
    var builder =
        new ProcessBuilder(
                home.resolve("bin/java").toString(),
                "@" + deploy.resolve("agent.args"),
                "-cp",
                agent + ":" + here,
                SoakedAgent.class.getName(),
                config.toString(),
                String.valueOf(hours * 3600 / SoakedAgent.STEP))
            .redirectError(folder.resolve("agent.log").toFile());
    builder.environment().keySet().removeIf(variable -> variable.startsWith("LOCKSTEP_"));
    return builder.start();
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
      Process agent, BenchReceiver receiver, long values, List<ScrapedPeer> peers)
      throws IOException {
    var all = new ArrayList<Measured>();
    all.add(new Measured("lockstep agent", agent, () -> values, receiver::bytes));
    for (ScrapedPeer peer : peers) {
      try {
        all.add(new Measured(peer.name(), peer.process(), peer::values, peer::bytes));
      } catch (IOException e) {
        System.out.println(peer.name() + ": left out, " + FileProblem.words(e));
      }
    }
    return all;
  }

  /// How many values a round of everything has.
  private long values(Path folder, Path config) throws IOException, InterruptedException {
    Path out = folder.resolve("once.json");
    var command = command(config);
    command.addAll(List.of("--once", "--format", "json"));
    Process once =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(folder.resolve("once.log").toFile())
            .start();
    if (once.waitFor() != 0) {
      throw new IOException(
          "the agent does not run: " + Files.readString(folder.resolve("once.log")).strip());
    }
    return new ObjectMapper().readTree(out.toFile()).path("samples").size();
  }

  private List<String> command(Path config) {
    var command = new ArrayList<String>();
    if (image != null) {
      command.add(image.resolve("bin/lockstep-agent").toString());
    } else {
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.add("@" + Path.of(System.getProperty("lockstep.home"), "deploy", "agent.args"));
      command.add("-cp");
      command.add(System.getProperty("lockstep.agent.classpath"));
      command.add("io.lockstep.agent.Main");
    }
    command.addAll(List.of("--config", config.toString()));
    return command;
  }

  private Process start(Path folder, Path config, Path collections) throws IOException {
    List<String> command = command(config);
    String log = "-Xlog:gc:file=" + collections;
    if (image == null) {
      command.add(1, log);
    }
    var builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("agent.log").toFile());
    builder.environment().keySet().removeIf(variable -> variable.startsWith("LOCKSTEP_"));
    if (image != null) {
      builder.environment().put("LOCKSTEP_JAVA_OPTS", log);
    }
    return builder.start();
  }

  /// @param all the agent first
  private static void run(Path folder, List<Measured> all, Path collections, Duration length)
      throws IOException, InterruptedException {
    long allocated = allocated(collections);
    long start = System.nanoTime();
    while (System.nanoTime() - start < length.toNanos()) {
      Thread.sleep(Math.min(LOOK.toMillis(), length.toMillis()));
      look(all);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    double allocatedKib = (allocated(collections) - allocated) / 1024.0 / seconds;
    for (Measured one : all) {
      one.countCalls(folder);
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

  /// Bytes that the agent has allocated until its last collection, by what each collection found
  /// more than the one before had left.
  private static long allocated(Path collections) throws IOException {
    long sum = 0;
    long left = 0;
    for (String line : Files.readAllLines(collections)) {
      Matcher pause = COLLECTION.matcher(line);
      if (pause.find()) {
        sum += Math.max(0, bytes(pause.group(1), pause.group(2)) - left);
        left = bytes(pause.group(3), pause.group(4));
      }
    }
    return sum;
  }

  private static long bytes(String number, String unit) {
    return Long.parseLong(number) << (unit.equals("K") ? 10 : 20);
  }
}
