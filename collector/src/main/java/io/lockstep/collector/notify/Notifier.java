package io.lockstep.collector.notify;

import io.lockstep.collector.alert.Transition;
import io.lockstep.collector.detect.Finding.Severity;
import io.lockstep.collector.notify.CloudEvents.Event;
import io.lockstep.collector.state.Delivery;
import io.lockstep.collector.state.Message;
import io.lockstep.collector.state.Outbox;
import io.lockstep.telemetry.config.ConfigException;
import io.vertx.core.Vertx;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells people's tools what happens to incidents: one message for each opening, escalation and
/// resolution, to each sink, at least once, always with the same id.
///
/// The owner of the state asks what is to be told ([#tell]), writes it down with the round, and
/// hands it over ([#send]); what becomes of it comes back through the [Recorder].
public final class Notifier implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Notifier.class);
  private static final Duration STOP = Duration.ofSeconds(2);

  private final Config config;
  private final InstantSource clock;
  private final CloudEvents events;
  private final List<AlertSink> sinks;
  private final Ledger ledger = new Ledger();

  /// By the sink's name, in the order of the configuration; empty before the start.
  private volatile Map<String, Lane> lanes = Map.of();

  /// Whom to tell, and how long to try.
  ///
  /// @param page address by which people reach the page, for links in messages; none when null
  /// @param expiry how old a message may become; it is dropped then
  /// @param queueMax how many messages may wait for one sink; the oldest is dropped then
  /// @param retryMin pause after a first failure; it doubles with each
  /// @param retryMax the longest pause
  /// @param retryAfterMax how long a receiver may ask to be left alone
  /// @param sinks the receivers
  public record Config(
      @Nullable URI page,
      Duration expiry,
      int queueMax,
      Duration retryMin,
      Duration retryMax,
      Duration retryAfterMax,
      List<WebhookSink.Config> sinks) {
    private static final int SINKS_MAX = 32;

    public static final Config DEFAULT =
        new Config(
            null,
            Duration.ofHours(24),
            10_000,
            Duration.ofSeconds(1),
            Duration.ofMinutes(1),
            Duration.ofMinutes(15),
            List.of());

    public Config {
      sinks = List.copyOf(sinks);
      if (page != null && (page.getHost() == null || page.getScheme() == null)) {
        throw new IllegalArgumentException("page must be https://HOST/, is " + page);
      }
      check(expiry.isPositive(), "expiry must be above 0");
      check(queueMax >= 1, "queue_max must be at least 1, is " + queueMax);
      check(retryMin.isPositive(), "retry_min must be above 0");
      check(retryMax.compareTo(retryMin) >= 0, "retry_max must be at least retry_min");
      check(!retryAfterMax.isNegative(), "retry_after_max must not be negative");
      check(sinks.size() <= SINKS_MAX, "sinks must be at most " + SINKS_MAX);
      var names = new HashSet<String>();
      for (WebhookSink.Config sink : sinks) {
        check(names.add(sink.name()), "two sinks are named " + sink.name());
      }
    }

    private static void check(boolean good, String otherwise) {
      if (!good) {
        throw new IllegalArgumentException(otherwise);
      }
    }

    private Lane.Retries retries() {
      return new Lane.Retries(new Backoff(retryMin, retryMax), retryAfterMax, expiry, queueMax);
    }
  }

  private Notifier(Config config, InstantSource clock, List<AlertSink> sinks) {
    this.config = config;
    this.clock = clock;
    this.events = new CloudEvents(config.page());
    this.sinks = List.copyOf(sinks);
  }

  /// Checks every file that a sink needs. Nothing is sent yet.
  ///
  /// @throws ConfigException when a sink can't be used; says which and how to mend it
  public static Notifier open(Vertx vertx, Config config, InstantSource clock)
      throws ConfigException {
    return new Notifier(config, clock, Sinks.all(vertx, config, clock));
  }

  /// Begins to send, first what was not done before this start.
  ///
  /// @param recorder where to write down what becomes of a delivery
  public void start(Outbox earlier, Recorder recorder) {
    Recorder both =
        delivery -> {
          ledger.put(delivery);
          return recorder.record(delivery);
        };
    Map<String, Lane> made = new LinkedHashMap<>();
    for (AlertSink sink : sinks) {
      var lane = new Lane(sink, config.retries(), both, clock, RandomGenerator.getDefault());
      made.put(sink.name(), lane);
    }
    lanes = Collections.unmodifiableMap(made);
    int waiting = 0;
    for (Delivery delivery : earlier.deliveries()) {
      ledger.put(delivery);
      if (delivery.state() == Delivery.State.PENDING) {
        waiting++;
        resume(delivery, earlier.bodies().get(delivery.message()), both);
      }
    }
    lanes.values().forEach(Lane::start);
    log.info(
        "notify sinks={} waiting={}",
        sinks.isEmpty()
            ? "none"
            : sinks.stream()
                .map(sink -> sink.name() + "=" + sink.address())
                .collect(Collectors.joining(",")),
        waiting);
  }

  private void resume(Delivery delivery, @Nullable String body, Recorder recorder) {
    Lane lane = lanes.get(delivery.sink());
    if (lane != null && body != null) {
      lane.offer(new Message(delivery.message(), body), delivery);
      return;
    }
    String reason =
        lane == null ? "the sink is not in the configuration any more" : "its body is lost";
    log.warn(
        "message dropped id={} sink={} incident={} reason=\"{}\"",
        delivery.message(),
        delivery.sink(),
        delivery.incident(),
        reason);
    recorder.record(delivery.dropped(reason, nanos(clock.instant())));
  }

  private static long nanos(Instant instant) {
    return instant.getEpochSecond() * 1_000_000_000L + instant.getNano();
  }

  /// What is to be told of a round. Sends nothing.
  ///
  /// @param now the round's time, Unix nanoseconds
  public Told tell(List<Transition> transitions, long now) {
    if (config.sinks().isEmpty() || transitions.isEmpty()) {
      return Told.NOTHING;
    }
    var messages = new ArrayList<Message>();
    var deliveries = new ArrayList<Delivery>();
    for (Transition transition : transitions) {
      Event event = event(transition.what());
      List<String> names = event == null ? List.of() : listeners(transition.incident().severity());
      if (event != null && !names.isEmpty()) {
        boolean reopened = transition.what() == Transition.What.REOPENED;
        Message message = events.of(event, reopened, transition.incident(), now);
        messages.add(message);
        for (String sink : names) {
          deliveries.add(
              Delivery.pending(message.id(), sink, transition.incident().id(), event.label(), now));
        }
      }
    }
    return new Told(messages, deliveries);
  }

  private static @Nullable Event event(Transition.What what) {
    return switch (what) {
      case OPENED, REOPENED -> Event.OPENED;
      case ESCALATED -> Event.ESCALATED;
      case RESOLVED -> Event.RESOLVED;
      case CHANGED -> null;
    };
  }

  private List<String> listeners(Severity severity) {
    return config.sinks().stream()
        .filter(sink -> severity.compareTo(sink.least()) >= 0)
        .map(WebhookSink.Config::name)
        .toList();
  }

  /// Sends what has been written down. Never blocks.
  public void send(Told told) {
    Map<String, Message> messages =
        told.messages().stream().collect(Collectors.toMap(Message::id, one -> one));
    for (Delivery delivery : told.deliveries()) {
      ledger.put(delivery);
      Lane lane = lanes.get(delivery.sink());
      Message message = messages.get(delivery.message());
      if (lane != null && message != null) {
        lane.offer(message, delivery);
      }
    }
  }

  /// What came of a test message.
  ///
  /// @param took from the beginning to the answer
  public record Tried(String sink, String address, Outcome outcome, Duration took) {}

  /// Sends one message that tells nothing to each sink, once, and says what came back. Needs no
  /// start.
  ///
  /// @param cluster the configured one
  /// @param only the name of the only sink to try; null for all
  public List<Tried> test(String cluster, @Nullable String only) throws InterruptedException {
    var tried = new ArrayList<Tried>();
    for (AlertSink sink : sinks) {
      if (only == null || sink.name().equals(only)) {
        long begin = System.nanoTime();
        Outcome outcome = tried(sink, CloudEvents.test(cluster, clock.instant()));
        Duration took = Duration.ofNanos(System.nanoTime() - begin);
        tried.add(new Tried(sink.name(), sink.address(), outcome, took));
      }
    }
    return tried;
  }

  /// A sink that trips this program up keeps no other from being tried.
  private static Outcome tried(AlertSink sink, Message message) throws InterruptedException {
    try {
      return sink.send(message);
    } catch (RuntimeException e) {
      return new Outcome.Refused("can't be sent: " + e);
    }
  }

  /// What became of an incident's messages, oldest first; empty when nobody was told of it. The
  /// newest 48.
  public List<Delivery> deliveries(String incident) {
    return ledger.of(incident);
  }

  /// How the sinks fare, in the order of the configuration.
  public List<SinkStatus> sinks() {
    return lanes.values().stream().map(Lane::status).toList();
  }

  /// Stops sending; what is not done is sent after the next start.
  @Override
  public void close() {
    lanes.values().forEach(Lane::stop);
    long deadline = System.nanoTime() + STOP.toNanos();
    lanes.values().forEach(lane -> lane.end(deadline));
  }
}
