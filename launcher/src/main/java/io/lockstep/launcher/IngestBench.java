package io.lockstep.launcher;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockstep.launcher.LoadGenerator.Load;
import io.lockstep.launcher.LoadGenerator.To;
import io.lockstep.simulator.Fleet;
import io.lockstep.simulator.Wire;
import io.lockstep.simulator.Yardstick;
import io.lockstep.telemetry.config.Durations;
import io.lockstep.telemetry.config.FileProblem;
import io.lockstep.telemetry.config.FolderLock;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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

  @Option(
      names = "--shape",
      paramLabel = "even|agent",
      defaultValue = "even",
      description =
          "The same 600 values every second, or as agents do: some 430, and on whole tens of seconds"
              + " all that changes slowly besides (default: ${DEFAULT-VALUE}).")
  private String shape = "even";

  @Option(names = "--plain", description = "Do not compress requests, as agents do.")
  private boolean plain;

  @Option(
      names = "--url",
      paramLabel = "URL",
      description =
          "Load this collector, which runs already, as http://127.0.0.1:4318. What it is sent it"
              + " keeps: servers bench-00000 and so on.")
  private @Nullable URI url;

  @Option(
      names = "--page",
      paramLabel = "URL",
      description =
          "Its operators' port, as http://127.0.0.1:8470, from which its costs are read; with --url.")
  private @Nullable URI page;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = "Holds the token that it asks senders for, in one line; with --url.")
  private @Nullable Path tokenFile;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description =
          "A key of the collector's configuration, as store.writer.interval=1s; may be repeated.")
  private Map<String, String> keys = new LinkedHashMap<>();

  @Option(
      names = "--peer",
      paramLabel = "NAME",
      description =
          "Load this afterwards with the same values, and print ratios; may be repeated:"
              + " victoriametrics, prometheus, otelcol (into nothing).")
  private List<String> peers = new ArrayList<>();

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
            shape(),
            time("--warm-up", warmUp),
            time("--duration", duration));
    if (url == null && (page != null || tokenFile != null)) {
      throw wrong("--page and --token-file go with --url");
    }
    check(url, page);
    peers();
    Path folder = data.toAbsolutePath().normalize();
    try {
      DemoFolder.check(folder);
      try (FolderLock _ = FolderLock.take(folder, "--data")) {
        DemoFolder.clean(folder);
        List<IngestReport> reports = measure(folder, load);
        print(reports);
        return reports.getFirst().whole() ? 0 : 1;
      }
    } catch (IOException e) {
      System.err.println("lockstep bench ingest: " + FileProblem.words(e));
      return 1;
    }
  }

  private void check(@Nullable URI... addresses) {
    for (URI one : addresses) {
      try {
        if (one != null) {
          Fleet.Config.of(one, null);
        }
      } catch (IllegalArgumentException e) {
        throw wrong(String.valueOf(e.getMessage()));
      }
    }
    if (tokenFile != null && !Files.isReadable(tokenFile)) {
      throw wrong("--token-file: " + tokenFile + " can't be read");
    }
  }

  /// The collector first, then its peers, one after the other.
  private List<IngestReport> measure(Path folder, Load load)
      throws IOException, InterruptedException {
    var reports = new ArrayList<IngestReport>();
    try (Loaded collector = collector(folder)) {
      reports.add(measure("lockstep", collector, folder, load));
    }
    for (IngestPeers.Kind kind : peers()) {
      try (Loaded peer = IngestPeer.start(kind, folder)) {
        reports.add(measure(kind.name(), peer, folder, load));
      } catch (IOException e) {
        System.err.println(kind.name() + ": left out, " + FileProblem.words(e));
      }
    }
    return reports;
  }

  private Loaded collector(Path folder) throws IOException, InterruptedException {
    URI there = url;
    return there == null
        ? BenchCollector.start(folder, keys)
        : new ElsewhereCollector(
            new To(there, Wire.OTLP, tokenFile, true), page == null ? null : new Api(page));
  }

  private static IngestReport measure(String name, Loaded loaded, Path folder, Load load)
      throws IOException, InterruptedException {
    System.err.println(
        "%s: %d servers by %s, warm-up %s, then measured %s; data in %s"
            .formatted(
                name,
                load.servers(),
                loaded.to().wire().name().toLowerCase(Locale.ROOT),
                Durations.text(load.warmUp()),
                Durations.text(load.length()),
                folder));
    return new IngestRun(name, loaded, load).run(folder);
  }

  private List<IngestPeers.Kind> peers() {
    return peers.stream()
        .map(name ->
            IngestPeers.ALL.stream()
                .filter(kind -> kind.name().equals(name))
                .findFirst()
                .orElseThrow(() ->
                    wrong("--peer must be victoriametrics, prometheus or otelcol, is " + name)))
        .toList();
  }

  private void print(List<IngestReport> reports) throws JsonProcessingException {
    if (json) {
      System.out.println(
          new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(reports));
      return;
    }
    for (IngestReport report : reports) {
      IngestText.of(report).forEach(System.out::println);
      System.out.println();
    }
    reports.stream()
        .skip(1)
        .forEach(peer -> System.out.println(IngestText.ratios(reports.getFirst(), peer)));
  }

  private Yardstick shape() {
    return switch (shape) {
      case "even" -> Yardstick.EVEN;
      case "agent" -> Yardstick.AGENT;
      default -> throw wrong("--shape must be even or agent, is \"" + shape + "\"");
    };
  }

  private Duration time(String option, String text) {
    return TimeOption.read(command, option, text, SHORTEST);
  }

  private ParameterException wrong(String message) {
    return new ParameterException(Objects.requireNonNull(command).commandLine(), message);
  }
}
