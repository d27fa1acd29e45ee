package io.lockstep.collector.receive;

/// Who sends: known, or a [Refusal].
sealed interface Identity permits Identity.Known, Refusal {
  record Known(Sender sender) implements Identity {}
}
