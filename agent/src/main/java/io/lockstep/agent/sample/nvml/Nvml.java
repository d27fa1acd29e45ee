package io.lockstep.agent.sample.nvml;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The library, loaded and initialized. Functions are looked up when they are first called, under
/// their versioned names first, so that one that an older driver does not have costs only itself.
/// Any thread, as NVML itself.
final class Nvml {
  /// Where the driver's installer puts it; looked for as the system's loader does.
  static final String DEFAULT = "libnvidia-ml.so.1";

  /// Initialization goes on without a GPU, so that a server whose GPUs are all lost is told apart
  /// from one without a driver (`NVML_INIT_FLAG_NO_GPUS`).
  private static final int NO_GPUS = 1;

  private static final int TEXT_MAX = 96;
  private static final int PCI_INFO_BYTES = 128; // 68 are used
  private static final int PCI_BUS_ID = 36;

  /// Libraries in which somebody hangs: what is opened under such a name is the same library, and
  /// unloading it would pull it away from under that call.
  private static final Set<String> LEFT = ConcurrentHashMap.newKeySet();

  /// Where the code of a function is; empty for one that the library does not have.
  private final Map<String, OptionalLong> functions;

  private final NativeLibrary library;
  private final String name;
  private final Runnable watch;

  private Nvml(
      NativeLibrary library, String name, Map<String, OptionalLong> functions, Runnable watch) {
    this.library = library;
    this.name = name;
    this.functions = functions;
    this.watch = watch;
  }

  /// The same library, of whose calls somebody is told before each.
  Nvml watched(Runnable by) {
    return new Nvml(library, name, functions, by);
  }

  /// Loads the library and initializes it.
  ///
  /// @param name a file, or a name for the system's loader
  /// @throws IOException when there is none, or it can't be initialized; the message says how to
  ///   mend it
  static Nvml open(String name) throws IOException {
    ElfFile.check(name);
    checkJna();
    NativeLibrary library;
    try {
      library = NativeLibrary.getInstance(name);
    } catch (UnsatisfiedLinkError e) {
      throw new IOException(
          name
              + " can't be loaded: "
              + loader(name, e)
              + "; where there are NVIDIA GPUs, install their driver or name the library"
              + " (samplers.gpu.library)",
          e);
    }
    var nvml = new Nvml(library, name, new ConcurrentHashMap<>(), () -> {});
    int code = nvml.call(List.of("nvmlInitWithFlags"), NO_GPUS);
    if (code == ReturnCode.FUNCTION_NOT_FOUND) {
      code = nvml.call(List.of("nvmlInit_v2", "nvmlInit"));
    }
    if (code != ReturnCode.SUCCESS) {
      if (!LEFT.contains(name)) {
        library.close();
      }
      throw new IOException(name + " can't be initialized: " + ReturnCode.words(code) + mend(code));
    }
    return nvml;
  }

  /// JNA brings a library of its own, which it unpacks where it does not lie ready, as it does in
  /// the agent's image. Where that fails, nothing is known of any other library.
  ///
  /// @throws IOException when it can't; the message says how to mend it
  public static void checkJna() throws IOException {
    try {
      if (Native.POINTER_SIZE == 0) {
        throw new IOException("JNA does not know this processor");
      }
    } catch (LinkageError e) {
      throw new IOException(
          "JNA's own library can't be unpacked and loaded: "
              + e.getMessage()
              + "; name a folder from which programs may run:"
              + " LOCKSTEP_JAVA_OPTS=-Djna.tmpdir=FOLDER (where /tmp is mounted noexec)",
          e);
    }
  }

  /// What the system's loader says, without the name before it.
  private static String loader(String name, UnsatisfiedLinkError error) {
    Throwable[] tries = error.getSuppressed();
    String words = String.valueOf(tries.length == 0 ? error.getMessage() : tries[0].getMessage());
    return words.startsWith(name + ": ") ? words.substring(name.length() + 2) : words;
  }

  private static String mend(int code) {
    return switch (code) {
      case ReturnCode.DRIVER_NOT_LOADED -> "; load the kernel module: modprobe nvidia";
      case ReturnCode.NO_PERMISSION -> "; the agent needs to read and write /dev/nvidiactl";
      case ReturnCode.LIB_RM_VERSION_MISMATCH ->
          "; the driver was replaced: reboot, or reload its kernel modules";
      default -> "";
    };
  }

  /// Calls the first of these functions that the library has.
  ///
  /// @return one of [ReturnCode]; FUNCTION_NOT_FOUND when it has none of them
  int call(List<String> names, Object... arguments) {
    for (String name : names) {
      OptionalLong function = functions.computeIfAbsent(name, this::find);
      if (function.isPresent()) {
        watch.run();
        return NativeCall.of(function.getAsLong(), arguments);
      }
    }
    return ReturnCode.FUNCTION_NOT_FOUND;
  }

  private OptionalLong find(String name) {
    try {
      return OptionalLong.of(Pointer.nativeValue(library.getFunction(name)));
    } catch (UnsatisfiedLinkError _) {
      return OptionalLong.empty();
    }
  }

  /// The driver's version, as in `580.126.09`; empty when it does not say.
  String driver() {
    return text(List.of("nvmlSystemGetDriverVersion"), null);
  }

  /// A text that a function writes into a buffer; empty when it can't be had.
  ///
  /// @param device null for a function of the system
  String text(List<String> names, @Nullable Pointer device) {
    try (var buffer = new Memory(TEXT_MAX)) {
      buffer.clear();
      int code =
          device == null ? call(names, buffer, TEXT_MAX) : call(names, device, buffer, TEXT_MAX);
      return code == ReturnCode.SUCCESS
          ? buffer.getString(0, StandardCharsets.US_ASCII.name()).strip()
          : "";
    }
  }

  /// Where a GPU sits, as in `0000:18:00.0`; empty when it can't be had. Layout of `nvmlPciInfo_t`.
  String pciAddress(Pointer device) {
    try (var buffer = new Memory(PCI_INFO_BYTES)) {
      buffer.clear();
      int code =
          call(List.of("nvmlDeviceGetPciInfo_v3", "nvmlDeviceGetPciInfo_v2"), device, buffer);
      return code == ReturnCode.SUCCESS
          ? Identity.pciAddress(buffer.getString(PCI_BUS_ID, StandardCharsets.US_ASCII.name()))
          : "";
    }
  }

  /// How many GPUs the driver has.
  int count() throws NvmlException {
    var count = new IntByReference();
    check(
        "nvmlDeviceGetCount", call(List.of("nvmlDeviceGetCount_v2", "nvmlDeviceGetCount"), count));
    return count.getValue();
  }

  /// The handle of the GPU that has this index at the moment.
  Pointer device(int index) throws NvmlException {
    var handle = new PointerByReference();
    check(
        "nvmlDeviceGetHandleByIndex",
        call(
            List.of("nvmlDeviceGetHandleByIndex_v2", "nvmlDeviceGetHandleByIndex"), index, handle));
    return handle.getValue();
  }

  static void check(String function, int code) throws NvmlException {
    if (code != ReturnCode.SUCCESS) {
      throw new NvmlException(function, code);
    }
  }

  /// Shuts it down and unloads it. Nobody may be inside a call, nor call again.
  void close() {
    call(List.of("nvmlShutdown"));
    functions.clear();
    LEFT.remove(name);
    library.close();
  }

  /// Leaves it as it is, because somebody hangs in it.
  void leave() {
    LEFT.add(name);
  }
}
