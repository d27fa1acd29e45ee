package io.lockstep.agent.sample.nvml;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What a GPU is and how it is set up, as attributes of the events `lockstep.gpu.found` and
/// `lockstep.gpu.changed`. What the driver does not say is not there. Layouts and numbers by nvml.h
/// 13.3.
final class Facts {
  private static final int BYTES = 256;
  private static final int PLATFORM_VERSION = 33_554_476; // nvmlPlatformInfo_v2
  private static final int FABRIC_VERSION = 33_554_468; // nvmlGpuFabricInfo_v2
  private static final int CPU_WORDS = 32;

  private static final List<String> BRANDS =
      List.of(
          "",
          "Quadro",
          "Tesla",
          "NVS",
          "GRID",
          "GeForce",
          "TITAN",
          "NVIDIA Virtual Applications",
          "NVIDIA Virtual PC",
          "NVIDIA Virtual Compute Server",
          "NVIDIA RTX Virtual Workstation",
          "NVIDIA Cloud Gaming",
          "Quadro RTX",
          "NVIDIA RTX",
          "NVIDIA",
          "GeForce RTX",
          "TITAN RTX");

  /// `NVML_DEVICE_ARCH_*`, from 2 on; 11 and 12 are nobody's.
  private static final List<String> ARCHITECTURES =
      List.of(
          "",
          "",
          "Kepler",
          "Maxwell",
          "Pascal",
          "Volta",
          "Turing",
          "Ampere",
          "Ada Lovelace",
          "Hopper",
          "Blackwell",
          "",
          "",
          "Rubin");

  private static final List<String> COMPUTE_MODES =
      List.of("default", "exclusive thread", "prohibited", "exclusive process");

  private static final List<String> DRIVER_MODELS = List.of("WDDM", "WDM", "MCDM");

  private static final Map<String, String> TEXTS =
      Map.of(
          "hw.firmware_version", "nvmlDeviceGetVbiosVersion",
          "lockstep.gpu.board.part_number", "nvmlDeviceGetBoardPartNumber",
          "lockstep.gpu.inforom.image", "nvmlDeviceGetInforomImageVersion");

  /// `nvmlInforomObject_t`.
  private static final List<String> OBJECTS =
      List.of("lockstep.gpu.inforom.oem", "lockstep.gpu.inforom.ecc", "lockstep.gpu.inforom.power");

  private static final Map<String, String> NUMBERS =
      Map.of(
          "lockstep.gpu.minor", "nvmlDeviceGetMinorNumber",
          "lockstep.gpu.module", "nvmlDeviceGetModuleId",
          "lockstep.gpu.numa_node", "nvmlDeviceGetNumaNodeId");

  private final Map<String, String> facts = new TreeMap<>();
  private final Nvml nvml;
  private final Pointer device;
  private final Memory answer;

  private Facts(Nvml nvml, Pointer device, Memory answer) {
    this.nvml = nvml;
    this.device = device;
    this.answer = answer;
  }

  /// Asks for all of them. On the thread that lists, because a call may hang.
  static Map<String, String> of(Nvml nvml, Pointer device) {
    try (var answer = new Memory(BYTES)) {
      var facts = new Facts(nvml, device, answer);
      facts.read();
      return Map.copyOf(facts.facts);
    }
  }

  /// Of what both tell, as `name: before → now`; empty when that is the same.
  static List<String> changes(Map<String, String> before, Map<String, String> now) {
    var changes = new ArrayList<String>();
    for (var one : new TreeMap<>(now).entrySet()) {
      String was = before.get(one.getKey());
      if (was != null && !was.equals(one.getValue())) {
        changes.add(one.getKey() + ": " + was + " → " + one.getValue());
      }
    }
    return changes;
  }

  private void read() {
    TEXTS.forEach((name, function) -> put(name, nvml.text(List.of(function), device)));
    for (int object = 0; object < OBJECTS.size(); object++) {
      put(OBJECTS.get(object), text("nvmlDeviceGetInforomVersion", object, answer, BYTES));
    }
    put("lockstep.gpu.gsp.version", text("nvmlDeviceGetGspFirmwareVersion", answer));
    NUMBERS.forEach((name, function) -> put(name, number(function)));
    put("lockstep.gpu.brand", word(BRANDS, number("nvmlDeviceGetBrand")));
    put("lockstep.gpu.architecture", word(ARCHITECTURES, number("nvmlDeviceGetArchitecture")));
    put("lockstep.gpu.compute_mode", word(COMPUTE_MODES, number("nvmlDeviceGetComputeMode")));
    Long board = number("nvmlDeviceGetBoardId");
    put("lockstep.gpu.board.id", board == null ? "" : "0x" + Long.toHexString(board));
    Long several = number("nvmlDeviceGetMultiGpuBoard");
    put("lockstep.gpu.board.several", several == null ? "" : several == 0 ? "no" : "yes");
    pairs();
    put("lockstep.gpu.cpus", cpus());
    platform();
    fabric();
    put("lockstep.nvml.version", systemText("nvmlSystemGetNVMLVersion"));
    put("lockstep.cuda.version", cuda());
  }

