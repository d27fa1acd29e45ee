package io.lockstep.simulator;

import io.lockstep.telemetry.otlp.BatchId;
import io.lockstep.telemetry.otlp.Gzip;
import io.lockstep.telemetry.otlp.Occurrence;
import io.lockstep.telemetry.otlp.OtlpWriter;
import io.lockstep.telemetry.otlp.Sample;
import io.lockstep.telemetry.otlp.Signal;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Loads a collector as the agents of many servers of the [Yardstick] would: a connection and a
/// virtual thread for each, which sends one request after the other and counts what becomes of it.
/// Nothing is sent twice: what is refused is what an agent would have had to keep.
public final class Senders implements AutoCloseable {
  /// Level of agents.
  private static final int GZIP_LEVEL = 3;

  /// Where the times begin that are sent as fast as may be: further back than they will get ahead.
  private static final Duration BACK = Duration.ofHours(12);

  private static final Duration UPTIME = Duration.ofDays(30);

  private final Config config;
  private final Fleet.Config fleet;
  private final List<Gzip> packers = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private final List<Voice> voices = new ArrayList<>();
  private final AtomicReference<Tally> tally = new AtomicReference<>(new Tally());
  private volatile boolean ending;

  /// How to send.
  ///
  /// @param url the collector: `http://127.0.0.1:4318`
  /// @param token sent as Bearer; null for none
  /// @param servers connections, 1 to 100,000
  /// @param everySecond one second's values each second; else as soon as the answer is there, with
  ///   times that go on by a second each and begin twelve hours back
  /// @param gzip whether bodies are compressed, as agents do
  /// @param wire what the other side takes
  /// @param shape what a server sends
  public record Config(
      URI url,
      @Nullable String token,
      int servers,
      boolean everySecond,
      boolean gzip,
      Wire wire,
      Yardstick shape) {
    public Config {
      if (servers < 1 || servers > 100_000) {
        throw new IllegalArgumentException("servers must be 1 to 100000, are " + servers);
      }
    }
  }

  /// Prepares all requests; nothing is sent yet.
  public Senders(Config config) {
    this.config = config;
    this.fleet = new Fleet.Config(config.url, config.token, config.gzip, 1);
    for (int i = 0; i < 2 * Runtime.getRuntime().availableProcessors(); i++) {
      packers.add(new Gzip(GZIP_LEVEL));
    }
    long boot = System.currentTimeMillis() * 1_000_000L - UPTIME.toNanos();
    for (int i = 0; i < config.servers; i++) {
      voices.add(voice(host(i), packers.get(i % packers.size()), boot));
    }
  }

  private Voice voice(String host, Gzip gzip, long boot) {
    var server = new YardstickServer(config.shape, host, 1);
    Writing whole = Writing.of(config.wire, host, server.places(true), boot);
    Writing second =
        config.shape == Yardstick.EVEN
            ? whole
            : Writing.of(config.wire, host, server.places(false), boot);
    return new Voice(host, server, whole, second, gzip);
  }

  private static String host(int server) {
    return "bench-%05d".formatted(server);
  }

  /// Begins to send, the servers spread over the next second.
  public void start() {
    long now = System.currentTimeMillis() * 1_000_000L;
    long run = now / 1_000_000L;
    long base = System.nanoTime() - now;
    long first = Math.ceilDiv(now, Nanos.SECOND) * Nanos.SECOND;
    for (int i = 0; i < config.servers; i++) {
      long begin = first + i * Nanos.SECOND / config.servers;
      Voice voice = voices.get(i);
      var turn = new Turn(run, begin, base);
      threads.add(Thread.ofVirtual().name(voice.host).start(() -> run(voice, turn)));
    }
  }

  /// One of the senders.
  ///
  /// @param whole writes seconds in which everything is sent
  /// @param second writes the others
  private record Voice(
      String host, YardstickServer server, Writing whole, Writing second, Gzip gzip) {}

