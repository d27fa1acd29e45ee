package io.lockstep.launcher;

import io.lockstep.launcher.SendersProgram.Count;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What `lockstep bench ingest` found. Times in seconds, memory in MiB.
///
/// @param servers that sent, each with a connection
/// @param values of a server in each request
/// @param rate `1s` or `max`
/// @param gzip whether requests were compressed
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
    int servers,
    int values,
    String rate,
    boolean gzip,
    Stretch warmUp,
    Stretch measured,
    @Nullable Times judged,
    List<Memory> memory,
    @Nullable Stored stored,
    long lost,
    Map<String, Long> notJudged,
    long incidents) {

  /// A stretch of time.
  ///
  /// @param seconds its length
  /// @param count what was sent in it
  /// @param collector processor time of the collector
  /// @param store of its store, until it was quiet again
  /// @param rounds of that of the collector, the rounds of detectors and alerts
  /// @param generator of what sent
  /// @param threads the collector's by thread, the most first
  record Stretch(
      double seconds,
      Count count,
      double collector,
      double store,
      double rounds,
      double generator,
      Map<String, Double> threads) {

    double perMillion(double processorSeconds) {
      return count.acknowledged() == 0 ? 0 : processorSeconds / count.acknowledged() * 1e6;
    }

    double perSecond() {
      return count.acknowledged() / seconds;
    }

    double bytesPerPoint() {
      return count.sent() == 0 ? 0 : (double) count.bytes() / count.sent();
    }

    double collectorAndStore() {
      return collector + store;
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

  /// How much was resident.
  ///
  /// @param second since the sending began
  /// @param collector in all
  /// @param store in all
  /// @param storeOwn of that, what is no mapped file
  record Memory(double second, double collector, double store, double storeOwn) {
    /// The most of each, whenever it was.
    static Memory most(List<Memory> all) {
      return all.stream()
          .reduce(
              new Memory(0, 0, 0, 0),
              (a, b) ->
                  new Memory(
                      Math.max(a.second, b.second),
                      Math.max(a.collector, b.collector),
                      Math.max(a.store, b.store),
                      Math.max(a.storeOwn, b.storeOwn)));
    }
  }

  /// What is on the disk.
  ///
  /// @param bytes in the store's folder
  /// @param values of which the store has said that it has them
  /// @param lines in which these came, a row each
  /// @param rows that are in its tables
  record Stored(long bytes, long values, long lines, long rows) {
    double perValue() {
      return values == 0 ? 0 : (double) bytes / values;
    }
  }

  /// Whether everything was taken and kept.
  boolean whole() {
    return warmUp.count.refused().isEmpty()
        && measured.count.refused().isEmpty()
        && measured.count.acknowledged() > 0
        && lost == 0
        && (stored == null || stored.rows == stored.lines);
  }
}
