package io.lockstep.collector.receive;

import io.lockstep.collector.receive.Refusal.Reason;
import io.lockstep.telemetry.otlp.OtlpException;
import io.lockstep.telemetry.otlp.OtlpJson;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// Makes OTLP protobuf of a body and gives it to the [Intake]. On a worker thread: inflating and
/// JSON take milliseconds.
final class HandOver {
  private final Intake intake;
  private final ReceiveCounters counters;
  private final int inflatedMax;

  /// The intake has it, or it is refused.
  sealed interface Handed permits Handed.Taken, Refusal {
    record Taken(CompletionStage<Intake.Answer> answer) implements Handed {}
  }

  /// @param inflatedMax bytes
  HandOver(Intake intake, ReceiveCounters counters, int inflatedMax) {
    this.intake = intake;
    this.counters = counters;
    this.inflatedMax = inflatedMax;
  }

  /// @param sent the body as it came; not used any more afterwards
  Handed give(Head.Accepted head, byte[] sent, InFlight.Hold hold) {
    Body body =
        head.coding() == Coding.IDENTITY
            ? new Body.Bytes(sent)
            : Inflation.of(head.coding(), sent, inflatedMax, hold);
    return switch (body) {
      case Refusal refusal -> refusal;
      case Body.Bytes plain -> convert(head, plain.bytes(), hold);
    };
  }

  private Handed convert(Head.Accepted head, byte[] plain, InFlight.Hold hold) {
    if (head.encoding() == Encoding.PROTOBUF) {
      return take(head, plain);
    }
    try {
      byte[] protobuf = OtlpJson.toProtobuf(head.signal(), plain);
      Refusal busy = hold.grow(protobuf.length);
      return busy == null ? take(head, protobuf) : busy;
    } catch (OtlpException e) {
      return malformed(e.getMessage());
    }
  }

  private Handed.Taken take(Head.Accepted head, byte[] protobuf) {
    counters.handedOver(protobuf.length);
    return new Handed.Taken(intake.take(head.sender(), head.signal(), head.batch(), protobuf));
  }

  static Refusal malformed(@Nullable String reason) {
    return new Refusal(Reason.MALFORMED, "not OTLP: " + reason);
  }
}
