package io.lockstep.launcher;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockstep.telemetry.config.FolderLock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// A collector with its store, and an agent for this machine: two daemons of ours in processes of
/// their own, configured by files in one data folder.
final class Site implements AutoCloseable {
  /// Where everything is.
  ///
  /// @param data folder of configuration, logs, spool, state and store
  /// @param cluster the cluster's name
  /// @param http operators' port, on loopback
  /// @param otlp port for agents and other OpenTelemetry senders, on loopback
  /// @param training the agent's port for training processes, on loopback
  record Place(Path data, String cluster, int http, int otlp, int training) {
    URI page() {
      return URI.create("http://127.0.0.1:" + http + "/");
    }

    URI receiver() {
      return URI.create("http://127.0.0.1:" + otlp);
    }
  }

  /// What the daemons' configurations say beside what every site's say, YAML.
  ///
  /// @param collector sections of the collector's
  /// @param agent sections of the agent's
  record More(String collector, String agent) {
    static final More NOTHING = new More("", "");
  }

  /// Makes a folder ready that nobody else uses.
  interface Preparation {
    More prepare(Path folder) throws IOException;
  }

  private final Place place;
  private final FolderLock lock;
  private final List<Child> children = new ArrayList<>();
  private volatile boolean closing;

  /// What a server may have or not, in the doctor's words.
  private static final Set<String> SOURCES = Set.of("gpu", "infiniband", "kernel log");

  private static final Duration DOCTOR_LIMIT = Duration.ofSeconds(30);

  private Site(Place place, FolderLock lock) {
    this.place = place;
    this.lock = lock;
  }

  /// Takes the folder, starts the collector, waits until it is ready, then starts the agent.
  ///
  /// @param preparation of the data folder, once it is known that ports and folder are free
  /// @throws IOException when a port is taken, the folder can't be written, or a daemon does not
  ///   come up; the message says what to do
  static Site start(Place place, Preparation preparation) throws IOException, InterruptedException {
    free(place.http(), "--http");
    free(place.otlp(), "--otlp");
    free(place.otlp() - 1, "--otlp"); // gRPC
    free(place.training(), "--training");
    var site = new Site(place, FolderLock.take(place.data(), "--data"));
    Thread closer = new Thread(site::close, "stop");
    Runtime.getRuntime().addShutdownHook(closer);
    try {
      More more = preparation.prepare(place.data());
      site.startCollector(more.collector());
      site.startAgent(more.agent());
      return site;
    } catch (IOException | InterruptedException e) {
      site.close();
      throw e;
    }
  }

  private static void free(int port, String option) throws IOException {
    try (var socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    } catch (IOException e) {
      throw new IOException(
          "port "
              + port
              + " is taken, perhaps by another Lockstep; stop it, or choose another port"
              + " with "
              + option
              + " PORT",
          e);
    }
  }

  private void startCollector(String more) throws IOException, InterruptedException {
    Path config = place.data().resolve("collector.yaml");
    Files.writeString(
        config,
        """
        cluster: %s
        data: %s
        receive:
          listen:
            address: 127.0.0.1:%d
        http:
          listen:
            address: 127.0.0.1:%d
        """
                .formatted(
                    place.cluster(),
                    quoted(place.data().resolve("collector")),
                    place.otlp(),
                    place.http())
            + more);
    Child collector =
        Child.start(
            "collector",
            place.data().resolve("collector.log"),
            List.of(
                "-Xmx3g",
                "-XX:MaxNewSize=340m",
                "-XX:MinHeapFreeRatio=10",
                "-XX:MaxHeapFreeRatio=30",
                "-cp",
                System.getProperty("java.class.path")),
            List.of(
                "io.lockstep.launcher.Main",
                "collector",
                "--config",
                config.toString(),
                "--exit-with-stdin"));
    add(collector);
    new Api(place.page()).awaitReady(collector);
  }

  private void add(Child child) {
    synchronized (children) {
      children.add(child);
    }
    if (closing) {
      child.close(); // Ctrl-C came while it was being started
    }
  }

  private void startAgent(String more) throws IOException {
    Path config = place.data().resolve("agent.yaml");
    Files.writeString(
        config,
        """
        collectors: [%s]
        spool:
          folder: %s
        judge:
          file: %s
        listen:
          address: 127.0.0.1:%d
        """
                .formatted(
                    place.receiver(),
                    quoted(place.data().resolve("agent")),
                    quoted(place.data().resolve("verdict")),
                    place.training())
            + more);
    add(Child.start("agent", agentLog(), agentJvm(), agent(config, "--exit-with-stdin")));
  }

  /// What the agent can't read on this server, and why, by its own doctor; a line each.
  List<String> notRead() throws IOException, InterruptedException {
    Path config = place.data().resolve("agent.yaml");
    String said =
        Child.outputOf(agentLog(), agentJvm(), agent(config, "--doctor", "--json"), DOCTOR_LIMIT);
    var lines = new ArrayList<String>();
    for (JsonNode one : new ObjectMapper().readTree(said)) {
      String source = one.path("source").asText();
      if (SOURCES.contains(source) && !one.path("verdict").asText().equals("good")) {
        lines.add(source + ": " + one.path("finding").asText());
      }
    }
    return lines;
  }

  private Path agentLog() {
    return place.data().resolve("agent.log");
  }

  private static List<String> agentJvm() {
    String classPath = System.getProperty("lockstep.agent.classpath");
    if (classPath == null) {
      throw new IllegalStateException(
          "lockstep.agent.classpath must be set; start through ./lockstep");
    }
    return List.of(
        "-Xmx48m", "-XX:TieredStopAtLevel=1", "-XX:+ErrorFileToStderr", "-cp", classPath);
  }

  private static List<String> agent(Path config, String... flags) {
    var arguments =
        new ArrayList<>(List.of("io.lockstep.agent.Main", "--config", config.toString()));
    arguments.addAll(List.of(flags));
    return arguments;
  }

  /// A path as YAML takes it, whatever is in it.
  static String quoted(Path path) {
    return "'" + path.toString().replace("'", "''") + "'";
  }

  Place place() {
    return place;
  }

  /// What is wrong with the daemons, for people; empty when both run. Ctrl-C reaches them as well
  /// as this process: that they end then is nothing wrong.
  Optional<String> problem() throws InterruptedException {
    if (firstDead().isEmpty()) {
      return Optional.empty();
    }
    Thread.sleep(1000);
    return closing ? Optional.empty() : firstDead().map(Child::obituary);
  }

  private Optional<Child> firstDead() {
    synchronized (children) {
      return children.stream().filter(child -> !child.alive()).findFirst();
    }
  }

  /// Stops the agent first, so that it can hand over what it has, then the collector and its store.
  @Override
  public void close() {
    closing = true;
    List<Child> all;
    synchronized (children) {
      all = List.copyOf(children.reversed());
      children.clear();
    }
    all.forEach(Child::close);
    try {
      lock.close();
    } catch (IOException e) {
      System.err.println("lockstep: " + place.data() + " can't be given back: " + e);
    }
  }
}
