package io.lockstep.agent.sample;

import io.lockstep.agent.sample.PartStates.State;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Errors of the server's memory by controller and module, from EDAC
/// ([Documentation/admin-guide/RAS](https://docs.kernel.org/admin-guide/RAS/main.html)). Where no
/// EDAC driver is loaded there are none; that is not the same as no errors.
final class MemoryControllers {
  /// So many corrected errors of one module within a day are too many: the default of mcelog
  /// (mcelog.conf, `[dimm] ce-error-threshold = 10 / 24h`).
  private static final long CORRECTED_MAX = 10;

  private static final String TYPE = "memory";

  private final PartSeries parts = new PartSeries("memory_corrected", "memory_uncorrected");
  private final Map<String, GrowthOfDay> corrected = new HashMap<>();
  private final SysFolder folder;
  private final PartStates states;
  private final ErrorCounts errors;

  /// @param sys `/sys`, or a captured one
  MemoryControllers(Path sys, PartStates states, ErrorCounts errors) {
    folder = new SysFolder(sys.resolve("devices/system/edac/mc"));
    this.states = states;
    this.errors = errors;
  }

  void read(Notes notes, Text text) {
    for (SysFolder controller : folder.numbered("mc")) {
      String id = "memory/" + controller.name();
      Long uncorrected = controller.number("ue_count", text);
      note(notes, id, controller.number("ce_count", text), uncorrected);
      List<SysFolder> modules = modules(controller);
      for (SysFolder module : modules) {
        module(notes, id, module, text);
      }
      if (uncorrected != null) {
        errors.take(notes, id, TYPE, "uncorrected", "", uncorrected);
      }
    }
    parts.end(notes);
  }

  /// Kernels call them `dimm` or, where they can't tell modules apart, `rank`.
  private static List<SysFolder> modules(SysFolder controller) {
    List<SysFolder> dimms = controller.numbered("dimm");
    return dimms.isEmpty() ? controller.numbered("rank") : dimms;
  }

  private void module(Notes notes, String controller, SysFolder module, Text text) {
    String id = controller + "/" + module.name();
    Long count = module.number("dimm_ce_count", text);
    note(notes, id, count, module.number("dimm_ue_count", text));
    if (count == null) {
      return;
    }
    long today = corrected.computeIfAbsent(id, _ -> new GrowthOfDay()).take(notes.now(), count);
    if (today >= CORRECTED_MAX) {
      String label = module.text("dimm_label", text);
      states.bad(
          notes,
          id,
          TYPE,
          State.DEGRADED,
          (label == null ? "" : "(" + label + ") ")
              + "had "
              + CORRECTED_MAX
              + " and more corrected errors within a day");
    } else {
      states.good(notes, id);
    }
  }

  private void note(Notes notes, String id, @Nullable Long ce, @Nullable Long ue) {
    List<Series> series = parts.of(id);
    if (series.isEmpty()) {
      return;
    }
    if (ce != null) {
      notes.add(series.get(0).at(ce));
    }
    if (ue != null) {
      notes.add(series.get(1).at(ue));
    }
  }
}
