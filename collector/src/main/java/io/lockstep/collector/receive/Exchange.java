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
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// One request on its way: head, body, hand-over, answer. All on the event loop but for the
/// hand-over. What it holds of [InFlight] is given back when it is refused before the hand-over,
/// else when the intake has answered, however long that takes.
final class Exchange {
  /// What is still read, and thrown away, of a refused body, so that its sender gets to the answer.
  private static final long DRAINED_BYTES_MAX = 64L << 20;

  private final Parts parts;
  private final Wire wire;
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
      HandOver handOver,
      InFlight inFlight,
      ReceiveCounters counters,
      RefusalLog refusals,
      OtlpReceiver.Config config) {}

  private Exchange(Parts parts, Wire wire, HttpServerRequest request) {
    this.parts = parts;
    this.wire = wire;
    this.request = request;
    this.signal = wire.signal(request.path());
    this.who = host(request);
    this.deadline = parts.vertx.setTimer(parts.config.requestTimeout().toMillis(), _ -> tooLate());
  }

  private static String host(HttpServerRequest request) {
    var remote = request.remoteAddress();
    return remote == null ? "unknown" : String.valueOf(remote.hostAddress());
  }

  /// Begins with a request whose head has arrived. On the event loop.
  static void begin(Parts parts, Wire wire, HttpServerRequest request) {
    var exchange = new Exchange(parts, wire, request);
    request.exceptionHandler(_ -> exchange.gone());
    request.response().exceptionHandler(_ -> exchange.gone());
    switch (wire.read(request)) {
      case Refusal refusal -> exchange.refuseUnread(refusal);
      case Head.Accepted head -> exchange.admit(head);
    }
  }

  private void admit(Head.Accepted head) {
    Refusal full = parts.inFlight.full(head.sender().name());
    if (full == null) {
      read(head, parts.inFlight.begin(head.sender().name(), place(head)));
    } else {
      refuseUnread(full);
    }
  }

  /// What a sender sends from: the agent's host on this machine, where everything has one address.
  private String place(Head.Accepted head) {
    if (!head.sender().name().equals(Senders.LOCAL)) {
      return who;
    }
    return head.batch() == null ? "" : head.batch().host();
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
    boolean fits = body.length() + chunk.length() <= wire.lengthMax(bodyMax);
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
      wire.cut(request);
    }
  }

  private void handOver(Head.Accepted head, InFlight.Hold held) {
    Buffer whole = body;
    body = Buffer.buffer();
    switch (wire.open(head, whole)) {
      case Refusal refusal -> refuse(refusal);
      case Wire.Message message -> handOver(message, held);
    }
  }

  private void handOver(Wire.Message message, InFlight.Hold held) {
    handedOver = true;
    Head.Accepted head = message.head();
    var context = parts.vertx.getOrCreateContext();
    parts
        .workers
        .executeBlocking(() -> parts.handOver.give(head, message.bytes(), held), false)
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
        if (answerWith(200)) {
          wire.stored(request, head, stored).onComplete(_ -> finish());
        }
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
    wire.cut(request);
  }

  private void refuse(Refusal refusal) {
    if (answered) {
      return;
    }
    letGo();
    parts.counters.refused(refusal.reason());
    parts.refusals.refused(who, refusal, System.nanoTime());
    if (answerWith(refusal.reason().status())) {
      wire.refused(request, refusal, requestEnded).onComplete(_ -> finish());
    }
  }

  /// Whether an answer can still be given; none can be after it.
  private boolean answerWith(int status) {
    if (answered || request.response().closed()) {
      return false;
    }
    answered = true;
    parts.counters.answered(wire.label(), signal, status);
    return true;
  }

  private void ended() {
    requestEnded = true;
    if (answered) {
      wire.readLate(request);
    }
    finish();
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
