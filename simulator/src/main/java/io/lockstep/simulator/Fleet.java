package io.lockstep.simulator;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Sends a simulation to a collector as its agents would: one connection per server, the servers
/// spread over each second, every request until it is acknowledged. The waiting is done by virtual
/// threads; what a method here does is done by its caller.
public final class Fleet implements AutoCloseable {
  private static final int WAITING_MAX = 1200;

  /// How to send.
  ///
  /// @param url the collector: `http://127.0.0.1:4318`
  /// @param token sent as Bearer by every server; null for none
  /// @param gzip whether bodies are compressed
  /// @param waitingMax requests that wait per server; of more the oldest are dropped and counted
  public record Config(URI url, @Nullable String token, boolean gzip, int waitingMax) {
    public Config {
      String scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
      boolean http = scheme.equals("http") || scheme.equals("https");
      if (!http || url.getHost() == null || url.getQuery() != null || url.getUserInfo() != null) {
        throw new IllegalArgumentException(
            "url must be like http://127.0.0.1:4318, is \"" + url + "\"");
      }
      if (waitingMax < 1) {
        throw new IllegalArgumentException("waiting_max must be 1 or more, is " + waitingMax);
      }
    }

    /// As agents do: compressed, with room for about ten minutes.
    public static Config of(URI url, @Nullable String token) {
      return new Config(url, token, true, WAITING_MAX);
    }
  }

  private final Simulation simulation;
  private final List<Lane> lanes = new ArrayList<>();
  private final Totals totals = new Totals();

  public Fleet(ClusterSpec spec, Simulation simulation, Config config) {
    this.simulation = simulation;
    var talk = new Talk();
    for (int i = 0; i < spec.servers(); i++) {
      lanes.add(new Lane(spec.host(i), config, totals, talk));
    }
  }

  /// As agents do.
  ///
  /// @param url the collector: `http://127.0.0.1:4318`
  /// @param token sent as Bearer; null for none
  public Fleet(ClusterSpec spec, Simulation simulation, URI url, @Nullable String token) {
    this(spec, simulation, Config.of(url, token));
  }

  /// Runs in real time, one simulated second each second, until it is interrupted or the time is
  /// over.
  ///
  /// @param length how long; null for ever
  public void run(@Nullable Duration length) throws InterruptedException {
    long begin = System.nanoTime() - simulation.nowNanos();
    long seconds = length == null ? Long.MAX_VALUE : length.toSeconds();
    for (long i = 0; i < seconds; i++) {
      var parcels = new ArrayList<Parcel>();
      simulation.advance(parcels::add);
      for (Parcel parcel : parcels) {
        sleepUntil(begin + parcel.timeNanos());
        lanes.get(parcel.server()).offer(parcel);
      }
      sleepUntil(begin + simulation.nowNanos());
    }
  }

  /// Not at all when that is over.
  ///
  /// @param nanoTime of [System#nanoTime()]
  static void sleepUntil(long nanoTime) throws InterruptedException {
    long wait = nanoTime - System.nanoTime();
    if (wait > 0) {
      Thread.sleep(Duration.ofNanos(wait));
    } else if (Thread.interrupted()) {
      throw new InterruptedException();
    }
  }

  /// Runs as fast as the collector acknowledges.
  ///
  /// @param seconds simulated seconds
  public void runFast(long seconds) throws InterruptedException {
    for (long i = 0; i < seconds; i++) {
      var parcels = new ArrayList<Parcel>();
      simulation.advance(parcels::add);
      for (Parcel parcel : parcels) {
        lanes.get(parcel.server()).offerPatiently(parcel);
      }
    }
  }

  /// Lets the agents say goodbye, and waits until everything is acknowledged.
  ///
  /// @param time how long to wait at most
  /// @return whether it was
  public boolean stop(Duration time) throws InterruptedException {
    simulation.stop(parcel -> lanes.get(parcel.server()).offer(parcel));
    return drain(time);
  }

  /// Requests that are not acknowledged yet.
  public long waiting() {
    return lanes.stream().mapToLong(Lane::waiting).sum();
  }

  /// Waits until everything is acknowledged.
  ///
  /// @param time how long to wait at most
  /// @return whether it was
  public boolean drain(Duration time) throws InterruptedException {
    long limit = System.nanoTime() + time.toNanos();
    while (waiting() > 0 && System.nanoTime() < limit) {
      Thread.sleep(10);
    }
    return waiting() == 0;
  }

  /// What became of the requests so far.
  public Totals totals() {
    return totals;
  }

  /// Closes the connections; what is not acknowledged is given up.
  @Override
  public void close() {
    lanes.forEach(Lane::close);
  }
}
