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
import java.util.function.LongSupplier;
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
          + " TLS. Beside it, at the same time, those of its peers that are on the PATH:"
          + " node_exporter, scraped every second."
    },
    footer = {"", "Exit codes: 0 measured, 1 something ended before its time, 2 wrong usage."})
final class AgentBench implements Callable<Integer> {
  private static final int PARTS = 8;
  private static final Duration SHORTEST = Duration.ofSeconds(5);
  private static final Duration LOOK = Duration.ofSeconds(5);

  /// `[1.234s] GC(7) Pause Young (Allocation Failure) 4M->3M(8M) 1.2ms`, as -Xlog:gc writes.
  private static final Pattern COLLECTION =
      Pattern.compile("Pause [^>]* ([0-9]+)([KM])->([0-9]+)([KM])\\(");

  /// One of those that are measured beside each other.
  private static final class Measured {
    final String name;
    final ProcessCost begin;
    private final Process process;
    private final LongSupplier values;
    ProcessCost now;
    long peakProportionalKib;

    /// @param values how many values it gives in a round, by now
    Measured(String name, Process process, LongSupplier values) throws IOException {
      this.name = name;
      this.process = process;
      this.values = values;
      this.begin = cost();
      this.now = begin;
    }

    void look() throws IOException {
      now = cost();
      peakProportionalKib = Math.max(peakProportionalKib, now.proportionalKib());
    }

    private ProcessCost cost() throws IOException {
      if (!process.isAlive()) {
        throw new IOException(name + " ended with code " + process.exitValue() + "; see its log");
      }
      return ProcessCost.of(process.toHandle());
    }
  }

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

  @Override
  public Integer call() throws InterruptedException {
    Duration length = time("--duration", duration);
    Duration before = time("--warm-up", warmUp);
    Path folder = data.toAbsolutePath().normalize();
    try {
      DemoFolder.check(folder);
      try (FolderLock _ = FolderLock.take(folder, "--data")) {
        DemoFolder.clean(folder);
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
    String message = option + " must be at least 5s, as 10m or 90s, is " + text;
    throw new ParameterException(Objects.requireNonNull(command).commandLine(), message);
  }

  private void measure(Path folder, Duration before, Duration length)
      throws IOException, InterruptedException {
    BenchServer server = BenchServer.make(folder, PARTS, PARTS);
    server.fill(PARTS);
    if (!server.hasGpus()) {
      System.out.println("no GPUs: gcc is not installed, with which the stand-in is built");
    }
    try (BenchReceiver receiver = BenchReceiver.start(folder)) {
      Path config = folder.resolve("agent.yaml");
      Files.writeString(
          config,
          receiver.configuration()
              + server.configuration()
              + "spool: {folder: %s}\n".formatted(Site.quoted(folder.resolve("spool")))
              + "listen: {address: 127.0.0.1:0}\n");
      long values = values(folder, config);
      Path collections = folder.resolve("gc.log");
      Process agent = start(folder, config, collections);
      NodeExporter exporter = NodeExporter.start(folder, server.root());
      try {
        System.out.println(
            "warm-up " + Durations.text(before) + ", then measured " + Durations.text(length));
        Thread.sleep(before);
        run(agent, exporter, receiver, collections, values, length);
      } finally {
        agent.destroy();
        agent.waitFor();
        if (exporter != null) {
          exporter.close();
        }
      }
    }
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

  private static void run(
      Process agent,
      @Nullable NodeExporter exporter,
      BenchReceiver receiver,
      Path collections,
      long values,
      Duration length)
      throws IOException, InterruptedException {
    var all = new ArrayList<Measured>();
    all.add(new Measured("lockstep agent", agent, () -> values));
    if (exporter == null) {
      System.out.println("node_exporter is not installed");
    } else {
      all.add(new Measured("node_exporter", exporter.process(), exporter::values));
    }
    long bytes = receiver.bytes();
    long requests = receiver.requests();
    long allocated = allocated(collections);
    long start = System.nanoTime();
    while (System.nanoTime() - start < length.toNanos()) {
      Thread.sleep(Math.min(LOOK.toMillis(), length.toMillis()));
      for (Measured one : all) {
        one.look();
      }
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    print(all, seconds);
    System.out.printf(
        "lockstep agent: sent %.1f KiB in %.2f requests a second; allocated %.0f KiB a second%n",
        (receiver.bytes() - bytes) / 1024.0 / seconds,
        (receiver.requests() - requests) / seconds,
        (allocated(collections) - allocated) / 1024.0 / seconds);
  }

  private static void print(List<Measured> all, double seconds) {
    System.out.printf(
        "%-16s %7s %7s %8s %8s %9s %8s %8s %8s %8s %9s%n",
        "",
        "values",
        "CPU %",
        "RSS MiB",
        "Pss MiB",
        "Pss peak",
        "RSS peak",
        "threads",
        "handles",
        "calls/s",
        "switches/s");
    for (Measured one : all) {
      ProcessCost end = one.now;
      System.out.printf(
          "%-16s %7d %7.2f %8.1f %8.1f %9.1f %8.1f %8d %8d %8.0f %9.0f%n",
          one.name,
          one.values.getAsLong(),
          end.processor().minus(one.begin.processor()).toNanos() / 1e7 / seconds,
          end.residentKib() / 1024.0,
          end.proportionalKib() / 1024.0,
          one.peakProportionalKib / 1024.0,
          end.peakKib() / 1024.0,
          end.threads(),
          end.handles(),
          (end.calls() - one.begin.calls()) / seconds,
          (end.switches() - one.begin.switches()) / seconds);
    }
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
