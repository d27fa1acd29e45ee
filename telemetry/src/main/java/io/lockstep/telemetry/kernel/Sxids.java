package io.lockstep.telemetry.kernel;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/// NVSwitch's SXids: what the numbers mean that its driver reports.
final class Sxids {
  private static final String SOURCE = "NVIDIA Fabric Manager User Guide, NVSwitch SXids";

  private record Entry(String fatal, String name, String words) {}

  private static final Map<Integer, Entry> ALL = new HashMap<>();

  static {
    for (String[] field : Catalogue.lines("sxid.tsv")) {
      ALL.put(Integer.valueOf(field[0]), new Entry(field[1], field[2], field[3]));
    }
  }

  private Sxids() {}

  /// @param text what the driver wrote behind the code: whether it was fatal, and which link
  static Meaning explain(int code, String text) {
    Entry entry = ALL.get(code);
    String lower = text.toLowerCase(Locale.ROOT);
    boolean fatal =
        lower.contains("non-fatal")
            ? false
            : lower.contains("fatal") || (entry != null && entry.fatal.equals("always"));
    String severity = fatal ? "fatal" : "not fatal";
    Remedy remedy = fatal ? Remedy.RESTART_SERVER : Remedy.NONE;
    return entry == null
        ? new Meaning(
            "SXid " + code + " stands in no catalogue that is known here; " + severity + ".",
            Blame.UNKNOWN,
            remedy,
            "not in: " + SOURCE)
        : new Meaning(
            "NVSwitch, " + severity + ": " + entry.words + " (" + entry.name + ")",
            Blame.FABRIC,
            remedy,
            SOURCE);
  }
}
