package io.lockstep.collector.notify;

import io.lockstep.collector.notify.Arrival.Signature;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedSet;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A small receiver of webhooks: checks signatures as any receiver should, and tells what came.
/// Good ones are answered 204, others 401.
public final class Receiver implements AutoCloseable {
  private static final int BODY_MAX = 1024 * 1024;
  private static final int IDS_MAX = 10_000;

  private final @Nullable SigningKeys keys;
  private final Consumer<Arrival> told;
  private final HttpServer server;

  /// Ids that came, oldest first; on the server's event loop only.
  private final SequencedSet<String> ids = new LinkedHashSet<>();

  private Receiver(Vertx vertx, @Nullable SigningKeys keys, Consumer<Arrival> told) {
    this.keys = keys;
    this.told = told;
    this.server =
        vertx
            .createHttpServer(
                new HttpServerOptions().setIdleTimeout(30).setHttp2ClearTextEnabled(false))
            .requestHandler(this::take);
  }

  /// Begins to listen.
  ///
  /// @param port 0 for any that is free
  /// @param secretFile as a sink's `secret_file`; null when signatures are not to be checked
  /// @param told called for each message, on an event loop: must not block
  /// @throws IOException when the file can't be used or the port is taken
  public static Receiver start(
      Vertx vertx, String host, int port, @Nullable Path secretFile, Consumer<Arrival> told)
      throws IOException {
    SigningKeys keys = secretFile == null ? null : SigningKeys.read(secretFile);
    var receiver = new Receiver(vertx, keys, told);
    try {
      receiver.server.listen(port, host).toCompletionStage().toCompletableFuture().join();
      return receiver;
    } catch (CompletionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new IOException("can't listen on " + host + ":" + port + ": " + cause.getMessage(), e);
    }
  }

  /// Makes a file with a new secret that only its owner can read; leaves one that is there alone.
  public static void makeSecret(Path file) throws IOException {
    if (Files.exists(file)) {
      return;
    }
    if (Files.getFileStore(file.toAbsolutePath().getParent()).supportsFileAttributeView("posix")) {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }
    Files.writeString(file, SigningKeys.make() + "\n");
  }

  /// Where it listens.
  public int port() {
    return server.actualPort();
  }

  private void take(HttpServerRequest request) {
    if (!request.method().equals(HttpMethod.POST)) {
      request.response().setStatusCode(405).putHeader("Allow", "POST").end();
      return;
    }
    Buffer body = Buffer.buffer();
    request.handler(part -> {
      if (body.length() + part.length() <= BODY_MAX) {
        body.appendBuffer(part);
      } else if (!request.response().ended()) {
        request.response().setStatusCode(413).putHeader("Connection", "close").end();
      }
    });
    request.endHandler(_ -> {
      if (!request.response().ended()) {
        answer(request, body.toString(StandardCharsets.UTF_8));
      }
    });
  }

  private void answer(HttpServerRequest request, String body) {
    Map<String, List<String>> headers = new HashMap<>();
    for (String name : request.headers().names()) {
      headers.put(name.toLowerCase(Locale.ROOT), request.headers().getAll(name));
    }
    String id = headers.getOrDefault("webhook-id", List.of("")).getFirst();
    String problem = keys == null ? "" : keys.problem(body, headers);
    Signature signature =
        keys == null ? Signature.UNCHECKED : problem.isEmpty() ? Signature.GOOD : Signature.BAD;
    boolean again = signature != Signature.BAD && !id.isEmpty() && !ids.add(id);
    while (ids.size() > IDS_MAX) {
      ids.removeFirst();
    }
    request.response().setStatusCode(signature == Signature.BAD ? 401 : 204).end();
    told.accept(new Arrival(Instant.now(), id, signature, problem, again, body));
  }

  @Override
  public void close() {
    server.close().toCompletionStage().toCompletableFuture().join();
  }
}
