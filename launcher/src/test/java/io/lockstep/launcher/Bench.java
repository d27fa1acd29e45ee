package io.lockstep.launcher;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockstep.collector.store.QuestDbQuery;
import io.lockstep.collector.store.StoreAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/// A collector with its store, and agents, in processes of their own, for one test.
final class Bench implements AutoCloseable {
  private final Path folder;
  private final int http = freePort();
  private final int otlp = freePort();
  private final int training = freePort();
  private final int questdb = freePort();
  private final List<Child> children = new ArrayList<>();

  Bench(Path folder) throws IOException {
    this.folder = folder;
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  URI otlp() {
    return URI.create("http://127.0.0.1:" + otlp);
  }

  URI training() {
    return URI.create("http://127.0.0.1:" + training);
  }

  void startCollector() throws IOException, InterruptedException {
    startCollector("");
  }

  /// @param more further sections of its configuration, YAML
  void startCollector(String more) throws IOException, InterruptedException {
    Path config = folder.resolve("collector.yaml");
    Files.writeString(
        config,
        """
        cluster: test
        data: %s
        receive: {grpc_address: none, listen: {address: "127.0.0.1:%d"}}
        http: {listen: {address: "127.0.0.1:%d"}}
        store: {questdb: {port: %d}}
        """
                .formatted(folder.resolve("collector"), otlp, http, questdb)
            + more);
    start(
        "collector",
        List.of(
            "io.lockstep.launcher.Main",
            "collector",
            "--config",
            config.toString(),
            "--exit-with-stdin"));
    var api = new Api(page());
    await("readiness", Duration.ofMinutes(3), () -> ready(api));
  }

  URI page() {
    return URI.create("http://127.0.0.1:" + http + "/");
  }

  private static boolean ready(Api api) {
    try {
      return api.notReady().isEmpty();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /// @param root a captured tree; the agent reads that instead of this machine
  void startAgent(String host, Path root) throws IOException {
    startAgent("host: " + host + "\nroot: " + root + "\n");
  }

  /// @param more whom the agent speaks for and what it reads, YAML
  void startAgent(String more) throws IOException {
    Path config = folder.resolve("agent.yaml");
    Files.writeString(
        config,
        """
        collectors: ["%s"]
        spool: {folder: %s}
        listen: {address: "127.0.0.1:%d"}
        """
                .formatted(otlp(), folder.resolve("agent"), training)
            + more);
    start(
        "agent",
        List.of("io.lockstep.agent.Main", "--config", config.toString(), "--exit-with-stdin"));
  }

  private void start(String name, List<String> arguments) throws IOException {
    children.add(
        Child.start(
            name,
            folder.resolve(name + ".log"),
            List.of("-Xmx512m", "-cp", System.getProperty("java.class.path")),
            arguments));
  }

  /// The processes themselves, in the order of their start.
  Stream<ProcessHandle> processes() {
    return children.stream().flatMap(child -> ProcessHandle.of(child.pid()).stream());
  }

  QuestDbQuery sql() throws IOException {
    Path password = folder.resolve("collector/store/questdb/password");
    return new QuestDbQuery(
        StoreAddress.withPassword(
            "http://127.0.0.1:" + questdb, "lockstep", Files.readString(password).strip()));
  }

  /// Ends the process that was started last as `kill -9` does.
  void killLast() throws InterruptedException {
    Child last = children.removeLast();
    ProcessHandle.of(last.pid()).ifPresent(ProcessHandle::destroyForcibly);
    last.waitFor(Duration.ofSeconds(30));
  }

  /// Ends a process as `kill -9` does.
  void kill(String name) throws InterruptedException {
    for (Child child : List.copyOf(children)) {
      if (child.name().equals(name)) {
        children.remove(child);
        ProcessHandle.of(child.pid()).ifPresent(ProcessHandle::destroyForcibly);
        child.waitFor(Duration.ofSeconds(30));
      }
    }
  }

  /// Ends the collector's QuestDB as `kill -9` does; the collector stays.
  void killQuestDb() {
    processes().flatMap(ProcessHandle::children).forEach(ProcessHandle::destroyForcibly);
  }

  /// Whether the collector says that it is ready.
  boolean ready() {
    return ready(new Api(page()));
  }

  /// Whether there is an open or resolved incident of that kind.
  boolean hasIncident(String kind) {
    try {
      for (JsonNode incident : new Api(page()).incidents()) {
        if (incident.path("kind").asText().equals(kind)) {
          return true;
        }
      }
      return false;
    } catch (IOException _) {
      return false;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /// A count by SQL; −1 while the store can't be asked.
  static long count(QuestDbQuery sql, String query) {
    try {
      return sql.number(query);
    } catch (IOException _) {
      return -1;
    }
  }

  /// Waits for something that comes; its absence is the failure, not the time it takes.
  static void await(String what, Duration limit, BooleanSupplier there)
      throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    while (!there.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("no " + what + " within " + limit);
      }
      Thread.sleep(100);
    }
  }

  @Override
  public void close() {
    children.reversed().forEach(Child::close);
  }
}
