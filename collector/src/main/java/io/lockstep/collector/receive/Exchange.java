package io.lockstep.collector.receive;

import io.lockstep.collector.receive.Intake.Answer;
import io.lockstep.collector.receive.Refusal.Reason;
import io.lockstep.telemetry.config.Durations;
import io.lockstep.telemetry.otlp.Signal;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// One request on its way: head, body, hand-over, answer. All on the event loop but for the
/// hand-over. What it holds of [InFlight] is given back when it is refused before the hand-over,
/// else when the intake has answered, however long that takes.
final class Exchange {
  /// What is still read, and thrown away, of a refused body, so that its sender gets to the answer.
  private static final long DRAINED_BYTES_MAX = 64L << 20;

  private final Parts parts;
  private final HttpServerRequest request;
  private final @Nullable Signal signal;
  private final long deadline;
  private Buffer body = Buffer.buffer();
  private String who;
  private long drainedBytes;
  private boolean requestEnded;
  private boolean handedOver;
  private boolean answered;
  private boolean gone;
  private InFlight.@Nullable Hold hold;

  /// What all exchanges of a receiver share.
  record Parts(
      Vertx vertx,
      WorkerExecutor workers,
      Door door,
      HandOver handOver,
      InFlight inFlight,
      ReceiveCounters counters,
      RefusalLog refusals,
      OtlpReceiver.Config config) {}

  private Exchange(Parts parts, HttpServerRequest request) {
    this.parts = parts;
    this.request = request;
    this.signal = Door.signal(request.path());
    this.who = host(request);
    this.deadline = parts.vertx.setTimer(parts.config.requestTimeout().toMillis(), _ -> tooLate());
  }

  private static String host(HttpServerRequest request) {
    var remote = request.remoteAddress();
    return remote == null ? "unknown" : String.valueOf(remote.hostAddress());
  }

  /// Begins with a request whose head has arrived. On the event loop.
  static void begin(Parts parts, HttpServerRequest request) {
    var exchange = new Exchange(parts, request);
    request.exceptionHandler(_ -> exchange.gone());
    request.response().exceptionHandler(_ -> exchange.gone());
    switch (parts.door.read(request)) {
      case Refusal refusal -> exchange.refuseUnread(refusal);
      case Head.Accepted head -> exchange.read(head, parts.inFlight.begin(head.sender()));
    }
  }

  private void refuseUnread(Refusal refusal) {
    request.handler(this::drain);
    request.endHandler(_ -> ended());
    refuse(refusal);
  }

  private void read(Head.Accepted head, InFlight.Hold held) {
    hold = held;
    who = head.sender().name();
    request.handler(chunk -> take(chunk, held));
    request.endHandler(_ -> {
      ended();
      if (!answered) {
        handOver(head, held);
      }
    });
    if ("100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
      request.response().writeContinue();
    }
  }

  private void take(Buffer chunk, InFlight.Hold held) {
    parts.counters.received(chunk.length());
    if (answered) {
      drain(chunk);
      return;
    }
    long bodyMax = parts.config.bodyMax().bytes();
    boolean fits = body.length() + chunk.length() <= bodyMax;
    Refusal refusal = fits ? held.grow(chunk.length()) : Door.tooLarge(bodyMax);
    if (refusal == null) {
      body.appendBuffer(chunk);
    } else {
      refuse(refusal);
    }
  }

  private void drain(Buffer chunk) {
    drainedBytes += chunk.length();
    if (drainedBytes > DRAINED_BYTES_MAX) {
      request.connection().close();
    }
  }

  private void handOver(Head.Accepted head, InFlight.Hold held) {
    handedOver = true;
    byte[] sent = body.getBytes();
    body = Buffer.buffer();
    var context = parts.vertx.getOrCreateContext();
    parts
        .workers
        .executeBlocking(() -> parts.handOver.give(head, sent, held), false)
        .onFailure(error -> answer(head, held, null, error))
        .onSuccess(handed -> {
          switch (handed) {
            case HandOver.Handed.Taken(var stage) ->
                stage.whenComplete((answer, error) ->
                    context.runOnContext(_ -> answer(head, held, answer, error)));
            case Refusal refusal -> {
              held.release();
              refuse(refusal);
            }
          }
        });
  }

  private void answer(
      Head.Accepted head, InFlight.Hold held, @Nullable Answer answer, @Nullable Throwable error) {
    held.release();
    switch (answer) {
      case null -> failed(error);
      case Answer.Stored stored -> {
        if (stored.refused() > 0) {
          parts.counters.itemsRefused(head.signal(), stored.refused());
        }
        end(200, head.encoding(), Reply.stored(head.encoding(), head.signal(), stored));
      }
      case Answer.Malformed(String reason) -> refuse(HandOver.malformed(reason));
      case Answer.Later(Duration after, String reason) ->
          refuse(new Refusal(Reason.LATER, reason, after));
    }
  }

  private void failed(@Nullable Throwable error) {
    parts.refusals.failed(who, error, System.nanoTime());
    refuse(new Refusal(Reason.FAILED, "the collector failed; its log says why"));
  }

  private void tooLate() {
    if (handedOver && !answered) {
      refuse(new Refusal(Reason.LATER, "not stored in time; send it again", Duration.ofSeconds(1)));
      return;
    }
    if (!answered) {
      String limit = Durations.text(parts.config.requestTimeout());
      refuse(new Refusal(Reason.TOO_SLOW, "the request took more than " + limit + " to arrive"));
    }
    request.connection().close();
  }

  private void refuse(Refusal refusal) {
    if (answered) {
      return;
    }
    letGo();
    parts.counters.refused(refusal.reason());
    parts.refusals.refused(who, refusal, System.nanoTime());
    HttpServerResponse response = request.response();
    if (!refusal.reason().header().isEmpty()) {
      response.putHeader(refusal.reason().header(), refusal.reason().headerValue());
    }
    if (refusal.retryAfter().isPositive()) {
      long seconds = refusal.retryAfter().plusMillis(999).toSeconds();
      response.putHeader(HttpHeaders.RETRY_AFTER, Long.toString(seconds));
    }
    boolean protobuf =
        Encoding.of(request.getHeader(HttpHeaders.CONTENT_TYPE)) == Encoding.PROTOBUF;
    Encoding encoding = protobuf ? Encoding.PROTOBUF : Encoding.JSON;
    end(refusal.reason().status(), encoding, Reply.refused(encoding, refusal));
  }

  private void end(int status, Encoding encoding, byte[] content) {
    HttpServerResponse response = request.response();
    if (answered || response.closed()) {
      return;
    }
    answered = true;
    parts.counters.answered(signal, status);
    if (!requestEnded) {
      response.putHeader(HttpHeaders.CONNECTION, "close");
    }
    response
        .setStatusCode(status)
        .putHeader(HttpHeaders.CONTENT_TYPE, encoding.contentType())
        .end(Buffer.buffer(content))
        .onComplete(_ -> finish());
  }

  private void ended() {
    requestEnded = true;
    if (answered) {
      request.connection().close();
    }
  }

  private void gone() {
    if (!answered && !gone) {
      parts.counters.aborted();
    }
    gone = true;
    letGo();
    finish();
  }

  private void letGo() {
    body = Buffer.buffer();
    if (hold != null && !handedOver) {
      hold.release();
    }
  }

  /// The deadline holds until the request has been read to its end, which a refused one may not be
  /// when it is answered.
  private void finish() {
    if (gone || (answered && requestEnded)) {
      parts.vertx.cancelTimer(deadline);
    }
  }
}
