package io.lockstep.agent.sample.nvml;

import com.sun.jna.Memory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Reads many fields of one GPU in one call: `nvmlDeviceGetFieldValues`. Layout of
/// `nvmlFieldValue_t` by nvml.h 13.3, 40 bytes on x86-64 and arm64.
final class FieldValues {
  static final int ECC_CORRECTED = 3;
  static final int ECC_UNCORRECTED = 4;
  static final int POWER_CAP_TIME = 74;
  static final int MEMORY_TEMPERATURE = 82;
  static final int ENERGY = 83;
  static final int PCIE_REPLAYS = 94;
  static final int NVLINK_TRANSMITTED = 138;
  static final int NVLINK_RECEIVED = 139;
  static final int REMAPPED_CORRECTED = 142;
  static final int REMAPPED_UNCORRECTED = 143;
  static final int REMAP_PENDING = 144;
  static final int REMAP_FAILED = 145;
  static final int NVLINK_REPLAYS = 161;
  static final int NVLINK_RECOVERIES = 162;
  static final int NVLINK_CRC = 163;
  static final int NVLINK_STATE = 165;
  static final int POWER_INSTANT = 186;
  static final int PCIE_TRANSMITTED = 197;
  static final int PCIE_RECEIVED = 198;
  static final int NVLINK5_TRANSMITTED = 202; // bytes over one link
  static final int NVLINK5_RECEIVED = 204;
  static final int RECOVERY_ACTION = 230;

  /// All links at once.
  static final int ALL_LINKS = 0xffffffff;

  private static final int SIZE = 40;
  private static final int SCOPE = 4;
  private static final int TYPE = 24;
  private static final int CODE = 28;
  private static final int VALUE = 32;

  /// One field of one part.
  ///
  /// @param scope a link, [#ALL_LINKS], or 0 where the field has no parts
  /// @param name what it is called where it is remembered that a GPU does not say it
  record Field(int id, int scope, String name) {
    /// Each is made once: some are read of every link of every GPU each minute.
    private static final Map<Long, Field> ALL = new ConcurrentHashMap<>();

    static Field of(int id, int scope) {
      Long key = key(id, scope);
      Field known = ALL.get(key);
      return known == null ? ALL.computeIfAbsent(key, _ -> named(id, scope)) : known;
    }

    private static Field named(int id, int scope) {
      String part = scope == 0 ? "" : "/" + Integer.toUnsignedString(scope);
      return new Field(id, scope, "field " + id + part);
    }

    Long key() {
      return key(id, scope);
    }

    private static Long key(int id, int scope) {
      return (long) id << 32 | Integer.toUnsignedLong(scope);
    }
  }

  /// What a field holds.
  ///
  /// @param wide whether it is an unsigned number of 64 bits
  private record Value(Number number, boolean wide) {}

  /// By the field's key.
  private final Map<Long, Value> values = new HashMap<>();

  /// Reads those of these fields that the GPU has.
  static FieldValues read(DeviceCalls calls, List<Field> fields) throws NvmlException {
    var read = new FieldValues();
    List<Field> due = new ArrayList<>(fields.size());
    for (Field field : fields) {
      if (calls.due(field.name())) {
        due.add(field);
      }
    }
    Memory at = calls.scratch();
    int most = (int) (at.size() / SIZE);
    for (int from = 0; from < due.size(); from += most) {
      read.some(calls, due.subList(from, Math.min(due.size(), from + most)));
    }
    return read;
  }

  private void some(DeviceCalls calls, List<Field> fields) throws NvmlException {
    Memory scratch = calls.scratch();
    scratch.clear((long) fields.size() * SIZE);
    ByteBuffer at = calls.view();
    for (int i = 0; i < fields.size(); i++) {
      at.putInt(i * SIZE, fields.get(i).id());
      at.putInt(i * SIZE + SCOPE, fields.get(i).scope());
    }
    if (!calls.ask(List.of("nvmlDeviceGetFieldValues"), fields.size(), scratch)) {
      return;
    }
    for (int i = 0; i < fields.size(); i++) {
      int base = i * SIZE;
      int type = at.getInt(base + TYPE);
      Number value = value(type, at, base + VALUE);
      if (calls.settled(fields.get(i).name(), at.getInt(base + CODE)) && value != null) {
        values.put(fields.get(i).key(), new Value(value, type == 2 || type == 3));
      }
    }
  }

  /// By `nvmlValueType_t`; null for a type that is not known here, and for an unsigned number with
  /// all bits set, which is NVML's for not available.
  private static @Nullable Number value(int type, ByteBuffer at, int place) {
    return switch (type) {
      case 0 -> (Number) at.getDouble(place);
      case 1 -> at.getInt(place) == -1 ? null : (Number) Integer.toUnsignedLong(at.getInt(place));
      case 2, 3 -> at.getLong(place) < 0 ? null : (Number) at.getLong(place);
      case 4 -> (Number) at.getLong(place);
      case 5 -> (Number) (long) at.getInt(place);
      case 6 -> (Number) (at.getShort(place) & 0xffffL);
      default -> null;
    };
  }

  /// A field without parts; null when the GPU does not say.
  @Nullable Number get(int id) {
    return get(id, 0);
  }

  /// A field of a part; null when the GPU does not say.
  @Nullable Number get(int id, int scope) {
    Value value = values.get(Field.key(id, scope));
    return value == null ? null : value.number;
  }

  /// A field without parts that is an unsigned number of 64 bits; null when the GPU does not say,
  /// or says something else under this id.
  @Nullable Number get64(int id) {
    Value value = values.get(Field.key(id, 0));
    return value == null || !value.wide ? null : value.number;
  }
}
