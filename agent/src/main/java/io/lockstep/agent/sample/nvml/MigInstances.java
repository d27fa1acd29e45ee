package io.lockstep.agent.sample.nvml;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import io.lockstep.agent.sample.Series;
import io.lockstep.agent.sample.jobs.GpuProcess;
import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.Sample;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// The instances of one GPU that is split (MIG). They are listed anew each time, because they come
/// and go while the agent runs, and a handle may be another's by then. One thread.
final class MigInstances {
  private static final int INSTANCES_MAX = 8;
  private static final int TEXT_MAX = 96;
  private static final int MEMORY_VERSION = 33_554_472; // nvmlMemory_v2
  private static final int UNCORRECTED = 1; // nvmlMemoryErrorType_t
  private static final int VOLATILE = 0; // nvmlEccCounterType_t
  private static final int SRAM = 7; // nvmlMemoryLocation_t
  private static final int SLICES = 24; // of nvmlDeviceAttributes_t
  private static final String PROFILE = "MIG ";

  private final Map<Pointer, DeviceCalls> handles = new HashMap<>();
  private final Map<Pointer, String> named = new HashMap<>();
  private final SequencedMap<String, DeviceCalls> present = new LinkedHashMap<>();
  private final Nvml nvml;
  private final DeviceCalls gpu;
  private final String parent;

  /// The calls to the instance that is asked at the moment; others look at it.
  private volatile @Nullable DeviceCalls asked;

  /// @param gpu calls to the GPU
  /// @param parent the GPU's UUID
  MigInstances(Nvml nvml, DeviceCalls gpu, String parent) {
    this.nvml = nvml;
    this.gpu = gpu;
    this.parent = parent;
  }

  /// For how long a call to an instance has not returned, in nanoseconds. Any thread.
  long callNanos() {
    DeviceCalls now = asked;
    return now == null ? 0 : now.callNanos();
  }

  /// Reads all of them.
  ///
  /// @param into what they say
  /// @return their profiles, as in `1g.10gb`, by UUID, in the driver's order
  Map<String, String> read(List<Sample> into) throws NvmlException {
    present.clear();
    Map<String, String> profiles = new LinkedHashMap<>();
    Long most = gpu.number("nvmlDeviceGetMaxMigDeviceCount");
    for (int index = 0; most != null && index < Math.min(most, INSTANCES_MAX); index++) {
      var handle = new PointerByReference();
      int code = gpu.code("nvmlDeviceGetMigDeviceHandleByIndex", index, handle);
      if (code == ReturnCode.SUCCESS) {
        read(handle.getValue(), profiles, into);
      }
    }
    handles.values().retainAll(present.values());
    asked = null;
    return profiles;
  }

  private void read(Pointer handle, Map<String, String> profiles, List<Sample> into)
      throws NvmlException {
    DeviceCalls calls = handles.computeIfAbsent(handle, pointer -> new DeviceCalls(nvml, pointer));
    asked = calls;
    calls.begin();
    String uuid = text(calls, "nvmlDeviceGetUUID");
    if (uuid.isEmpty()) {
      return;
    }
    if (!uuid.equals(named.put(handle, uuid))) {
      calls.askAgain(); // another instance under an old handle
    }
    String name = text(calls, "nvmlDeviceGetName");
    int at = name.lastIndexOf(PROFILE);
    String profile = at < 0 ? "" : name.substring(at + PROFILE.length());
    present.put(uuid, calls);
    profiles.put(uuid, profile);
    values(calls, new Row(attributes(uuid, profile), into));
  }

  /// Where the values of one instance go.
  private record Row(Attributes attributes, List<Sample> into) {
    void add(String name, @Nullable Long value) {
      if (value != null) {
        Column column = Contract.column(Table.PART, name);
        var metric = Objects.requireNonNull(Contract.metric(column.metric()));
        into.add(new Series(metric, attributes, column.type().integral()).at(value));
      }
    }
  }

  private Attributes attributes(String uuid, String profile) {
    var attributes =
        Attributes.builder()
            .put(AttributeKey.stringKey("hw.id"), uuid)
            .put(AttributeKey.stringKey("hw.parent"), parent);
    return profile.isEmpty()
        ? attributes.build()
        : attributes.put(AttributeKey.stringKey("hw.name"), profile).build();
  }

  private static void values(DeviceCalls calls, Row row) throws NvmlException {
    Memory answer = calls.scratch();
    answer.setInt(0, MEMORY_VERSION);
    if (calls.ask(List.of("nvmlDeviceGetMemoryInfo_v2"), answer)) {
      row.add("mig_memory", answer.getLong(8));
      row.add("mig_memory_reserved", answer.getLong(16));
      row.add("mig_memory_used", answer.getLong(32));
    } else if (calls.ask(List.of("nvmlDeviceGetMemoryInfo"), answer)) {
      row.add("mig_memory", answer.getLong(0));
      row.add("mig_memory_used", answer.getLong(16));
    }
    if (calls.ask(List.of("nvmlDeviceGetAttributes_v2", "nvmlDeviceGetAttributes"), answer)) {
      row.add("mig_multiprocessors", Integer.toUnsignedLong(answer.getInt(0)));
      row.add("mig_slices", Integer.toUnsignedLong(answer.getInt(SLICES)));
    }
    row.add("mig_gpu_instance", calls.number("nvmlDeviceGetGpuInstanceId"));
    row.add("mig_compute_instance", calls.number("nvmlDeviceGetComputeInstanceId"));
    String errors = "nvmlDeviceGetMemoryErrorCounter";
    row.add("mig_sram_uncorrected", calls.number64Of(errors, errors, UNCORRECTED, VOLATILE, SRAM));
  }

  private static String text(DeviceCalls calls, String function) throws NvmlException {
    Memory answer = calls.scratch();
    return calls.ask(List.of(function), answer, TEXT_MAX)
        ? answer.getString(0, StandardCharsets.US_ASCII.name()).strip()
        : "";
  }

  /// Who uses the instances that were read last; null when none of them says.
  @Nullable List<GpuProcess> processes() throws NvmlException {
    var all = new ArrayList<GpuProcess>();
    boolean any = false;
    for (Map.Entry<String, DeviceCalls> one : present.entrySet()) {
      asked = one.getValue();
      List<GpuProcess> some = new GpuProcesses(one.getValue(), one.getKey()).read();
      any |= some != null;
      all.addAll(some == null ? List.of() : some);
    }
    asked = null;
    return any || present.isEmpty() ? all : null;
  }
}
