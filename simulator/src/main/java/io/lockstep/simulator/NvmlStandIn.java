package io.lockstep.simulator;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;

/// The stand-in for NVIDIA's library with its state file: GPUs whose every value is known, and what
/// is wrong with them. For one server; a whole cluster is [Simulation]'s. One thread.
public final class NvmlStandIn {
  /// Above the time between two looks of the library at its state.
  private static final long LOOK_NANOS = 4_000_000;

  private final Map<String, String> lines = new LinkedHashMap<>();
  private final Path folder;

  /// Builds the library in a folder, with no GPU.
  ///
  /// @throws IOException when there is no `gcc`, or it fails; the message says so
  public NvmlStandIn(Path folder) throws IOException, InterruptedException {
    this.folder = folder;
    StandInLibrary.writeTo(library());
    lines.put("driver", "580.126.09");
    write();
  }

  /// Whether there is a `gcc` to build it with.
  public static boolean possible() {
    for (String place : Objects.requireNonNullElse(System.getenv("PATH"), "").split(":", -1)) {
      if (Files.isExecutable(Path.of(place, "gcc"))) {
        return true;
      }
    }
    return false;
  }

  /// The library, to be loaded in the place of NVIDIA's.
  public Path library() {
    return folder.resolve("libnvidia-ml.so.1");
  }

  /// A GPU's UUID.
  public static String uuid(int gpu) {
    return String.format(Locale.ROOT, "GPU-%08d-aaaa", gpu);
  }

  /// A GPU's place on the bus, as NVML writes it.
  public static String pci(int gpu) {
    return String.format(Locale.ROOT, "%08X:%02X:00.0", 0, 0x18 + gpu);
  }

  /// Adds healthy GPUs, 18 NVLinks each; their values tell them apart.
  public void gpus(int count) throws IOException {
    for (int gpu = 0; gpu < count; gpu++) {
      set(gpu, "uuid", uuid(gpu));
      set(gpu, "serial", "165" + gpu);
      set(gpu, "pci", pci(gpu));
      set(gpu, "name", "NVIDIA_H100_80GB_HBM3");
      set(gpu, "temperature", 40 + gpu);
      set(gpu, "power", 300_000 + gpu);
      set(gpu, "power_limit", 700_000);
      set(gpu, "power_limit_default", 700_000);
      set(gpu, "utilization", 90 + gpu);
      set(gpu, "memory_utilization", 33);
      set(gpu, "memory", 85_520_809_984L);
      set(gpu, "memory_used", 6_000_000_000L + gpu);
      set(gpu, "clock_sm", 1980 - gpu);
      set(gpu, "clock_memory", 2619);
      set(gpu, "reasons", 4);
      set(gpu, "pstate", 0);
      set(gpu, "pcie_width", 16);
      set(gpu, "pcie_width_max", 16);
      set(gpu, "pcie_generation", 5);
      set(gpu, "pcie_generation_max", 5);
      set(gpu, "persistence", 1);
      set(gpu, "mig", 0);
      set(gpu, "processes", 1 + gpu);
      set(gpu, "fabric_state", 3);
      set(gpu, "fabric_health", 0x11aa);
      int place = gpu;
      StandInDetails.of(gpu).forEach((key, value) -> set(place, key, value));
      fields(gpu);
    }
    write();
  }

  /// Adds the GPUs of a real server, which answer as they did there.
  public void gpus(SmiCapture capture) throws IOException {
    lines.put("driver", capture.driver());
    for (int gpu = 0; gpu < capture.gpus().size(); gpu++) {
      int place = gpu;
      set(gpu, "uuid", uuid(gpu)); // where it was scrubbed
      SmiState.of(capture.gpus().get(gpu), capture.driver())
          .forEach((key, value) -> set(place, key, value));
    }
    write();
  }

  private void fields(int gpu) {
    field(gpu, 3, gpu);
    field(gpu, 4, 0);
    field(gpu, 74, 5_000_000_000L);
    field(gpu, 82, 50 + gpu);
    field(gpu, 83, 123_456_789_012_345L + gpu);
    field(gpu, 94, 2);
    set(gpu, "field 138/all", 1L << 40);
    set(gpu, "field 139/all", 2048);
    field(gpu, 142, 1);
    field(gpu, 143, 2);
    field(gpu, 144, 0);
    field(gpu, 145, 0);
    field(gpu, 197, 777);
    field(gpu, 198, 888);
    field(gpu, 230, 0);
    field(gpu, 269, 1_000_000_000L);
    field(gpu, 270, 2_500_000_000L);
    field(gpu, 271, 0);
    for (int link = 0; link < 18; link++) {
      set(gpu, "link " + link, 1);
      String scope = link == 0 ? "" : "/" + link;
      set(gpu, "field 161" + scope, 1);
      set(gpu, "field 162" + scope, 0);
      set(gpu, "field 163" + scope, link);
    }
  }

  /// A field value ([NVML field ids](https://docs.nvidia.com/deploy/nvml-api/)), unsigned 64 bits.
  public void field(int gpu, int id, long value) {
    set(gpu, "field " + id, value);
  }

  /// A key of one GPU, as the begin of `state.c` tells them.
  public void set(int gpu, String key, Object value) {
    lines.put("gpu " + gpu + " " + key, value.toString());
  }

  /// A process that computes on a GPU.
  ///
  /// @param memory what it holds of the GPU's memory, bytes
  public void process(int gpu, long pid, long memory) {
    unset(gpu, "processes");
    set(gpu, "process " + pid, "c," + memory);
  }

  /// A key of a GPU's MIG device.
  ///
  /// @param index the device's, from 0
  public void mig(int gpu, int index, String key, Object value) {
    lines.put("mig " + gpu + " " + index + " " + key, value.toString());
  }

  /// A GPU's MIG devices are gone.
  public void unsplit(int gpu) {
    lines.keySet().removeIf(line -> line.startsWith("mig " + gpu + " "));
  }

  /// Takes a GPU's key out again.
  public void unset(int gpu, String key) {
    lines.remove("gpu " + gpu + " " + key);
  }

  /// A key of the library as a whole.
  public void set(String key, Object value) {
    lines.put(key, value.toString());
  }

  /// An event that was not there before.
  ///
  /// @param number rises from event to event
  /// @param type a bit of nvml.h: 8 is an XID
  /// @param data the XID's number
  public void event(int number, int gpu, long type, long data) {
    lines.put("event " + number, gpu + " " + type + " " + data);
  }

  /// Makes it so for every call that begins after this one.
  public void write() throws IOException {
    var text = new StringBuilder();
    lines.forEach((key, value) -> text.append(key).append(' ').append(value).append('\n'));
    Path next = folder.resolve("nvml.state.next");
    Files.writeString(next, text);
    Files.move(next, folder.resolve("nvml.state"), StandardCopyOption.ATOMIC_MOVE);
    LockSupport.parkNanos(LOOK_NANOS);
  }
}