  /// When it is its turn.
  ///
  /// @param run of its batch ids
  /// @param begin when its first second is due, Unix nanoseconds
  /// @param base what [System#nanoTime()] is ahead of Unix time
  private record Turn(long run, long begin, long base) {}

  private void run(Voice voice, Turn turn) {
    try (var connection = new Connection(fleet)) {
      for (long second = 0; !ending; second++) {
        long due = turn.begin + second * Nanos.SECOND;
        if (config.everySecond || second == 0) {
          Fleet.sleepUntil(due + turn.base);
        }
        if (ending) {
          return;
        }
        long time = config.everySecond ? due : due - BACK.toNanos();
        long since = config.everySecond ? due + turn.base : System.nanoTime();
        send(connection, voice, new BatchId(voice.host, turn.run, second), time, since);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt(); // closed
    }
  }

  private void send(Connection connection, Voice voice, BatchId id, long time, long since) {
    Tally now = tally.get();
    boolean whole = config.shape.whole(time);
    Writing writing = whole ? voice.whole : voice.second;
    boolean gzip = config.gzip && writing.packs();
    voice.server.advance();
    List<Sample> samples = voice.server.samples(whole);
    byte[] plain = writing.body(samples, time);
    byte[] body = gzip ? voice.gzip.compress(plain) : plain;
    now.sent(samples.size(), body.length);
    try {
      Reply reply = connection.post(writing.envelope(id, gzip), body);
      count(now, samples.size(), reply, System.nanoTime() - since);
    } catch (IOException e) {
      now.refused(samples.size(), "no answer: " + e.getMessage());
      pause();
    }
  }

  private static void count(Tally now, long points, Reply reply, long nanos) {
    if (reply.status() != 200 && reply.status() != 204) {
      now.refused(points, reply.reason());
      return;
    }
    long rejected = Math.min(points, reply.rejected());
    if (rejected > 0) {
      now.refused(rejected, "HTTP 200, refused in part: " + reply.reason());
    }
    now.acknowledged(points - rejected, nanos);
  }

  /// Not at once again to somebody who is not there.
  private static void pause() {
    try {
      Thread.sleep(Duration.ofMillis(200));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /// Begins a new count.
  ///
  /// @return what was counted until now; answers that are still to come are added to it
  public Tally next() {
    return tally.getAndSet(new Tally());
  }

  /// What is counted now.
  public Tally tally() {
    return tally.get();
  }

  /// Sends no more, and waits for the answers.
  ///
  /// @param time how long to wait at most
  /// @return whether all have come
  public boolean end(Duration time) throws InterruptedException {
    ending = true;
    long limit = System.nanoTime() + time.toNanos();
    boolean all = true;
    for (Thread thread : threads) {
      all &= thread.join(Duration.ofNanos(Math.max(1, limit - System.nanoTime())));
    }
    return all;
  }

  /// Says in the name of every server's agent that it was asked to stop, so that nobody takes them
  /// for silent. After the end; what can't be said is not said.
  public void sayGoodbye() throws InterruptedException {
    var last = new ArrayList<Thread>();
    for (Voice voice : voices) {
      last.add(Thread.ofVirtual().start(() -> sayGoodbye(voice.host)));
    }
    for (Thread one : last) {
      one.join();
    }
  }

  private void sayGoodbye(String host) {
    long now = System.currentTimeMillis();
    var stopped =
        new Occurrence(
            "lockstep.agent.stopped", now * 1_000_000L, "The agent was asked to stop", Map.of());
    try (var connection = new Connection(fleet);
        OtlpWriter writer = Encoder.writer(host)) {
      var id = new BatchId(host, now, 0);
      byte[] body = writer.events(List.of(stopped));
      connection.post(new Parcel(0, Signal.LOGS, id, now * 1_000_000L, () -> body), packed(body));
    } catch (IOException _) {
      // Then it will be missed.
    }
  }

  private byte[] packed(byte[] body) {
    return config.gzip ? packers.getFirst().compress(body) : body;
  }

  @Override
  public void close() {
    ending = true;
    threads.forEach(Thread::interrupt);
    packers.forEach(Gzip::close);
  }
}
