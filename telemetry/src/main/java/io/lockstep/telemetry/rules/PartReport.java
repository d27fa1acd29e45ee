package io.lockstep.telemetry.rules;

import io.lockstep.telemetry.contract.Printable;
import io.lockstep.telemetry.kernel.Blame;
import io.lockstep.telemetry.kernel.Meaning;
import io.lockstep.telemetry.kernel.Remedy;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What an agent reports of a server's parts, by the words that it found for it: the text of
/// `lockstep.hardware.state.changed`, `lockstep.hardware.error` and `lockstep.process.stuck`.
final class PartReport {
  private static final String SOURCE = "Linux kernel, sysfs and procfs";

  private PartReport() {}

  /// What it means; null when all is well again.
  static @Nullable Meaning meaning(String body, Map<String, String> attributes) {
    return "ok".equals(attributes.get("hw.state"))
        ? null
        : new Meaning(
            Printable.line(body, PartWords.LENGTH_MAX) + ".",
            Blame.HARDWARE,
            Remedy.RESTART_SERVER,
            SOURCE);
  }
}
