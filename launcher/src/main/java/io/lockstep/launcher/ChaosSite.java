package io.lockstep.launcher;

import io.lockstep.collector.store.QuestDbQuery;
import io.lockstep.launcher.ChaosProxy.State;
import io.lockstep.simulator.NvmlStandIn;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A collector with its store, a few agents on servers made of files, the network between them and
/// to an on-call tool, all of which can be broken. One thread breaks and heals.
final class ChaosSite implements AutoCloseable {
  /// How large the disks are that can be made full, MiB; memory that is only used when written.
  private static final int STORE_MEBIBYTES = 16 << 10;

  private static final int STATE_MEBIBYTES = 256;
  private static final int SPOOL_MEBIBYTES = 64;
  private static final Duration STORED = Duration.ofMinutes(5);
  private static final Duration READY = Duration.ofMinutes(3);
  private static final int DOUBLE_BIT_ECC = 48;
  private static final int GPUS = 8;

  /// One agent and its server.
  private record Station(String host, BenchServer server, ChaosDaemon daemon) {}

  private final Path folder;
  private final ChaosLedger ledger;
  private final ChaosAlerts alerts;
  private final int otlp = Peer.freePort();
  private final int http = Peer.freePort();
  private final int questdb = Peer.freePort();
  private final Map<ChaosFault, ChaosDisk> disks = new EnumMap<>(ChaosFault.class);
  private final List<Station> stations = new ArrayList<>();
  private final int parts;
  private final long seed;
  private @Nullable OnCall onCall;
  private @Nullable ChaosProxy network;
  private @Nullable ChaosProxy pager;
  private @Nullable ChaosDaemon collector;
  private @Nullable ProcessHandle stopped;
  private int broken;

  /// @param parts how many ports each agent's server has, to be broken one after the other
  ChaosSite(Path folder, int parts, ChaosLedger ledger, ChaosAlerts alerts, long seed)
      throws IOException {
    this.folder = folder;
    this.parts = parts;
    this.ledger = ledger;
    this.alerts = alerts;
    this.seed = seed;
  }

  /// Starts everything and waits until it is ready.
  ///
  /// @param faults that will come: their disks are mounted
  void start(int agents, List<ChaosFault> faults) throws IOException, InterruptedException {
    mount(ChaosFault.STATE_FULL, faults, folder.resolve("collector"), STATE_MEBIBYTES);
    mount(ChaosFault.STORE_FULL, faults, folder.resolve("collector/store"), STORE_MEBIBYTES);
    mount(ChaosFault.SPOOL_FULL, faults, folder.resolve("agent-1/spool"), SPOOL_MEBIBYTES);
    OnCall tool = OnCall.start(folder, alerts::arrived);
    onCall = tool;
    ChaosProxy toPager = ChaosProxy.unwatched(tool.port(), seed);
    pager = toPager;
    Path config = collectorConfig(tool.configuration(toPager.port()));
    collector =
        new ChaosDaemon(
            "collector",
            () ->
                Child.start(
                    "collector",
                    folder.resolve("collector.log"),
                    BenchCollector.jvm(),
                    List.of(
                        "io.lockstep.launcher.Main",
                        "collector",
                        "--config",
                        config.toString(),
                        "--exit-with-stdin")),
            seed);
    awaitReady(READY);
    network = new ChaosProxy(otlp, ledger, seed + 1);
    for (int agent = 1; agent <= agents; agent++) {
      stations.add(station(agent));
    }
  }

  private void mount(ChaosFault fault, List<ChaosFault> faults, Path place, int mebibytes)
      throws IOException, InterruptedException {
    if (faults.contains(fault)) {
      disks.put(fault, ChaosDisk.mount(place, mebibytes));
    }
  }

  private Path collectorConfig(String notify) throws IOException {
    Path config = folder.resolve("collector.yaml");
    Files.writeString(
        config,
        """
        cluster: chaos
        data: %s
        receive: {grpc_address: none, listen: {address: "127.0.0.1:%d"}}
        http: {listen: {address: "127.0.0.1:%d"}}
        store: {questdb: {port: %d}}
        """
                .formatted(Site.quoted(folder.resolve("collector")), otlp, http, questdb)
            + notify);
    return config;
  }

