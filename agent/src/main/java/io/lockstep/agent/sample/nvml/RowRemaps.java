package io.lockstep.agent.sample.nvml;

import com.sun.jna.Memory;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Rows of a GPU's memory that others have taken the place of: a field each, and for drivers
/// without those one function for all.
enum RowRemaps {
  CORRECTED(FieldValues.REMAPPED_CORRECTED, 0),
  UNCORRECTED(FieldValues.REMAPPED_UNCORRECTED, 1),
  PENDING(FieldValues.REMAP_PENDING, 2),
  FAILED(FieldValues.REMAP_FAILED, 3);

  private static final List<String> ALL = List.of("nvmlDeviceGetRemappedRows");

  private final int field;
  private final int place;

  /// @param place among what the function tells
  RowRemaps(int field, int place) {
    this.field = field;
    this.place = place;
  }

  /// How many rows, or whether (pending, failed: 0 or 1); null when the GPU does not say.
  ///
  /// @param read fields of a round, this one among them
  @Nullable Number of(FieldValues read, DeviceCalls calls) throws NvmlException {
    Number told = read.get(field);
    return told == null ? asked(calls) : told;
  }

  private @Nullable Number asked(DeviceCalls calls) throws NvmlException {
    Memory answer = calls.scratch();
    boolean told = calls.ask(ALL, answer, answer.share(4), answer.share(8), answer.share(12));
    return told ? (Long) Integer.toUnsignedLong(answer.getInt(4L * place)) : null;
  }
}
