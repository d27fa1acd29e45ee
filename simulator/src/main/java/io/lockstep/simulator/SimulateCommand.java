package io.lockstep.simulator;

import io.lockstep.telemetry.config.Durations;
import io.lockstep.telemetry.config.FileProblem;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `lockstep simulate`: a made-up cluster, sent to a collector or written to a file.
@Command(
    name = "simulate",
    mixinStandardHelpOptions = true,
    description = {
      "Sends a made-up cluster to a collector, or writes it to a file of OTLP JSON lines.",
      "From 8 servers on there are two jobs and a spare server.",
      "Faults unless others are given: port-flapping after 15s, gpu-slow after 25s, host-silent"
          + " after 35s, with two jobs gpu-lost after 45s, on servers chosen by the seed."
    },
    footer = {"", "Exit codes: 0 done, 1 the collector did not take everything, 2 wrong usage."})
public final class SimulateCommand implements Callable<Integer> {
  private static final Duration GOODBYE = Duration.ofSeconds(10);

  @Spec private @Nullable CommandSpec command;

  @Option(
      names = "--servers",
      paramLabel = "N",
      defaultValue = "64",
      description = "Servers of 8 GPUs (default: ${DEFAULT-VALUE}).")
  private int servers;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Everything that is random comes from it (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--fault",
      paramLabel = "KIND[@PLACE][,start=,for=,depth=,heat=]",
      description =
          "A fault to inject; may be repeated; `none` for a healthy cluster. Kinds: gpu-slow,"
              + " gpu-lost, port-flapping, port-down, host-silent. Example:"
              + " gpu-slow@node-0007/3,start=30s,for=5m,depth=0.25")
  private List<String> faults = new ArrayList<>();

  @Option(
      names = "--step-time",
      paramLabel = "TIME",
      defaultValue = "2500ms",
      description = "Length of a healthy training step (default: ${DEFAULT-VALUE}).")
  private String stepTime = "2500ms";

  @Option(
      names = "--duration",
      paramLabel = "TIME",
      description = "How long, in simulated time; needed with --file and --rate max.")
  private @Nullable String duration;

  @Option(
      names = "--url",
      paramLabel = "URL",
      defaultValue = "http://127.0.0.1:4318",
      description = "The collector (default: ${DEFAULT-VALUE}).")
  private String url = "http://127.0.0.1:4318";

