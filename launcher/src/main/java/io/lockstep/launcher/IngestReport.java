package io.lockstep.launcher;

import io.lockstep.launcher.SendersProgram.Count;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What `lockstep bench ingest` found. Times in seconds, memory in MiB.
///
/// @param name of what was loaded
/// @param servers that sent, each with a connection
/// @param values of a server in a second, on average
/// @param rate `1s` or `max`
/// @param gzip whether requests were compressed
/// @param due points that ought to have been sent when it was measured; 0 where as many are sent as
///   can be
/// @param warmUp the first stretch, in which every series is new
/// @param measured the stretch after it
/// @param judged from a point's time to the end of the round that judged its second; null where
///   that can't be told
/// @param memory over the time
/// @param stored what the store has at the end; null of a collector that was not started here
/// @param lost points that were acknowledged and that the collector has not counted as stored
/// @param notJudged rows by why the window did not take them
/// @param incidents that the collector opened; the load is healthy, so each is a wrong one
record IngestReport(
    String name,
    int servers,
    double values,
    String rate,
    boolean gzip,
    double due,
    Stretch warmUp,
    Stretch measured,
    @Nullable Times judged,
    List<Memory> memory,
    @Nullable Stored stored,
    long lost,
    Map<String, Long> notJudged,
    long incidents) {

  /// Of what was due. The rest is what a second's edge cuts off.
  private static final double KEPT_UP = 0.98;

  /// A stretch of time.
  ///
  /// @param seconds its length
  /// @param count what was sent in it
  /// @param collector processor time of the collector
  /// @param store of its store, until it was quiet again
  /// @param rounds of that of the collector, the rounds of detectors and alerts
  /// @param generator of what sent
  /// @param threads the collector's by thread, the most first
  /// @param storeThreads the store's
  record Stretch(
      double seconds,
      Count count,
      double collector,
      double store,
      double rounds,
      double generator,
      Map<String, Double> threads,
      Map<String, Double> storeThreads) {

    /// NaN when there is nothing to divide by.
    double perMillion(double processorSeconds) {
      return count.acknowledged() == 0 ? Double.NaN : processorSeconds / count.acknowledged() * 1e6;
    }

    double perSecond() {
      return count.acknowledged() / seconds;
    }

    double bytesPerPoint() {
      return count.sent() == 0 ? 0 : (double) count.bytes() / count.sent();
    }

    /// That of both, where there are two.
    double collectorAndStore() {
      return collector + (Double.isNaN(store) ? 0 : store);
    }
  }

  /// A distribution.
  record Times(double median, double p99, double longest) {
    /// From when a request was due to its answer.
    static Times of(Count count) {
      return new Times(
          count.medianNanos() / 1e9, count.p99Nanos() / 1e9, count.longestNanos() / 1e9);
    }
  }

  /// How much was resident; NaN is unknown.
  ///
  /// @param second since the sending began
  /// @param collector in all
  /// @param collectorOwn of that, what is no mapped file
  /// @param store in all
  /// @param storeOwn of that, what is no mapped file
  record Memory(
      double second, double collector, double collectorOwn, double store, double storeOwn) {
    /// The most of each, whenever it was.
    static Memory most(List<Memory> all) {
      return all.stream()
          .reduce((a, b) ->
              new Memory(
                  Math.max(a.second, b.second),
                  Math.max(a.collector, b.collector),
                  Math.max(a.collectorOwn, b.collectorOwn),
                  Math.max(a.store, b.store),
                  Math.max(a.storeOwn, b.storeOwn)))
          .orElse(new Memory(0, Double.NaN, Double.NaN, Double.NaN, Double.NaN));
    }
  }

  /// What is on the disk.
  ///
  /// @param values of which the store has said that it has them
  /// @param lines in which these came, a row each
  /// @param rows that are in its tables; −1 where nobody looked
  /// @param bytes in its folder; −1 where nobody looked
  record Stored(long values, long lines, long rows, long bytes) {
    /// What a collector says.
    static Stored told(SelfMetrics before, SelfMetrics now) {
      return new Stored(
          more("lockstep_collector_store_values_total", before, now),
          more("lockstep_collector_store_lines_total", before, now),
          -1,
          -1);
    }

    private static long more(String name, SelfMetrics before, SelfMetrics now) {
      return (long) (now.get(name) - before.get(name));
    }

    Stored found(long bytesThere, long rowsThere) {
      return new Stored(values, lines, rowsThere, bytesThere);
    }

    double perValue() {
      return values == 0 ? 0 : (double) bytes / values;
    }
  }

  /// Whether everything was taken and kept.
  boolean whole() {
    return warmUp.count.acknowledged() == warmUp.count.sent()
        && measured.count.acknowledged() == measured.count.sent()
        && measured.count.acknowledged() > 0
        && measured.count.sent() >= KEPT_UP * due
        && lost == 0
        && (stored == null || stored.rows < 0 || stored.rows == stored.lines);
  }
}
