package io.lockstep.collector.receive;

/// A request's body, inflated, or a [Refusal].
sealed interface Body permits Body.Bytes, Refusal {
  /// OTLP, protobuf or JSON.
  final class Bytes implements Body {
    private final byte[] bytes;

    /// @param bytes handed over, not copied
    Bytes(byte[] bytes) {
      this.bytes = bytes;
    }

    byte[] bytes() {
      return bytes;
    }
  }
}
