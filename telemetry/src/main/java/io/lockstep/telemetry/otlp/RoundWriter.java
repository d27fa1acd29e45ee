package io.lockstep.telemetry.otlp;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Writes rounds of samples exactly as [OtlpWriter] does, at a tenth of its cost where the same
/// series come again: rounds of one layout differ in times and values only. What it can't find its
/// way in, the writer encodes each time. Not thread-safe.
public final class RoundWriter {
  /// The rounds of each second, of every tenth, and of every sixtieth; and one that changes.
  private static final int MOULDS_MAX = 4;

  /// No agent's round is larger; what is, is not kept.
  private static final int SAMPLES_MAX = 20_000;

  private final ArrayDeque<Mould> newestFirst = new ArrayDeque<>();
  private final OtlpWriter writer;
  private final long startNanos;

  /// @param writer defines the bytes
  /// @param startNanos since when counters count, Unix nanoseconds; 0 if unknown
  public RoundWriter(OtlpWriter writer, long startNanos) {
    this.writer = writer;
    this.startNanos = startNanos;
  }

  /// Encodes one round of samples as one ExportMetricsServiceRequest.
  ///
  /// @param timeNanos the round's time, Unix nanoseconds, stamped on every point
  /// @return bytes that are good until the next call; nobody else writes to them
  public byte[] metrics(List<Sample> samples, long timeNanos) {
    boolean fixed = timeNanos != 0 && samples.size() <= SAMPLES_MAX; // a 0 is left out on the wire
    Mould mould = fixed ? known(samples) : null;
    if (mould == null && fixed) {
      mould = Mould.of(samples, numbered -> writer.metrics(numbered, timeNanos, startNanos));
    }
    if (mould == null) {
      return writer.metrics(samples, timeNanos, startNanos);
    }
    newestFirst.addFirst(mould);
    if (newestFirst.size() > MOULDS_MAX) {
      newestFirst.removeLast();
    }
    return mould.fill(samples, timeNanos);
  }

  /// The mould of these series, taken out; null when there is none.
  private @Nullable Mould known(List<Sample> samples) {
    for (Iterator<Mould> all = newestFirst.iterator(); all.hasNext(); ) {
      Mould one = all.next();
      if (one.fits(samples)) {
        all.remove();
        return one;
      }
    }
    return null;
  }
}
