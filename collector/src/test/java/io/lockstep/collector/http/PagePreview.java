package io.lockstep.collector.http;

import io.lockstep.telemetry.config.ConfigException;
import io.lockstep.telemetry.config.Listen;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/// Serves the page over made-up values, to look at it while working on it: arguments are port,
/// servers, `faulty` or `well`, and optionally a name for the cluster and a token file.
final class PagePreview {
  private PagePreview() {}

  public static void main(String[] args) throws ConfigException {
    int port = Integer.parseInt(args[0]);
    int servers = Integer.parseInt(args[1]);
    boolean faulty = args[2].equals("faulty");
    String name = args.length > 3 ? args[3] : "made-up";
    var views = new MadeUpViews(name, servers, faulty, Instant.now().minusSeconds(1000));
    Path tokens = args.length > 4 ? Path.of(args[4]) : null;
    var listen = new Listen("127.0.0.1:" + port, null, null, tokens, false);
    var config = new OperatorServer.Config(listen, List.of(), 64, Duration.ofHours(24));
    var shown =
        new OperatorServer.Shown(
            "preview", InstantSource.system(), () -> List.of(views), List::of, List::of, List.of());
    new OperatorServer(Vertx.vertx(), config, shown).start().toCompletableFuture().join();
  }
}
