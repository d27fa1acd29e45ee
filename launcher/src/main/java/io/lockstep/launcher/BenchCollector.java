package io.lockstep.launcher;

import io.lockstep.launcher.IngestReport.Stored;
import io.lockstep.launcher.LoadGenerator.To;
import io.lockstep.simulator.Wire;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// A collector with everything on and its store, from this installation, for a measurement: in
/// processes and a folder of their own, with the flags of the JVM that this process was given,
/// which are those of every collector.
final class BenchCollector implements Loaded {
  private static final Duration SETTLED_MAX = Duration.ofMinutes(10);

  private final Child child;
  private final int otlp;
  private final Api api;
  private final BenchStore store;

  private BenchCollector(Child child, int otlp, int http, BenchStore store) {
    this.store = store;
    this.child = child;
    this.api = new Api(URI.create("http://127.0.0.1:" + http + "/"));
    this.otlp = otlp;
  }

  /// Starts it and waits until it is ready.
  ///
  /// @param keys of its configuration, in the words of its file: `store.writer.interval`
  static BenchCollector start(Path folder, Map<String, String> keys)
      throws IOException, InterruptedException {
    int otlp = Peer.freePort();
    int http = Peer.freePort();
    int questdb = Peer.freePort();
    Path config = folder.resolve("collector.yaml");
    Files.writeString(
        config,
        """
        cluster: bench
        data: %s
        receive: {grpc_address: none, listen: {address: "127.0.0.1:%d"}}
        http: {listen: {address: "127.0.0.1:%d"}}
        store: {questdb: {port: %d}}
        """
            .formatted(Site.quoted(folder.resolve("collector")), otlp, http, questdb));
    Child child =
        Child.start(
            "collector",
            folder.resolve("collector.log"),
            jvm(),
            List.of(
                "io.lockstep.launcher.Main",
                "collector",
                "--config",
                config.toString(),
                "--exit-with-stdin"),
            environment(keys));
    var store = new BenchStore(folder.resolve("collector/store/questdb"), questdb);
    var collector = new BenchCollector(child, otlp, http, store);
    try {
      collector.api.awaitReady(child);
      return collector;
    } catch (IOException | InterruptedException e) {
      collector.close();
      throw e;
    }
  }

  /// A key as a variable of the environment.
  private static Map<String, String> environment(Map<String, String> keys) {
    var environment = new HashMap<String, String>();
    keys.forEach((key, value) ->
        environment.put("LOCKSTEP_" + key.toUpperCase(Locale.ROOT).replace('.', '_'), value));
    return environment;
  }

  /// What the collector's JVM is started with.
  static List<String> jvm() {
    var flags = new ArrayList<String>();
    for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (flag.startsWith("-X") && !flag.startsWith("-Xshare")) {
        flags.add(flag);
      }
    }
    flags.addAll(List.of("-cp", System.getProperty("java.class.path")));
    return flags;
  }

  @Override
  public To to() {
    return To.of(URI.create("http://127.0.0.1:" + otlp), Wire.OTLP);
  }

  @Override
  public ProcessHandle program() {
    return child.handle();
  }

  @Override
  public ProcessHandle store() throws IOException {
    return child
        .handle()
        .children()
        .findFirst()
        .orElseThrow(() -> new IOException("the collector's store does not run"));
  }

  @Override
  public SelfMetrics metrics() throws IOException, InterruptedException {
    return api.metrics();
  }

  @Override
  public long incidents() throws IOException, InterruptedException {
    return api.incidents().size();
  }

  @Override
  public void settle() throws IOException, InterruptedException {
    if (!api.awaitStored(SETTLED_MAX)) {
      throw new IOException("the collector does not get its journal into the store");
    }
    store.settle();
  }

  @Override
  public Stored stored(SelfMetrics before, SelfMetrics now)
      throws IOException, InterruptedException {
    return Stored.told(before, now).found(store.bytes(), store.rows());
  }

  /// Its operators' port.
  Api api() {
    return api;
  }

  /// Its store, to be asked.
  BenchStore tables() {
    return store;
  }

  @Override
  public String obituary() {
    return "the " + child.obituary();
  }

  @Override
  public void close() {
    child.close();
  }
}
