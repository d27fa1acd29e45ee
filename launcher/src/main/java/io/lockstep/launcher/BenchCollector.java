package io.lockstep.launcher;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A collector with everything on and its store, from this installation, for a measurement: in
/// processes and a folder of their own, with the flags of the JVM that this process was given,
/// which are those of every collector.
final class BenchCollector implements AutoCloseable {
  private final Child child;
  private final int otlp;
  private final int http;
  private final BenchStore store;

  private BenchCollector(Child child, int otlp, int http, BenchStore store) {
    this.store = store;
    this.child = child;
    this.otlp = otlp;
    this.http = http;
  }

  /// Starts it and waits until it is ready.
  ///
  /// @param more further sections of its configuration, YAML
  static BenchCollector start(Path folder, String more) throws IOException, InterruptedException {
    int otlp = Peer.freePort();
    int http = Peer.freePort();
    int questdb = Peer.freePort();
    Path config = folder.resolve("collector.yaml");
    Files.writeString(
        config,
        """
        cluster: bench
        data: %s
        receive: {listen: {address: "127.0.0.1:%d"}}
        http: {listen: {address: "127.0.0.1:%d"}}
        store: {questdb: {port: %d}}
        """
                .formatted(Site.quoted(folder.resolve("collector")), otlp, http, questdb)
            + more);
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
                "--exit-with-stdin"));
    var store = new BenchStore(folder.resolve("collector/store/questdb"), questdb);
    var collector = new BenchCollector(child, otlp, http, store);
    try {
      new Api(collector.page()).awaitReady(child);
      return collector;
    } catch (IOException | InterruptedException e) {
      collector.close();
      throw e;
    }
  }

  private static List<String> jvm() {
    var flags = new ArrayList<String>();
    for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (flag.startsWith("-X") && !flag.startsWith("-Xshare")) {
        flags.add(flag);
      }
    }
    flags.addAll(List.of("-cp", System.getProperty("java.class.path")));
    return flags;
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + otlp);
  }

  URI page() {
    return URI.create("http://127.0.0.1:" + http + "/");
  }

  /// The collector itself.
  ProcessHandle process() {
    return child.handle();
  }

  /// Its store's.
  ProcessHandle storeProcess() throws IOException {
    return child
        .handle()
        .children()
        .findFirst()
        .orElseThrow(() -> new IOException("the collector's store does not run"));
  }

  BenchStore store() {
    return store;
  }

  String obituary() {
    return child.obituary();
  }

  @Override
  public void close() {
    child.close();
  }
}
