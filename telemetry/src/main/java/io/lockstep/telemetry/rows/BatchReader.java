package io.lockstep.telemetry.rows;

import io.lockstep.telemetry.otlp.AttributeMap;
import io.lockstep.telemetry.otlp.BatchId;
import io.lockstep.telemetry.otlp.OtlpException;
import io.lockstep.telemetry.otlp.ProtoCursor;
import io.lockstep.telemetry.otlp.Signal;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Reads a request's bytes into rows of the contract's tables. Touches each byte once and builds no
/// tree of the message. May be used by many threads.
public final class BatchReader {
  private final Limits limits;

  /// How far a point's time may be from the collector's clock; beyond, it is refused by partial
  /// success.
  ///
  /// @param past how old a point may be, seconds
  /// @param future how far ahead a point may be, seconds
  public record Limits(long past, long future) {
    public static final Limits DEFAULT = new Limits(7 * 24 * 3600, 3600);

    public Limits {
      if (past <= 0 || future <= 0) {
        throw new IllegalArgumentException("limits must be above 0, are " + past + ", " + future);
      }
    }

    /// Why a time can't be taken; null when it can.
    @Nullable String refuse(long timeNanos, long nowNanos) {
      if (timeNanos <= 0) {
        return "has no time";
      }
      long ahead = timeNanos / 1_000_000_000L - nowNanos / 1_000_000_000L;
      if (ahead > future) {
        return "is " + ahead + " s in the future, at most " + future + " s are taken";
      }
      return -ahead > past ? "is " + -ahead + " s old, at most " + past + " s are taken" : null;
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
    while (request.next()) {
      if (request.field() == 1) {
        resource(request.message(), rows, hosts, sender, signal);
      } else {
        request.skip();
      }
    }
    return rows.batch();
  }

  /// ResourceMetrics, ResourceLogs and ResourceSpans are alike: the resource is field 1, its scopes
  /// are field 2. The resource is read first, wherever it stands.
  private static void resource(
      ProtoCursor message, BatchRows rows, Predicate<String> hosts, String sender, Signal signal)
      throws OtlpException {
    var attributes = new AttributeMap();
    ProtoCursor first = message.copy();
    while (first.next()) {
      if (first.field() == 1) {
        attributes(first.message(), attributes);
      } else {
        first.skip();
      }
    }
    String host = attributes.get("host.name");
    host = host == null || host.isBlank() ? sender : host;
    var origin = new Origin(host, attributes);
    boolean allowed = hosts.test(host);
    while (message.next()) {
      if (message.field() == 2) {
        scope(message.message(), rows, origin, allowed, signal);
      } else {
        message.skip();
      }
    }
  }

  private static void attributes(ProtoCursor resource, AttributeMap attributes)
      throws OtlpException {
    while (resource.next()) {
      if (resource.field() == 1) {
        attributes.add(resource.message());
      } else {
        resource.skip();
      }
    }
  }

  private static void scope(
      ProtoCursor scope, BatchRows rows, Origin origin, boolean allowed, Signal signal)
      throws OtlpException {
    while (scope.next()) {
      if (scope.field() != 2) {
        scope.skip();
        continue;
      }
      ProtoCursor message = scope.message();
      switch (signal) {
        case METRICS -> MetricReader.read(message, rows, origin, allowed);
        case LOGS -> LogReader.read(message, rows, origin, allowed);
        case TRACES -> SpanReader.read(message, rows, origin, allowed);
      }
    }
  }
}
