package io.lockstep.telemetry.rows;

import io.lockstep.telemetry.config.Durations;
import io.lockstep.telemetry.otlp.AttributeMap;
import io.lockstep.telemetry.otlp.BatchId;
import io.lockstep.telemetry.otlp.OtlpException;
import io.lockstep.telemetry.otlp.ProtoCursor;
import io.lockstep.telemetry.otlp.Signal;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Reads a request's bytes into rows of the contract's tables, without a tree of the message. What
/// it keeps of a request is bounded at 64 MiB; beyond, points and records are refused. May be used
/// by many threads.
public final class BatchReader {
  private final Limits limits;

  /// How far a point's time may be from the collector's clock; beyond, it is refused by partial
  /// success.
  ///
  /// @param past how old a point may be
  /// @param future how far ahead a point may be
  public record Limits(Duration past, Duration future) {
    public static final Limits DEFAULT = new Limits(Duration.ofDays(7), Duration.ofHours(1));

    public Limits {
      positive("past", past);
      positive("future", future);
    }

    private static void positive(String name, Duration limit) {
      if (limit.toSeconds() < 1) {
        throw new IllegalArgumentException(
            name + " must be 1s or more, is " + Durations.text(limit));
      }
    }

    /// Whether a time can be taken.
    boolean take(long timeNanos, long nowNanos) {
      long ahead = ahead(timeNanos, nowNanos);
      return timeNanos > 0 && ahead <= future.toSeconds() && -ahead <= past.toSeconds();
    }

    private static long ahead(long timeNanos, long nowNanos) {
      return timeNanos / 1_000_000_000L - nowNanos / 1_000_000_000L;
    }

    /// Why a time can't be taken, as the end of a sentence.
    String refusal(long timeNanos, long nowNanos) {
      if (timeNanos == 0) {
        return "has no time";
      }
      if (timeNanos < 0) {
        return "has the time " + Long.toUnsignedString(timeNanos) + " ns, after the year 2262";
      }
      String time = Instant.ofEpochSecond(0, timeNanos).toString();
      long ahead = ahead(timeNanos, nowNanos);
      return ahead > 0
          ? "of "
              + time
              + " is "
              + ahead
              + " s in the future, at most "
              + future.toSeconds()
              + " s are taken"
          : "of " + time + " is " + -ahead + " s old, at most " + past.toSeconds() + " s are taken";
    }
  }

  public BatchReader(Limits limits) {
    this.limits = limits;
  }

  /// Reads one request.
  ///
  /// @param cluster the sender's cluster
  /// @param hosts which hosts the sender may speak for; resources of others are refused. A resource
  ///   without `host.name` counts as `sender`.
  /// @param sender the sender's name
  /// @param id the batch id, or null from senders without one: then known metrics, too, become
  ///   [Point]s beside their rows (which feed the window only)
  /// @param protobuf the request, inflated
  /// @param nowNanos the collector's clock, Unix nanoseconds
  /// @throws OtlpException when the bytes are no such request; nothing of it is used
  public Batch read(
      String cluster,
      Predicate<String> hosts,
      String sender,
      Signal signal,
      @Nullable BatchId id,
      byte[] protobuf,
      long nowNanos)
      throws OtlpException {
    var rows = new BatchRows(cluster, id, limits, nowNanos);
    var request = new ProtoCursor(protobuf);
    RecordReader records =
        switch (signal) {
          case METRICS -> new MetricReader(rows, request);
          case LOGS -> new LogReader(rows);
          case TRACES -> new SpanReader(rows);
        };
    while (request.next()) {
      if (request.field() == 1) {
        ProtoCursor resource = request.message();
        scopes(resource, records, Origin.of(attributes(resource.copy()), hosts, sender));
      } else {
        request.skip();
      }
    }
    return rows.batch();
  }

  /// ResourceMetrics, ResourceLogs and ResourceSpans are alike: the resource is field 1, its scopes
  /// are field 2. The resource is read first, wherever it stands.
  private static AttributeMap attributes(ProtoCursor message) throws OtlpException {
    var attributes = new AttributeMap();
    while (message.next()) {
      if (message.field() != 1) {
        message.skip();
        continue;
      }
      ProtoCursor resource = message.message();
      while (resource.next()) {
        if (resource.field() == 1) {
          attributes.add(resource.message());
        } else {
          resource.skip();
        }
      }
    }
    return attributes;
  }

  /// ScopeMetrics, ScopeLogs and ScopeSpans, too: their records are field 2.
  private static void scopes(ProtoCursor message, RecordReader records, Origin origin)
      throws OtlpException {
    while (message.next()) {
      if (message.field() != 2) {
        message.skip();
        continue;
      }
      ProtoCursor scope = message.message();
      while (scope.next()) {
        if (scope.field() == 2) {
          records.read(scope.message(), origin);
        } else {
          scope.skip();
        }
      }
    }
  }
}
