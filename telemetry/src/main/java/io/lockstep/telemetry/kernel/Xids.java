package io.lockstep.telemetry.kernel;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// NVIDIA's XIDs: what the numbers mean that the driver reports. A number that no catalogue has is
/// explained as unknown, never left out.
public final class Xids {
  /// The GPU fell off the bus.
  public static final int OFF_THE_BUS = 79;

  /// What NVML says in the place of a number (`NVML_ERROR_UNKNOWN`).
  private static final int UNNUMBERED = 999;

  /// The driver asks for something else than before to recover a GPU.
  public static final int RECOVERY_ACTION = 154;

  private static final String SOURCE = "NVIDIA XID catalogue 2025-10";
  private static final Pattern RECOVERY =
      Pattern.compile(
          "recovery action changed from \\S+ \\([^)]*\\) to (?:0x)?([0-9]{1,3}) \\(([^)]*)\\)");

  private record Entry(String mnemonic, Blame blame, Remedy remedy, String words) {}

  private static final Map<Integer, Entry> ALL = new HashMap<>();

  static {
    for (String[] field : Catalogue.lines("xid.tsv")) {
      ALL.put(
          Integer.valueOf(field[0]),
          new Entry(field[1], Blame.of(field[2]), Remedy.of(field[3]), field[4]));
    }
  }

  private Xids() {}

  /// The catalogue's short name, as in `ROBUST_CHANNEL_GPU_ECC_DBE`; empty for an unknown code.
  public static String mnemonic(int code) {
    Entry entry = ALL.get(code);
    return entry == null ? "" : entry.mnemonic;
  }

  /// What a code means.
  ///
  /// @param text what the driver wrote behind the code, which decodes 144 to 150 and 154; may be
  ///   empty
  public static Meaning explain(int code, String text) {
    Entry entry = ALL.get(code);
    if (entry == null) {
      return new Meaning(
          code == UNNUMBERED
              ? "XID 999 stands in no catalogue that is known here; NVML also says this number for"
                  + " an error that came without one. The kernel's log around it may say more."
              : "XID " + code + " stands in no catalogue that is known here.",
          Blame.UNKNOWN,
          Remedy.CONTACT_SUPPORT,
          "not in: " + SOURCE);
    }
    NvlinkError link = NvlinkError.of(code, text);
    if (link != null) {
      return new Meaning(
          entry.words + " " + link.words(), entry.blame, link.remedy(), SOURCE + ", decode table");
    }
    return code == RECOVERY_ACTION
        ? recovery(entry, text)
        : new Meaning(entry.words, entry.blame, entry.remedy, SOURCE);
  }

  /// By its number, as drivers call one action by several words: `Node Reboot Required` and `OS
  /// Reboot` are both 0x2.
  private static Meaning recovery(Entry entry, String text) {
    Matcher changed = RECOVERY.matcher(text);
    if (!changed.find()) {
      return new Meaning(entry.words, entry.blame, Remedy.BY_DETAIL, SOURCE);
    }
    String wanted = changed.group(2);
    Remedy remedy =
        switch (changed.group(1)) {
          case "0" -> Remedy.NONE;
          case "1", "4" -> Remedy.RESET_GPU;
          case "2" -> Remedy.RESTART_SERVER;
          default -> Remedy.CONTACT_SUPPORT;
        };
    return new Meaning(entry.words + " Now: " + wanted + ".", entry.blame, remedy, SOURCE);
  }
}
