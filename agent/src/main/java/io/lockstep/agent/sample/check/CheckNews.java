package io.lockstep.agent.sample.check;

import io.lockstep.telemetry.otlp.Occurrence;
import io.lockstep.telemetry.rules.PartWords;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells of a check whose outcome is another than before. Any thread.
final class CheckNews {
  private static final Logger LOG = LoggerFactory.getLogger(CheckNews.class);

  private final Consumer<List<Occurrence>> events;

  /// @param events gets what there is to tell
  CheckNews(Consumer<List<Occurrence>> events) {
    this.events = events;
  }

  /// A check has run. Its first outcome is told unless all is well.
  void ran(String name, @Nullable Outcome before, Outcome now) {
    CheckState was = before == null ? CheckState.OK : before.state();
    if (was != now.state()) {
      tell(name, now.state().label(), before == null ? "" : was.label(), now.line(), now.ended());
    }
  }

  /// A check is not configured any more.
  void removed(String name, Outcome last, Instant now) {
    if (last.state() != CheckState.OK) {
      tell(name, "removed", last.state().label(), "", now);
    }
  }

  private void tell(String name, String state, String before, String line, Instant time) {
    String body =
        "Check "
            + name
            + " is "
            + state.toUpperCase(Locale.ROOT)
            + (before.isEmpty() ? "" : " (was " + before.toUpperCase(Locale.ROOT) + ")")
            + (line.isEmpty() ? "" : ": " + PartWords.withoutState(line, state));
    LOG.info("check changed check={} state={} before={}", name, state, before);
    events.accept(
        List.of(
            new Occurrence(
                "lockstep.check.changed",
                time.getEpochSecond() * 1_000_000_000L + time.getNano(),
                body,
                Map.of(
                    "lockstep.check.name", name,
                    "lockstep.check.state", state,
                    "lockstep.check.state.before", before,
                    "lockstep.check.output", line))));
  }
}
