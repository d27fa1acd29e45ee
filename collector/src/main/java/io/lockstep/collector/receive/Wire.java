package io.lockstep.collector.receive;

import io.lockstep.telemetry.otlp.Signal;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import org.jspecify.annotations.Nullable;

/// How OTLP's requests and answers look on a connection: over HTTP or over gRPC. On the event loop.
interface Wire {
  /// For counters: `http` or `grpc`.
  String label();

  /// The signal of a path; null when it is none of OTLP's.
  @Nullable Signal signal(@Nullable String path);

  /// Judges a request by its head, before any of its body is read.
  Head read(HttpServerRequest request);

  /// What a body may be at most, bytes.
  ///
  /// @param bodyMax of the message in it
  long lengthMax(long bodyMax);

  /// Takes the message out of a body that has come whole.
  Opened open(Head.Accepted head, Buffer body);

  /// Answers a request that was taken.
  Future<?> stored(HttpServerRequest request, Head.Accepted head, Intake.Answer.Stored stored);

  /// Answers a request that was not taken.
  ///
  /// @param whole whether its body has been read to its end
  Future<?> refused(HttpServerRequest request, Refusal refusal, boolean whole);

  /// Ends an answered request whose body has come to its end only afterwards.
  void readLate(HttpServerRequest request);

  /// Ends a request whatever its state.
  void cut(HttpServerRequest request);

  /// A body opened, or a [Refusal].
  sealed interface Opened permits Message, Refusal {}

  /// What a request carries, still compressed.
  ///
  /// @param bytes handed over, not copied
  @SuppressWarnings("ArrayRecordComponent")
  record Message(Head.Accepted head, byte[] bytes) implements Opened {}
}
