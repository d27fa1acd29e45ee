package io.lockstep.collector.notify;

import io.lockstep.collector.alert.Transition;
import io.lockstep.collector.detect.Finding.Severity;
import io.lockstep.collector.state.Delivery;
import io.lockstep.collector.state.State;
import io.lockstep.telemetry.config.ConfigException;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// A notifier with a real state, joined as the collector joins them, with a clock of its own.
final class Rig implements AutoCloseable {
  static final Duration LIMIT = Duration.ofSeconds(30);

  final Faults faults = new Faults();
  private final Vertx vertx = Vertx.vertx();
  private final ExecutorService core = Executors.newSingleThreadExecutor();
  private final State state;
  private final Notifier notifier;
  private volatile Duration ahead = Duration.ZERO;

  Rig(Path folder, Notifier.Config config) throws IOException, ConfigException {
    InstantSource clock = () -> Instant.now().plus(ahead);
    notifier = Notifier.open(vertx, config, clock);
    state = State.open(folder.resolve("state.db"));
    notifier.start(state.outbox(), this::record);
  }

  /// Retries come quickly.
  static Notifier.Config config(WebhookSink.Config... sinks) {
    return new Notifier.Config(
        null,
        Duration.ofHours(24),
        100,
        Duration.ofMillis(20),
        Duration.ofMillis(100),
        Duration.ofMinutes(15),
        List.of(sinks));
  }

  static WebhookSink.Config sink(Path folder, String name, String url) throws IOException {
    return sink(folder, name, url, null, Duration.ofSeconds(10));
  }

  static WebhookSink.Config sink(
      Path folder, String name, String url, @Nullable Severity severity, Duration timeout)
      throws IOException {
    return new WebhookSink.Config(
        name, URI.create(url), secret(folder, name), severity, null, timeout, null, null);
  }

  static Path secret(Path folder, String name) throws IOException {
    Path file = folder.resolve(name + ".secret");
    Receiver.makeSecret(file);
    return file;
  }

  private CompletableFuture<?> record(Delivery delivery) {
    return CompletableFuture.runAsync(
        () -> state.save(List.of(), List.of(), List.of(delivery)), core);
  }

  /// Writes down and sends what is to be told.
  void tell(List<Transition> transitions) throws Exception {
    Future<?> done =
        core.submit(() -> {
          Told told = notifier.tell(transitions, now());
          state.save(transitions, told.messages(), told.deliveries());
          notifier.send(told);
        });
    done.get();
  }

  void open(long port) throws Exception {
    tell(faults.present(port, Severity.WARNING, now()));
  }

  void escalate(long port) throws Exception {
    tell(faults.present(port, Severity.CRITICAL, now()));
  }

  void resolve(long port) throws Exception {
    tell(faults.absent(port, now()));
  }

  void advance(Duration time) {
    ahead = ahead.plus(time);
  }

  long now() {
    Instant now = Instant.now().plus(ahead);
    return now.getEpochSecond() * 1_000_000_000L + now.getNano();
  }

  SinkStatus status(String sink) {
    return notifier.sinks().stream()
        .filter(one -> one.name().equals(sink))
        .findFirst()
        .orElseThrow();
  }

  /// What became of messages to a sink, about all incidents of these ports.
  List<Delivery> deliveries(String sink, List<Transition> told) {
    var all = new ArrayList<Delivery>();
    told.forEach(one -> all.addAll(notifier.deliveries(one.incident().id())));
    return all.stream().filter(one -> one.sink().equals(sink)).toList();
  }

  /// Waits for something that comes; its absence is the failure, not the time it takes.
  static void await(String what, BooleanSupplier there) throws InterruptedException {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (!there.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("no " + what + " within " + LIMIT);
      }
      Thread.sleep(5);
    }
  }

  static void write(Path file, String text) throws IOException {
    Files.writeString(file, text);
  }

  @Override
  public void close() throws IOException {
    notifier.close();
    core.close();
    state.close();
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}
