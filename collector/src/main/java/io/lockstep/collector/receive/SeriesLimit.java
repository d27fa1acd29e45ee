package io.lockstep.collector.receive;

import io.lockstep.telemetry.config.Durations;
import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.rows.Batch;
import io.lockstep.telemetry.rows.Point;
import io.lockstep.telemetry.rows.Row;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Bounds how many series there are, for each host, for each sender, and in all. What is beyond is
/// taken out of its batch and refused by partial success, which names the attribute that has
/// exploded; what a sender has had before goes on. Any thread.
///
/// A series is a narrow row's host, service, metric and attributes, or a wide row's table and
/// subject. A sender of many hosts has at most four times as many as are still free, so that others
/// always find room.
public final class SeriesLimit {
  private static final Logger LOG = LoggerFactory.getLogger(SeriesLimit.class);

  private static final int EPOCHS = 6;
  private static final int SAID_MAX = 1_000;
  private static final long SILENCE_NANOS = Duration.ofMinutes(10).toNanos();

  /// How many series there may be.
  ///
  /// @param hostMax of one host of one sender, 1000 at least
  /// @param max of all; there may be a sixteenth of it in hosts
  /// @param forgottenAfter a series that is not heard for so long makes room, 1m to 7d
  public record Config(int hostMax, int max, Duration forgottenAfter) {
    public static final Config DEFAULT = new Config(20_000, 1_000_000, Duration.ofHours(1));

    private static final int HOST_MAX_MIN = 1_000;
    private static final int MAX_MAX = 100_000_000;

    public Config {
      if (hostMax < HOST_MAX_MIN || hostMax > max) {
        throw new IllegalArgumentException(
            "host_max must be 1000 to max (" + max + "), is " + hostMax);
      }
      if (max > MAX_MAX) {
        throw new IllegalArgumentException("max must not be above 100000000, is " + max);
      }
      if (forgottenAfter.toMinutes() < 1 || forgottenAfter.toDays() > 7) {
        throw new IllegalArgumentException(
            "forgotten_after must be 1m to 7d, is " + Durations.text(forgottenAfter));
      }
    }
  }

  /// What the bound has to do with.
  ///
  /// @param series that have a place
  /// @param hosts that have one
  /// @param refused points since the start
  public record State(int series, int hosts, long refused) {}

  private final long epochNanos;
  private final ReentrantLock lock = new ReentrantLock();
  private final SeriesBook book;

  /// By sender and host, when it was last said that something of it is refused.
  private final Map<String, Long> said =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
          return size() > SAID_MAX;
        }
      };

  private long refused;

  /// @param random makes hashes that nobody can foresee
  public SeriesLimit(Config config, RandomGenerator random) {
    this.epochNanos = config.forgottenAfter.toNanos() / EPOCHS;
    this.book = new SeriesBook(config, EPOCHS, random);
  }

  public State state() {
    lock.lock();
    try {
      return new State(book.series(), book.hosts(), refused);
    } finally {
      lock.unlock();
    }
  }

  /// Takes out of a batch what is beyond the bounds.
  ///
  /// @param sender its name
  /// @param nowNanos the collector's clock, Unix nanoseconds
  /// @return the batch itself when nothing is
  public Batch bound(String sender, Batch batch, long nowNanos) {
    lock.lock();
    try {
      book.advance(Math.floorDiv(nowNanos, epochNanos));
      var pass = new Pass(sender, batch, nowNanos);
      pass.points();
      if (batch.id() != null) {
        pass.rows();
      }
      refused += pass.refused;
      return pass.result();
    } finally {
      lock.unlock();
    }
  }

  /// One batch on its way through.
  private final class Pass {
    private final String sender;
    private final Batch batch;
    private final long nowNanos;
    private @Nullable List<Point> points;
    private @Nullable List<Row> rows;
    private long refused;
    private String reason = "";

    Pass(String sender, Batch batch, long nowNanos) {
      this.sender = sender;
      this.batch = batch;
      this.nowNanos = nowNanos;
    }

    void points() {
      List<Point> all = batch.points();
      Point last = null;
      for (int i = 0; i < all.size(); i++) {
        Point point = all.get(i);
        if (takes(point)) {
          if (points != null) {
            points.add(point);
          }
        } else {
          points = points == null ? new ArrayList<>(all.subList(0, i)) : points;
          refused += last != null && isPart(point, last) ? 0 : 1;
          last = point;
        }
      }
    }

    /// Whether a narrow row says more of the same data point: those of a distribution stand
    /// together.
    private static boolean isPart(Point point, Point last) {
      boolean part =
          point.metric().endsWith(".sum")
              || point.metric().endsWith(".bucket")
              || point.attributes().contains("\"quantile\":\"");
      return part && point.timeNanos() == last.timeNanos() && point.host().equals(last.host());
    }

    private boolean takes(Point point) {
      long key =
          book.key(sender, point.host(), point.service(), point.metric(), point.attributes());
      return book.hear(key)
          || add(
              key,
              new Explosion.Series(
                  point.host(), point.service(), point.metric(), point.attributes()));
    }

    void rows() {
      List<Row> all = batch.rows();
      for (int i = 0; i < all.size(); i++) {
        Row row = all.get(i);
        if (takes(row)) {
          if (rows != null) {
            rows.add(row);
          }
        } else {
          rows = rows == null ? new ArrayList<>(all.subList(0, i)) : rows;
          refused += values(row);
        }
      }
    }

    private boolean takes(Row row) {
      String name = row.table().tableName();
      long key = book.key(sender, row.host(), name, row.subject());
      return book.hear(key)
          || add(
              key,
              new Explosion.Series(
                  row.host(), "", name, "{\"subject\":\"" + row.subject() + "\"}"));
    }

    private static long values(Row row) {
      long values = 0;
      for (Column column : Contract.columns(row.table())) {
        values += row.has(column) ? 1 : 0;
      }
      return values;
    }

    private boolean add(long key, Explosion.Series series) {
      if (book.add(sender, key, series)) {
        return true;
      }
      if (refused == 0) {
        reason = book.reason(sender, series.host());
        say(series.host());
      }
      return false;
    }

    /// Once for each host, and again each ten minutes while it lasts.
    private void say(String host) {
      String who = sender + " " + host;
      Long last = said.get(who);
      if (last == null || nowNanos - last >= SILENCE_NANOS) {
        said.remove(who);
        said.put(who, nowNanos);
        LOG.warn("series refused from={} told=\"{}\"", sender, reason);
      }
    }

    Batch result() {
      if (refused == 0) {
        return batch;
      }
      return new Batch(
          batch.cluster(),
          batch.id(),
          rows == null ? batch.rows() : rows,
          points == null ? batch.points() : points,
          batch.events(),
          batch.steps(),
          batch.jobs(),
          batch.refused() + refused,
          reason);
    }
  }
}
