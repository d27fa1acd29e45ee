package io.lockstep.launcher;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockstep.launcher.LoadGenerator.Load;
import io.lockstep.telemetry.config.Durations;
import io.lockstep.telemetry.config.FileProblem;
import io.lockstep.telemetry.config.FolderLock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `lockstep bench ingest`: what it costs a collector to receive, keep, judge and store what many
/// servers send.
@Command(
    name = "ingest",
    mixinStandardHelpOptions = true,
    description = {
      "Measures what it costs a collector to receive, keep in memory, judge and store what many servers"
          + " send: the real collector with everything on and its store, loaded by a process apart, which"
          + " sends of each server 600 values a second (8 GPUs of 45, 8 ports of 15, 120 of the host)"
          + " over a connection of its own. Prints CPU seconds per million points, memory, times from"
          + " sent to stored and judged, and bytes on disk."
    },
    footer = {
      "",
      "Exit codes: 0 everything was taken and kept, 1 something was refused or lost, 2 wrong usage."
    })
final class IngestBench implements Callable<Integer> {
  private static final int SERVERS_MAX = 20_000;
  private static final Duration SHORTEST = Duration.ofSeconds(1);

  @Spec private @Nullable CommandSpec command;

  @Option(
      names = "--servers",
      paramLabel = "N",
      defaultValue = "1250",
      description = "How many servers send (default: ${DEFAULT-VALUE}).")
  private int servers = 1250;

  @Option(
      names = "--rate",
      paramLabel = "1s|max",
      defaultValue = "1s",
      description =
          "Every second, or as soon as the answer is there, then with times of twelve hours ago"
              + " (default: ${DEFAULT-VALUE}).")
  private String rate = "1s";

  @Option(
      names = "--duration",
      paramLabel = "TIME",
      defaultValue = "5m",
      description = "How long is measured (default: ${DEFAULT-VALUE}).")
  private String duration = "5m";

  @Option(
      names = "--warm-up",
      paramLabel = "TIME",
      defaultValue = "60s",
      description = "How long it runs before, which is reported apart (default: ${DEFAULT-VALUE}).")
  private String warmUp = "60s";

  @Option(names = "--plain", description = "Do not compress requests, as agents do.")
  private boolean plain;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "Folder for configuration, logs and store (default: lockstep-data/bench-ingest).")
  private Path data = Path.of("lockstep-data", "bench-ingest");

  @Option(names = "--json", description = "Print the report as JSON.")
  private boolean json;

  @Override
  public Integer call() throws InterruptedException {
    if (servers < 1 || servers > SERVERS_MAX) {
      throw wrong("--servers must be 1 to " + SERVERS_MAX + ", are " + servers);
    }
    if (!rate.equals("1s") && !rate.equals("max")) {
      throw wrong("--rate must be 1s or max, is \"" + rate + "\"");
    }
    var load =
        new Load(
            servers,
            rate.equals("1s"),
            !plain,
            time("--warm-up", warmUp),
            time("--duration", duration));
    Path folder = data.toAbsolutePath().normalize();
    try {
      DemoFolder.check(folder);
      try (FolderLock _ = FolderLock.take(folder, "--data")) {
        DemoFolder.clean(folder);
        IngestReport report = measure(folder, load);
        print(report);
        return report.whole() ? 0 : 1;
      }
    } catch (IOException e) {
      System.err.println("lockstep bench ingest: " + FileProblem.words(e));
      return 1;
    }
  }

  private IngestReport measure(Path folder, Load load) throws IOException, InterruptedException {
    System.err.println(
        "lockstep: %d servers, warm-up %s, then measured %s; data in %s"
            .formatted(
                load.servers(),
                Durations.text(load.warmUp()),
                Durations.text(load.length()),
                folder));
    try (BenchCollector collector = BenchCollector.start(folder, "")) {
      return new IngestRun(collector).run(folder, load);
    }
  }

  private void print(IngestReport report) throws JsonProcessingException {
    if (json) {
      System.out.println(
          new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(report));
    } else {
      IngestText.of(report).forEach(System.out::println);
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
    throw wrong(option + " must be at least 1s, as 5m or 90s, is " + text);
  }

  private ParameterException wrong(String message) {
    return new ParameterException(Objects.requireNonNull(command).commandLine(), message);
  }
}
