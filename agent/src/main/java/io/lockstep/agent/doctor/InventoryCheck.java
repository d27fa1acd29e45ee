package io.lockstep.agent.doctor;

import io.lockstep.agent.sample.inventory.InventoryReport;
import io.lockstep.agent.sample.inventory.InventorySampler;
import io.lockstep.telemetry.config.FileProblem;
import java.io.IOException;
import java.nio.file.Path;

/// Whether this server is what it should be.
final class InventoryCheck {
  private InventoryCheck() {}

  /// @param folder where the running agent keeps what it has learnt
  static Diagnosis of(InventorySampler sampler, Path folder) {
    try {
      InventoryReport report = sampler.report(folder);
      if (report.differs()) {
        return Diagnosis.bad(
            "inventory",
            report.differences(),
            "lockstep agent inventory shows all; where it is meant: lockstep agent inventory"
                + " --confirm");
      }
      return report.expectsNothing()
          ? Diagnosis.absent("inventory", "nothing is declared, and nothing is learnt yet")
          : Diagnosis.good("inventory", "as it should be");
    } catch (IOException e) {
      return Diagnosis.warning(
          "inventory",
          FileProblem.words(e),
          "run this as the agent's user or root; lockstep agent inventory --forget begins anew");
    }
  }
}