  private Station station(int number) throws IOException, InterruptedException {
    Path own = Files.createDirectories(folder.resolve("agent-" + number));
    String host = "agent-" + number;
    BenchServer server = BenchServer.make(own, parts, GPUS);
    Path config = own.resolve("agent.yaml");
    Files.writeString(
        config,
        server.configuration(host)
            + """
            collectors: ["%s"]
            spool: {folder: %s}
            judge: {file: %s}
            listen: {address: "127.0.0.1:%d"}
            """
                .formatted(
                    collectorAsSeen(),
                    Site.quoted(own.resolve("spool")),
                    Site.quoted(own.resolve("verdict")),
                    Peer.freePort()));
    var daemon =
        new ChaosDaemon(
            host,
            () ->
                Child.start(
                    host,
                    own.resolve("agent.log"),
                    agentJvm(),
                    List.of(
                        "io.lockstep.agent.Main",
                        "--config",
                        config.toString(),
                        "--exit-with-stdin")),
            seed + number);
    return new Station(host, server, daemon);
  }

  /// Whether a host is one with a real agent.
  static boolean isAgent(String host) {
    return host.startsWith("agent-");
  }

  private static List<String> agentJvm() {
    String classPath =
        System.getProperty("lockstep.agent.classpath", System.getProperty("java.class.path"));
    return List.of(
        "-Xmx48m", "-XX:TieredStopAtLevel=1", "-XX:+ErrorFileToStderr", "-cp", classPath);
  }

  private static <T> T there(@Nullable T one) {
    if (one == null) {
      throw new IllegalStateException("the site is not started");
    }
    return one;
  }

  /// Where senders reach the collector, or do not.
  URI collectorAsSeen() {
    return URI.create("http://127.0.0.1:" + there(network).port());
  }

  /// The collector's own port.
  int otlp() {
    return otlp;
  }

  Api api() {
    return new Api(URI.create("http://127.0.0.1:" + http + "/"));
  }

  /// The store, to be asked.
  QuestDbQuery sql() throws IOException {
    return new BenchStore(folder.resolve("collector/store/questdb"), questdb).sql();
  }

  /// Waits until all that the collector has acknowledged stands in the store's tables.
  void settle() throws IOException, InterruptedException {
    if (!api().awaitStored(STORED)) {
      throw new IOException("the collector does not get its journal into the store");
    }
    new BenchStore(folder.resolve("collector/store/questdb"), questdb).settle();
  }

  /// Waits until the collector and its store are ready.
  ///
  /// @throws IOException when they are not by then; the message says why
  void awaitReady(Duration limit) throws IOException, InterruptedException {
    Api api = api();
    long end = System.nanoTime() + limit.toNanos();
    for (Optional<String> problem = api.notReady(); problem.isPresent(); problem = api.notReady()) {
      if (System.nanoTime() > end) {
        throw new IOException(
            "the collector is not ready after %d s: %s%n%s"
                .formatted(limit.toSeconds(), problem.get(), there(collector).lastWords()));
      }
      Thread.sleep(200);
    }
  }

  /// Does it.
  ///
  /// @return whether there was something to do it to
  boolean begin(ChaosPlan.Blow blow) throws IOException, InterruptedException {
    switch (blow.fault()) {
      case KILL_AGENT -> {
        return stations.get(blow.number() % stations.size()).daemon().kill();
      }
      case KILL_COLLECTOR -> {
        return there(collector).kill();
      }
      case KILL_STORE -> {
        return store().map(ProcessHandle::destroyForcibly).orElse(false);
      }
      case STOP_STORE -> {
        return stopStore();
      }
      case NETWORK_CUT -> there(network).become(State.CUT);
      case NETWORK_DELAY -> there(network).become(State.DELAY);
      case NETWORK_HALF_OPEN -> there(network).become(State.HALF_OPEN);
      case NETWORK_FLAKY -> there(network).become(State.FLAKY);
      case PAGER_CUT -> there(pager).become(State.CUT);
      case SPOOL_FULL, STORE_FULL, STATE_FULL -> there(disks.get(blow.fault())).fill();
      case CLOCK, HOSTILE -> {
        return false;
      }
    }
    return true;
  }

