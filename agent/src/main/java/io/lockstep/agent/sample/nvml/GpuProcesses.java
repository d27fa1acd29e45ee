package io.lockstep.agent.sample.nvml;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import io.lockstep.agent.sample.jobs.GpuProcess;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Lists who uses one GPU, or one MIG instance: computing, drawing, through MPS.
///
/// The layout of an entry is not what its function's version says: drivers 535.43 to 535.86 write
/// 32 bytes under the name `_v3` (nvidia-ml-py 12.535.77), all others 24 (`nvmlProcessInfo_t`,
/// nvml.h 13.3), and the function without a version 16. So the bytes that were written say it.
final class GpuProcesses {
  private static final int COUNT_BYTES = 16;
  private static final int UNWRITTEN = 0xA5;
  private static final int ENTRY = 24;
  private static final int ENTRY_MAX = 32;
  private static final int ENTRY_OLD = 16;
  private static final int MEMORY = 8;
  private static final List<String> KINDS = List.of("Compute", "Graphics", "MPSCompute");

  private final DeviceCalls calls;
  private final String instance;
  private long crowd;

  /// @param calls to the GPU, or to the instance
  /// @param instance the instance's UUID; empty for a GPU
  GpuProcesses(DeviceCalls calls, String instance) {
    this.calls = calls;
    this.instance = instance;
  }

  /// All of them; null when the driver does not say who they are.
  @Nullable List<GpuProcess> read() throws NvmlException {
    crowd = 0;
    Map<Integer, GpuProcess> all = new LinkedHashMap<>();
    for (String kind : KINDS) {
      List<GpuProcess> some = read("nvmlDeviceGet" + kind + "RunningProcesses");
      if (some == null && kind.equals(KINDS.getFirst())) {
        return null;
      }
      for (GpuProcess process : some == null ? List.<GpuProcess>of() : some) {
        all.putIfAbsent(process.pid(), process);
      }
    }
    return List.copyOf(all.values());
  }

  /// How many compute, where [#read] found too many to tell them apart; else 0.
  long crowd() {
    return crowd;
  }

  private @Nullable List<GpuProcess> read(String function) throws NvmlException {
    String newest = function + "_v3";
    List<GpuProcess> some = read(List.of(newest, function + "_v2"), ENTRY);
    boolean lacks = some == null && crowd == 0 && !calls.failures().containsKey(newest);
    return lacks ? read(List.of(function), ENTRY_OLD) : some;
  }

  private @Nullable List<GpuProcess> read(List<String> names, int usual) throws NvmlException {
    Memory answer = calls.scratch();
    long room = answer.size() - COUNT_BYTES;
    answer.setMemory(COUNT_BYTES, room, (byte) UNWRITTEN);
    answer.setInt(0, (int) (room / ENTRY_MAX));
    Pointer entries = answer.share(COUNT_BYTES);
    if (!calls.ask(names, answer, entries)) {
      if (calls.failedWith(names.getFirst(), ReturnCode.INSUFFICIENT_SIZE)) {
        crowd = Integer.toUnsignedLong(answer.getInt(0));
      }
      return null;
    }
    int count = Math.min(answer.getInt(0), (int) (room / ENTRY_MAX));
    int entry = count <= 0 ? usual : entry(answer, room, count);
    var found = new ArrayList<GpuProcess>();
    for (int i = 0; i < count && entry > 0; i++) {
      long at = COUNT_BYTES + (long) i * entry;
      long memory = answer.getLong(at + MEMORY);
      found.add(new GpuProcess(answer.getInt(at), memory < 0 ? null : (Long) memory, instance));
    }
    return entry > 0 ? found : null;
  }

  /// Bytes of an entry; 0 when what was written makes no sense.
  private static int entry(Memory answer, long room, int count) {
    long last = room - 1;
    while (last >= 0 && (answer.getByte(COUNT_BYTES + last) & 0xff) == UNWRITTEN) {
      last--;
    }
    long bytes = (last + MEMORY) / MEMORY * MEMORY;
    long entry = bytes / count;
    boolean sane = bytes == entry * count && entry >= ENTRY_OLD && entry <= ENTRY_MAX;
    return sane && entry % MEMORY == 0 ? (int) entry : 0;
  }
}
