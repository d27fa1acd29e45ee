package io.lockstep.simulator;

import io.lockstep.telemetry.config.Durations;
import io.lockstep.telemetry.otlp.OtlpException;
import io.lockstep.telemetry.otlp.OtlpJson;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
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
    description =
        "Sends a made-up cluster to a collector, or writes it to a file of OTLP JSON lines.")
public final class SimulateCommand implements Callable<Integer> {
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
      paramLabel = "KIND[@PLACE][,start=,for=,depth=]",
      description =
          "A fault to inject: gpu-slow, port-flapping, port-down, host-silent. Repeatable.")
  private List<String> faults = List.of();

  @Option(
      names = "--step-time",
      paramLabel = "TIME",
      defaultValue = "2500ms",
      description = "Length of a healthy training step (default: ${DEFAULT-VALUE}).")
  private String stepTime = "";

  @Option(
      names = "--duration",
      paramLabel = "TIME",
      description = "How long, in simulated time; needed with --file and --rate max.")
  private @Nullable String duration;

  @Option(
      names = "--url",
      paramLabel = "URL",
      description = "The collector (default: http://127.0.0.1:4318).")
  private @Nullable URI url;

  @Option(
      names = "--rate",
      paramLabel = "1s|max",
      defaultValue = "1s",
      description = "One simulated second each second, or as fast as acknowledged.")
  private String rate = "";

  @Option(names = "--token-file", paramLabel = "FILE", description = "Token for the collector.")
  private @Nullable Path tokenFile;

  @Option(
      names = "--file",
      paramLabel = "FILE",
      description = "Write OTLP JSON lines there, in virtual time, instead of sending.")
  private @Nullable Path file;

  @Override
  public Integer call() throws IOException, InterruptedException {
    ClusterSpec spec;
    List<Injected> injected;
    Duration length;
    try {
      spec = new ClusterSpec(servers, seed, Durations.parse(stepTime).toMillis() / 1e3);
      injected = Injected.place(spec, faults.stream().map(Fault::parse).toList());
      length = duration == null ? null : Durations.parse(duration);
    } catch (IllegalArgumentException e) {
      throw wrong(e.getMessage());
    }
    long origin = Instant.now().getEpochSecond() * 1_000_000_000L;
    var simulation = new Simulation(spec, injected, StepTimes.usual(spec), origin);
    if (file != null) {
      write(simulation, file, needed(length));
    } else {
      send(spec, simulation, length);
    }
    return 0;
  }

  private Duration needed(@Nullable Duration length) {
    if (length == null) {
      throw wrong("--duration is needed with --file and with --rate max");
    }
    return length;
  }

  private ParameterException wrong(@Nullable String message) {
    if (command == null) {
      throw new IllegalStateException("not run by picocli");
    }
    return new ParameterException(command.commandLine(), String.valueOf(message));
  }

  private void send(ClusterSpec spec, Simulation simulation, @Nullable Duration length)
      throws IOException, InterruptedException {
    String token = tokenFile == null ? null : Files.readString(tokenFile).strip();
    URI to = url == null ? URI.create("http://127.0.0.1:4318") : url;
    if (to.getHost() == null || to.getPort() < 0 || !"http".equals(to.getScheme())) {
      throw wrong("--url must be like http://127.0.0.1:4318, is " + to);
    }
    try (var fleet = new Fleet(spec, simulation, to, token)) {
      switch (rate) {
        case "1s" -> fleet.run(length);
        case "max" -> fleet.runFast(needed(length).toSeconds());
        default -> throw wrong("--rate must be 1s or max, is " + rate);
      }
      fleet.drain(Duration.ofSeconds(10));
      System.out.println("simulated " + simulation.second() + " s: " + fleet.totals());
    }
  }

  private static void write(Simulation simulation, Path file, Duration length) throws IOException {
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      for (long i = 0; i < length.toSeconds(); i++) {
        simulation.advance(parcel -> line(out, parcel));
      }
    }
  }

  private static void line(BufferedWriter out, Parcel parcel) {
    try {
      out.write(OtlpJson.toJson(parcel.signal(), parcel.body()));
      out.newLine();
    } catch (OtlpException e) {
      throw new IllegalStateException("our own bytes are OTLP", e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
