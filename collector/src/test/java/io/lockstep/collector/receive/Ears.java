package io.lockstep.collector.receive;

import io.lockstep.telemetry.otlp.BatchId;
import io.lockstep.telemetry.otlp.Signal;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// An intake that remembers what it was given and answers as it is told.
final class Ears implements Intake {
  static final Answer STORED = new Answer.Stored(0, "");

  record Heard(Sender sender, Signal signal, @Nullable BatchId id, String text, int length) {}

  final Queue<Heard> heard = new ConcurrentLinkedQueue<>();
  volatile Supplier<CompletionStage<Answer>> answers =
      () -> CompletableFuture.completedFuture(STORED);

  volatile Consumer<byte[]> listener = _ -> {};

  void answer(Answer answer) {
    answers = () -> CompletableFuture.completedFuture(answer);
  }

  Heard only() {
    if (heard.size() != 1) {
      throw new AssertionError("heard " + heard);
    }
    return heard.element();
  }

  @Override
  public CompletionStage<Answer> take(
      Sender sender, Signal signal, @Nullable BatchId id, byte[] protobuf) {
    listener.accept(protobuf);
    int shown = Math.min(100, protobuf.length);
    String text = new String(protobuf, 0, shown, StandardCharsets.ISO_8859_1);
    heard.add(new Heard(sender, signal, id, text, protobuf.length));
    return answers.get();
  }
}