  private void pairs() {
    if (pair("nvmlDeviceGetCudaComputeCapability")) {
      put("lockstep.gpu.compute_capability", answer.getInt(0) + "." + answer.getInt(8));
    }
    if (pair("nvmlDeviceGetDriverModel_v2")) {
      put("lockstep.gpu.driver_model", word(DRIVER_MODELS, (long) answer.getInt(0)));
    }
    put("lockstep.gpu.ecc", setting("nvmlDeviceGetEccMode"));
    put("lockstep.gpu.mig", setting("nvmlDeviceGetMigMode"));
    Long persistence = number("nvmlDeviceGetPersistenceMode");
    put("lockstep.gpu.persistence", persistence == null ? "" : onOff(persistence.intValue()));
  }

  /// As in `on`, or `on, off after a reset`.
  private String setting(String function) {
    if (!pair(function)) {
      return "";
    }
    String now = onOff(answer.getInt(0));
    String next = onOff(answer.getInt(8));
    return now.equals(next) ? now : now + ", " + next + " after a reset";
  }

  private static String onOff(int value) {
    return value == 0 ? "off" : "on";
  }

  /// CPUs nearest to the GPU, as in `0-31,64-95`.
  private String cpus() {
    answer.clear();
    if (call("nvmlDeviceGetCpuAffinity", CPU_WORDS, answer) != ReturnCode.SUCCESS) {
      return "";
    }
    var text = new StringBuilder();
    int from = -1;
    for (int cpu = 0; cpu <= CPU_WORDS * Long.SIZE; cpu++) {
      boolean near =
          cpu < CPU_WORDS * Long.SIZE
              && (answer.getLong(cpu / Long.SIZE * 8L) >>> cpu % Long.SIZE & 1) != 0;
      if (near && from < 0) {
        from = cpu;
      } else if (!near && from >= 0) {
        text.append(text.isEmpty() ? "" : ",").append(from);
        text.append(cpu - 1 > from ? "-" + (cpu - 1) : "");
        from = -1;
      }
    }
    return text.toString();
  }

  /// Where in the rack it sits, as of GB200.
  private void platform() {
    answer.clear();
    answer.setInt(0, PLATFORM_VERSION);
    if (call("nvmlDeviceGetPlatformInfo", answer) == ReturnCode.SUCCESS) {
      String chassis = ascii(answer.getByteArray(20, 16));
      put("lockstep.gpu.chassis", chassis);
      if (!chassis.isEmpty()) {
        put("lockstep.gpu.slot", (long) (answer.getByte(36) & 0xff));
        put("lockstep.gpu.tray", (long) (answer.getByte(37) & 0xff));
      }
    }
  }

  private void fabric() {
    answer.clear();
    answer.setInt(0, FABRIC_VERSION);
    boolean told = call("nvmlDeviceGetGpuFabricInfoV", answer) == ReturnCode.SUCCESS;
    if (told && answer.getByte(28) == 3) { // registration is completed
      var cluster = new StringBuilder();
      for (int i = 0; i < 16; i++) {
        int value = answer.getByte(4 + i) & 0xff;
        cluster.append(i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "");
        cluster
            .append(Character.forDigit(value >> 4, 16))
            .append(Character.forDigit(value & 15, 16));
      }
      put("lockstep.gpu.fabric.cluster", cluster.toString());
      put("lockstep.gpu.fabric.clique", Integer.toUnsignedLong(answer.getInt(24)));
    }
  }

  /// As in `13.0`: NVML says 13000.
  private String cuda() {
    answer.clear();
    int code =
        nvml.call(
            List.of("nvmlSystemGetCudaDriverVersion_v2", "nvmlSystemGetCudaDriverVersion"), answer);
    int version = answer.getInt(0);
    return code == ReturnCode.SUCCESS ? version / 1000 + "." + version % 1000 / 10 : "";
  }

  private String systemText(String function) {
    return nvml.text(List.of(function), null);
  }

  private String text(String function, Object... arguments) {
    answer.clear();
    return call(function, arguments) == ReturnCode.SUCCESS
        ? answer.getString(0, StandardCharsets.US_ASCII.name()).strip()
        : "";
  }

  private static String ascii(byte[] bytes) {
    int length = 0;
    while (length < bytes.length && bytes[length] > ' ') {
      length++;
    }
    return new String(bytes, 0, length, StandardCharsets.US_ASCII);
  }

  private @Nullable Long number(String function) {
    answer.clear();
    return call(function, answer) == ReturnCode.SUCCESS
        ? (Long) Integer.toUnsignedLong(answer.getInt(0))
        : null;
  }

  private boolean pair(String function) {
    answer.clear();
    return call(function, answer, answer.share(8)) == ReturnCode.SUCCESS;
  }

  private int call(String function, Object... arguments) {
    var all = new Object[arguments.length + 1];
    all[0] = device;
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return nvml.call(List.of(function), all);
  }

  private static String word(List<String> words, @Nullable Long number) {
    return number != null && number >= 0 && number < words.size()
        ? words.get(number.intValue())
        : "";
  }

  private void put(String name, @Nullable Long value) {
    put(name, value == null ? "" : value.toString());
  }

  private void put(String name, String value) {
    if (!value.isEmpty()) {
      facts.put(name, value);
    }
  }
}
