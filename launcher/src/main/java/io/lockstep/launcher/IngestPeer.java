package io.lockstep.launcher;

import io.lockstep.launcher.IngestReport.Stored;
import io.lockstep.launcher.LoadGenerator.To;
import io.lockstep.simulator.Wire;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A program that takes metrics as a collector does, started for a measurement in a folder of its
/// own, and ended with it.
final class IngestPeer implements Loaded {
  private static final Duration START_LIMIT = Duration.ofSeconds(30);
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private final IngestPeers.Kind kind;
  private final Path folder;
  private final URI url;
  private final Process process;
  private Wire wire = Wire.OTLP;

  private IngestPeer(IngestPeers.Kind kind, Path folder, URI url, Process process) {
    this.kind = kind;
    this.folder = folder;
    this.url = url;
    this.process = process;
  }

  /// Starts it and waits until it takes something.
  ///
  /// @throws IOException when it is not installed or does not come up; the message says why
  static IngestPeer start(IngestPeers.Kind kind, Path folder)
      throws IOException, InterruptedException {
    Path program = Peer.onPath(kind.programs());
    if (program == null) {
      throw new IOException(kind.name() + " is not on the PATH: " + kind.install());
    }
    Path own = Files.createDirectories(folder.resolve(kind.name()));
    int port = Peer.freePort();
    var command = new ArrayList<>(List.of(program.toString()));
    command.addAll(kind.order().of(program, own, "127.0.0.1:" + port));
    Process process =
        new ProcessBuilder(command)
            .directory(own.toFile())
            .redirectErrorStream(true)
            .redirectOutput(own.resolve("log").toFile())
            .start();
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    var peer = new IngestPeer(kind, own, URI.create("http://127.0.0.1:" + port), process);
    try {
      peer.awaitWire();
      return peer;
    } catch (IOException | InterruptedException e) {
      peer.close();
      throw e;
    }
  }

  /// The first of its protocols that it takes an empty request of.
  private void awaitWire() throws IOException, InterruptedException {
    long limit = System.nanoTime() + START_LIMIT.toNanos();
    while (process.isAlive() && System.nanoTime() < limit) {
      for (Wire one : kind.wires()) {
        if (takes(one)) {
          wire = one;
          return;
        }
      }
      Thread.sleep(200);
    }
    throw new IOException(kind.name() + " takes nothing; " + obituary());
  }

  private boolean takes(Wire one) throws InterruptedException {
    try {
      int status =
          CLIENT
              .send(
                  HttpRequest.newBuilder(url.resolve(one.path()))
                      .header("Content-Type", one.type())
                      .POST(BodyPublishers.ofByteArray(one.nothing()))
                      .build(),
                  BodyHandlers.discarding())
              .statusCode();
      return status == 200 || status == 204;
    } catch (IOException _) {
      return false;
    }
  }

  @Override
  public To to() {
    return To.of(url, wire);
  }

  @Override
  public ProcessHandle program() {
    return process.toHandle();
  }

  @Override
  public @Nullable ProcessHandle store() {
    return null;
  }

  /// Under load its page may take a minute, for which no mark can wait.
  @Override
  public SelfMetrics metrics() {
    return SelfMetrics.NONE;
  }

  @Override
  public long incidents() {
    return 0;
  }

  /// What it holds back it writes within seconds; nothing tells when.
  @Override
  public void settle() throws InterruptedException {
    Thread.sleep(kind.settle().toMillis());
  }

  /// It was new when it was loaded: all that it has is the load.
  @Override
  public @Nullable Stored stored(SelfMetrics before, SelfMetrics now)
      throws IOException, InterruptedException {
    if (kind.stored().isEmpty()) {
      return null;
    }
    var request = HttpRequest.newBuilder(url.resolve("/metrics")).build();
    String page = CLIENT.send(request, BodyHandlers.ofString(StandardCharsets.UTF_8)).body();
    long values = (long) SelfMetrics.read(page).all(kind.stored());
    return new Stored(values, 0, -1, BenchStore.blocks(folder));
  }

  @Override
  public String obituary() {
    String how = process.isAlive() ? "is running" : "ended with code " + process.exitValue();
    return kind.name() + " " + how + "; the end of its log: " + lastLines();
  }

  private String lastLines() {
    try {
      byte[] all = Files.readAllBytes(folder.resolve("log"));
      String text = new String(all, StandardCharsets.UTF_8).strip();
      return text.substring(Math.max(0, text.length() - 500));
    } catch (IOException e) {
      return "(can't be read: " + e.getMessage() + ")";
    }
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException _) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
