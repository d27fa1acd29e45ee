package io.lockstep.simulator;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/// Sends a simulation to a collector as its agents would: one connection per server, the servers
/// spread over each second, every request until it is acknowledged.
public final class Fleet implements AutoCloseable {
  private static final long SECOND = 1_000_000_000L;

  /// Agents don't send all at once: a tenth of the servers in each tenth of a second.
  private static final int SLICES = 10;

  private final Simulation simulation;
  private final Lane[] lanes;
  private final Thread[] threads;
  private final Totals totals = new Totals();

  /// @param url the collector, without a path: `http://127.0.0.1:4318`
  /// @param token sent as Bearer; null for none
  public Fleet(ClusterSpec spec, Simulation simulation, URI url, @Nullable String token) {
    this.simulation = simulation;
    this.lanes = new Lane[spec.servers()];
    this.threads = new Thread[spec.servers()];
    for (int i = 0; i < lanes.length; i++) {
      lanes[i] = new Lane(spec.host(i), url, token, totals);
      threads[i] = Thread.ofVirtual().name(spec.host(i)).start(lanes[i]);
    }
  }

  /// Runs in real time, one simulated second each second, until it is interrupted or the time is
  /// over.
  ///
  /// @param length how long; null for ever
  public void run(@Nullable Duration length) throws InterruptedException {
    long begin = System.nanoTime();
    long seconds = length == null ? Long.MAX_VALUE : length.toSeconds();
    for (long i = 0; i < seconds; i++) {
      var second = new ArrayList<Parcel>();
      simulation.advance(second::add);
      for (int slice = 0; slice < SLICES; slice++) {
        int now = slice;
        second.stream().filter(one -> one.server() % SLICES == now).forEach(this::send);
        sleepUntil(begin + i * SECOND + (slice + 1) * SECOND / SLICES);
      }
    }
  }

  /// Runs as fast as the collector acknowledges.
  public void runFast(long seconds) throws InterruptedException {
    for (long i = 0; i < seconds; i++) {
      simulation.advance(this::send);
      while (waiting() > 2L * lanes.length) {
        Thread.sleep(1);
      }
    }
    drain(Duration.ofSeconds(30));
  }

  private void send(Parcel parcel) {
    lanes[parcel.server()].offer(parcel);
  }

  private static void sleepUntil(long nanoTime) throws InterruptedException {
    long wait = nanoTime - System.nanoTime();
    if (wait > 0) {
      Thread.sleep(Duration.ofNanos(wait));
    }
  }

  /// Requests that are not acknowledged yet.
  public long waiting() {
    long sum = 0;
    for (Lane lane : lanes) {
      sum += lane.waiting();
    }
    return sum;
  }

  /// Waits until everything is acknowledged.
  ///
  /// @return whether it was, within the time
  public boolean drain(Duration time) throws InterruptedException {
    long limit = System.nanoTime() + time.toNanos();
    while (waiting() > 0 && System.nanoTime() < limit) {
      Thread.sleep(20);
    }
    return waiting() == 0;
  }

  /// What became of the requests so far.
  public Totals totals() {
    return totals;
  }

  @Override
  public void close() {
    for (Lane lane : lanes) {
      lane.close();
    }
    for (Thread thread : threads) {
      thread.interrupt();
    }
  }
}
