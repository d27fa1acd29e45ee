package io.lockstep.agent.expose;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Memory of a GPU, or of an instance of one that is split, bytes each.
///
/// @param total with what the driver keeps
/// @param used without it
/// @param reserved what the driver keeps; null where it does not say
record DcgmMemory(@Nullable Long total, @Nullable Long used, @Nullable Long reserved) {
  private static final long MEBI = 1 << 20;

  /// A metric of DCGM's.
  record Family(String name, String help, Function<DcgmMemory, @Nullable String> value) {}

  static final List<Family> FAMILIES =
      List.of(
          new Family("FB_TOTAL", "Memory (MiB).", memory -> mebibytes(memory.total)),
          new Family("FB_USED", "Memory in use (MiB).", memory -> mebibytes(memory.used)),
          new Family("FB_RESERVED", "That the driver keeps.", memory -> mebibytes(memory.reserved)),
          new Family("FB_FREE", "Neither of both (MiB).", memory -> mebibytes(memory.free())),
          new Family("FB_USED_PERCENT", "Of what can be, 0 to 1.", DcgmMemory::usedShare));

  private static final List<Column> OF_GPU =
      List.of(
          Contract.column(Table.GPU_SLOW, "memory"),
          Contract.column(Table.GPU, "memory_used"),
          Contract.column(Table.GPU_SLOW, "memory_reserved"));

  private static final List<Column> OF_INSTANCE =
      List.of(
          Contract.column(Table.PART, "mig_memory"),
          Contract.column(Table.PART, "mig_memory_used"),
          Contract.column(Table.PART, "mig_memory_reserved"));

  static DcgmMemory ofGpu(Map<Column, Sample> values) {
    return of(OF_GPU, values);
  }

  static DcgmMemory ofInstance(Map<Column, Sample> values) {
    return of(OF_INSTANCE, values);
  }

  private static DcgmMemory of(List<Column> columns, Map<Column, Sample> values) {
    List<@Nullable Long> bytes = new ArrayList<>();
    for (Column column : columns) {
      Sample sample = values.get(column);
      bytes.add(sample == null ? null : (Long) (long) sample.value());
    }
    return new DcgmMemory(bytes.get(0), bytes.get(1), bytes.get(2));
  }

  private @Nullable Long usable() {
    return total == null ? null : (Long) (total - (reserved == null ? 0 : reserved));
  }

  private @Nullable Long free() {
    Long usable = usable();
    return usable == null || used == null ? null : (Long) Math.max(0, usable - used);
  }

  private @Nullable String usedShare() {
    Long usable = usable();
    return usable == null || usable <= 0 || used == null
        ? null
        : DcgmRow.number((double) used / usable);
  }

  private static @Nullable String mebibytes(@Nullable Long bytes) {
    return bytes == null ? null : String.valueOf(bytes / MEBI);
  }
}