  @Option(
      names = "--rate",
      paramLabel = "1s|max",
      defaultValue = "1s",
      description =
          "One simulated second each second, or as fast as acknowledged, ending at the present"
              + " (default: ${DEFAULT-VALUE}).")
  private String rate = "1s";

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = "Holds the token that the collector asks for, in one line.")
  private @Nullable Path tokenFile;

  @Option(
      names = "--file",
      paramLabel = "FILE",
      description = "Write OTLP JSON lines there instead, in virtual time; - for stdout.")
  private @Nullable Path file;

  @Option(
      names = "--start",
      paramLabel = "TIME",
      defaultValue = "2026-01-01T00:00:00Z",
      description = "When the simulation begins, with --file (default: ${DEFAULT-VALUE}).")
  private String start = "2026-01-01T00:00:00Z";

  @Override
  public Integer call() throws IOException, InterruptedException {
    Duration step = option("--step-time", stepTime, Durations::parse);
    ClusterSpec spec =
        option(
            "--servers and --step-time",
            servers,
            many -> ClusterSpec.withSpare(many, seed, step.toNanos() / 1e9));
    List<Injected> injected = option("--fault", faults, all -> place(spec, all));
    Duration length = duration == null ? null : option("--duration", duration, Durations::parse);
    if (length != null && length.toSeconds() < 1) {
      throw wrong("--duration must be 1s or more, is " + duration);
    }
    if (!rate.equals("1s") && !rate.equals("max")) {
      throw wrong("--rate must be 1s or max, is \"" + rate + "\"");
    }
    if (file != null) {
      write(spec, injected, file, needed(length));
      return 0;
    }
    return send(spec, injected, length);
  }

  private static List<Injected> place(ClusterSpec spec, List<String> orders) {
    return Injected.place(spec, Fault.parseAll(orders, Duration.ZERO, spec));
  }

  private <T, R> R option(String name, T value, Function<T, R> read) {
    try {
      return read.apply(value);
    } catch (IllegalArgumentException | DateTimeParseException e) {
      throw wrong(name + ": " + e.getMessage());
    }
  }

  private Duration needed(@Nullable Duration length) {
    if (length == null) {
      throw wrong("--duration is needed with --file and with --rate max, for example 10m");
    }
    return length;
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec().commandLine(), message);
  }

  private CommandSpec spec() {
    if (command == null) {
      throw new IllegalStateException("must be run by picocli");
    }
    return command;
  }

  private PrintWriter err() {
    return spec().commandLine().getErr();
  }

  private void announce(ClusterSpec spec, List<Injected> injected) {
    err().printf("%d servers, %d ranks, seed %d%n", servers, spec.ranks(), seed);
    for (Injected one : injected) {
      err()
          .printf(
              "%s at %s %s after %s%n",
              one.fault().kind().label(),
              one.host(),
              one.subject(),
              Durations.text(one.fault().start()));
    }
  }

  /// @return the exit code: 1 when the collector did not take everything
  private int send(ClusterSpec spec, List<Injected> injected, @Nullable Duration length)
      throws InterruptedException {
    boolean fast = rate.equals("max");
    Duration back = fast ? needed(length) : Duration.ZERO;
    var config = option("--url", url, to -> Fleet.Config.of(address(to), token()));
    Instant begin = Instant.now().minus(back);
    var simulation = new Simulation(spec, injected, Nanos.of(begin));
    announce(spec, injected);
    try (var fleet = new Fleet(spec, simulation, config)) {
      if (fast) {
        fleet.runFast(back.toSeconds());
      } else {
        fleet.run(length);
      }
      boolean all = fleet.stop(GOODBYE);
      err()
          .printf(
              "simulated %d s: %s never_sent=%d%n",
              simulation.second(), fleet.totals(), fleet.waiting());
      return all && fleet.totals().acknowledged() > 0 ? 0 : 1;
    }
  }

  private static URI address(String text) {
    try {
      return new URI(text);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(
          "url must be like http://127.0.0.1:4318, is \"" + text + "\"", e);
    }
  }

  private @Nullable String token() {
    if (tokenFile == null) {
      return null;
    }
    try {
      String token = Files.readString(tokenFile).strip();
      if (!token.matches("[\\x21-\\x7e]+")) {
        throw wrong("--token-file: " + tokenFile + " must hold one token in one line");
      }
      return token;
    } catch (IOException e) {
      throw wrong(
          "--token-file: " + tokenFile + " can't be read: " + FileProblem.words(tokenFile, e));
    }
  }

  private void write(ClusterSpec spec, List<Injected> injected, Path to, Duration length)
      throws IOException {
    Instant begin = option("--start", start, Instant::parse);
    var simulation = new Simulation(spec, injected, Nanos.of(begin));
    announce(spec, injected);
    try (BufferedWriter out = open(to)) {
      var lines = new OtlpFile(out);
      var parcels = new ArrayList<Parcel>();
      for (long i = 0; i < length.toSeconds(); i++) {
        simulation.advance(parcels::add);
        for (Parcel parcel : parcels) {
          lines.write(parcel);
        }
        parcels.clear();
      }
      err().printf("simulated %d s: %d lines%n", simulation.second(), lines.lines());
    }
  }

  private BufferedWriter open(Path to) {
    try {
      return to.toString().equals("-")
          ? new BufferedWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8))
          : Files.newBufferedWriter(to);
    } catch (IOException e) {
      throw wrong("--file: " + to + " can't be written: " + FileProblem.words(to, e));
    }
  }
}
