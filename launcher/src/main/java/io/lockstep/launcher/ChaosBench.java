package io.lockstep.launcher;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockstep.telemetry.config.FileProblem;
import io.lockstep.telemetry.config.FolderLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `lockstep bench chaos`: whether anything is lost when everything breaks.
@Command(
    name = "chaos",
    mixinStandardHelpOptions = true,
    description = {
      "Runs real agents, a collector, its store and an on-call tool under load, breaks them one after"
          + " the other and together, and looks whether every point that was acknowledged is in the"
          + " store, once, and whether every alert was told. The network between them, which is also"
          + " broken, notes down what was acknowledged."
    },
    footer = {
      "",
      "Exit codes: 0 nothing was lost and nothing doubled, 1 something was, 2 wrong usage."
    })
final class ChaosBench implements Callable<Integer> {
  private static final int SERVERS_MAX = 256;
  private static final Duration WARM_UP = Duration.ofSeconds(15);
  private static final Duration LENGTH_MIN = Duration.ofSeconds(1);
  private static final Duration OUTAGE_MIN = Duration.ofSeconds(1);

  @Spec private @Nullable CommandSpec command;

  @Option(
      names = "--servers",
      paramLabel = "N",
      defaultValue = "6",
      description =
          "How many servers send: three have real agents, the others are simulated (default:"
              + " ${DEFAULT-VALUE}).")
  private int servers = 6;

  @Option(
      names = "--duration",
      paramLabel = "TIME",
      defaultValue = "2m",
      description =
          "How long faults are injected; the quiet after it comes on top (default:"
              + " ${DEFAULT-VALUE}).")
  private String duration = "2m";

  @Option(
      names = "--outage",
      paramLabel = "TIME",
      defaultValue = "8s",
      description =
          "How long a fault lasts at most, such as a store that stands still (default:"
              + " ${DEFAULT-VALUE}).")
  private String outage = "8s";

  @Option(
      names = "--faults",
      paramLabel = "FAULT",
      split = ",",
      description =
          "Only these: kill-agent, kill-collector, kill-store, stop-store, network-cut,"
              + " network-delay, network-half-open, network-flaky, spool-full, store-full,"
              + " state-full, pager-cut, clock, hostile. All without it; those that fill a disk need"
              + " root.")
  private List<String> faults = List.of();

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "What is broken when comes from it (default: ${DEFAULT-VALUE}).")
  private long seed = 1;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "Folder for configuration, logs, spools and store, which are kept (default: one that is"
              + " deleted at the end).")
  private @Nullable Path data;

  @Option(names = "--json", description = "Print the report as JSON.")
  private boolean json;

  private @Nullable ChaosRun running;

  @Override
  public Integer call() throws InterruptedException {
    if (servers < 1 || servers > SERVERS_MAX) {
      throw wrong("--servers must be 1 to " + SERVERS_MAX + ", are " + servers);
    }
    Map<String, String> skipped = new TreeMap<>();
    var order =
        new ChaosRun.Order(
            servers,
            WARM_UP,
            TimeOption.read(command, "--duration", duration, LENGTH_MIN),
            TimeOption.read(command, "--outage", outage, OUTAGE_MIN),
            possible(skipped),
            skipped,
            seed);
    try {
      return data == null ? inPassing(order) : in(data.toAbsolutePath().normalize(), order);
    } catch (IOException e) {
      System.err.println("lockstep bench chaos: " + FileProblem.words(e));
      return 1;
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(Objects.requireNonNull(command).commandLine(), message);
  }

  private List<ChaosFault> possible(Map<String, String> skipped) {
    List<ChaosFault> wanted = new ArrayList<>(List.of(ChaosFault.values()));
    if (!faults.isEmpty()) {
      try {
        wanted = new ArrayList<>(faults.stream().map(ChaosFault::of).distinct().toList());
      } catch (IllegalArgumentException e) {
        throw wrong("--faults: " + e.getMessage());
      }
    }
    String why = ChaosDisk.impossible();
    if (!why.isEmpty()) {
      wanted.stream()
          .filter(ChaosFault::fillsDisk)
          .forEach(fault -> skipped.put(fault.label(), why));
      wanted.removeIf(ChaosFault::fillsDisk);
    }
    return wanted;
  }

  private int in(Path folder, ChaosRun.Order order) throws IOException, InterruptedException {
    DemoFolder.check(folder);
    try (FolderLock _ = FolderLock.take(folder, "--data")) {
      DemoFolder.clean(folder);
      return run(folder, order, () -> {});
    }
  }

  private int inPassing(ChaosRun.Order order) throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("lockstep-chaos");
    return run(folder, order, () -> delete(folder));
  }

  /// @param after what is left to do when everything has ended, however that came
  private int run(Path folder, ChaosRun.Order order, Runnable after)
      throws IOException, InterruptedException {
    Thread end =
        new Thread(
            () -> {
              close();
              after.run();
            },
            "stop");
    Runtime.getRuntime().addShutdownHook(end);
    try {
      var run = new ChaosRun(order, folder, System.err);
      running(run);
      ChaosReport report = run.run();
      print(report);
      return report.whole() ? 0 : 1;
    } finally {
      close();
      after.run();
      forget(end);
    }
  }

  private synchronized void running(ChaosRun run) {
    running = run;
  }

  /// Once; who comes second waits until it is done.
  private synchronized void close() {
    if (running != null) {
      running.close();
      running = null;
    }
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException _) {
      // It runs already, and does the same.
    }
  }

  private static void delete(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(one);
      }
    } catch (IOException e) {
      System.err.println("lockstep bench chaos: " + folder + " is left: " + e.getMessage());
    }
  }

  private void print(ChaosReport report) throws IOException {
    if (json) {
      System.out.println(
          new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(report));
    } else {
      report.lines().forEach(System.out::println);
    }
  }
}