  /// Ends what lasts.
  void end(ChaosFault fault) throws IOException, InterruptedException {
    switch (fault) {
      case STOP_STORE -> resumeStore();
      case NETWORK_CUT, NETWORK_DELAY, NETWORK_HALF_OPEN, NETWORK_FLAKY ->
          there(network).become(State.WELL);
      case PAGER_CUT -> there(pager).become(State.WELL);
      case SPOOL_FULL, STORE_FULL, STATE_FULL -> there(disks.get(fault)).empty();
      case KILL_AGENT, KILL_COLLECTOR, KILL_STORE, CLOCK, HOSTILE -> {}
    }
  }

  /// Disks that are full have no room for what was deleted meanwhile, either.
  void keepFull() throws IOException, InterruptedException {
    for (ChaosDisk disk : disks.values()) {
      disk.stayFull();
    }
  }

  private Optional<ProcessHandle> store() {
    return there(collector).process().flatMap(process -> process.children().findFirst());
  }

  private boolean stopStore() throws IOException, InterruptedException {
    Optional<ProcessHandle> store = store();
    if (store.isEmpty() || stopped != null) {
      return false;
    }
    stopped = store.get();
    signal(store.get(), "STOP");
    return true;
  }

  /// It may have been taken for hung, and be gone.
  private void resumeStore() throws IOException, InterruptedException {
    ProcessHandle one = stopped;
    stopped = null;
    if (one != null && one.isAlive()) {
      signal(one, "CONT");
    }
  }

  private static void signal(ProcessHandle process, String name)
      throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor(5, TimeUnit.SECONDS);
  }

  /// Breaks the next port of some server, and every other time a GPU with it, as long as there are
  /// some.
  void breakSomething(int number) throws IOException {
    Station station = stations.get(number % stations.size());
    int port = broken / stations.size();
    if (port >= parts) {
      return;
    }
    broken++;
    alerts.expect(station.host(), BenchServer.port(port));
    station.server().takeDown(port);
    if (station.server().hasGpus() && port < GPUS) {
      alerts.expect(station.host(), NvmlStandIn.uuid(port));
      station.server().xid(port, DOUBLE_BIT_ECC, broken);
    }
  }

  /// Every process, by name.
  Map<String, ProcessHandle> processes() {
    var processes = new java.util.TreeMap<String, ProcessHandle>();
    there(collector).process().ifPresent(one -> processes.put("collector", one));
    store().ifPresent(one -> processes.put("store", one));
    stations.forEach(
        one -> one.daemon().process().ifPresent(process -> processes.put(one.host(), process)));
    return processes;
  }

  /// Daemons that ended though nobody killed them, a line each.
  List<String> endedByThemselves() {
    var ended = new ArrayList<String>();
    stations.stream()
        .map(Station::daemon)
        .filter(daemon -> daemon.endedByItself() > 0)
        .forEach(daemon -> ended.add(daemon.lastWords()));
    if (there(collector).endedByItself() > 0) {
      ended.add(there(collector).lastWords());
    }
    return ended;
  }

  /// Asks the agents to end, and waits.
  void endAgents() {
    stations.forEach(one -> one.daemon().close());
  }

  /// Ends and unmounts all.
  @Override
  public void close() {
    try {
      resumeStore();
    } catch (IOException e) {
      System.err.println("lockstep bench chaos: " + e.getMessage());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    endAgents();
    closeAll(collector, network, pager, onCall);
    disks.values().forEach(ChaosDisk::close); // the store's before the one it is mounted on
  }

  private static void closeAll(@Nullable AutoCloseable... parts) {
    for (AutoCloseable part : parts) {
      try {
        if (part != null) {
          part.close();
        }
      } catch (Exception e) {
        System.err.println("lockstep bench chaos: " + e.getMessage());
      }
    }
  }
}
