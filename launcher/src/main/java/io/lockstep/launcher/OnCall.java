package io.lockstep.launcher;

import io.lockstep.collector.notify.Arrival;
import io.lockstep.collector.notify.Receiver;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;

/// What stands in for an on-call tool: a receiver of webhooks on loopback that checks signatures,
/// and the lines of the collector's configuration that send it everything.
final class OnCall implements AutoCloseable {
  private final Vertx vertx;
  private final Receiver receiver;
  private final Path secret;

  private OnCall(Vertx vertx, Receiver receiver, Path secret) {
    this.vertx = vertx;
    this.receiver = receiver;
    this.secret = secret;
  }

  /// Begins to listen.
  ///
  /// @param folder gets a file with a new secret
  /// @param told called for each message, on a thread of the receiver's: must not block
  static OnCall start(Path folder, Consumer<Arrival> told) throws IOException {
    Path secret = folder.resolve("webhook.secret");
    Receiver.makeSecret(secret);
    var files =
        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false);
    Vertx vertx =
        Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setFileSystemOptions(files));
    try {
      return new OnCall(vertx, Receiver.start(vertx, "127.0.0.1", 0, secret, told), secret);
    } catch (IOException e) {
      vertx.close();
      throw e;
    }
  }

  /// The section `notify` of the collector's configuration, YAML.
  String configuration() {
    return configuration(port());
  }

  /// The same, by way of another port.
  String configuration(int port) {
    return """
    notify:
      sinks:
        - name: on-call
          url: http://127.0.0.1:%d/
          secret_file: %s
    """
        .formatted(port, Site.quoted(secret));
  }

  int port() {
    return receiver.port();
  }

  @Override
  public void close() {
    receiver.close();
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}
