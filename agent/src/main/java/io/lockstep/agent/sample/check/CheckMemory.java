package io.lockstep.agent.sample.check;

import io.lockstep.agent.sample.KeptFile;
import io.lockstep.telemetry.config.FileProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The last outcome of each check, on disk, so that a start of the agent is no change of an
/// outcome. One line a check, by tabs: name, state, time, line.
final class CheckMemory {
  private static final Logger LOG = LoggerFactory.getLogger(CheckMemory.class);
  private static final int FIELDS = 4;
  private static final int CHECKS_MAX = 1024;

  private final @Nullable Path file;
  private final KeptFile kept;

  /// @param file null to remember nothing
  CheckMemory(@Nullable Path file) {
    this.file = file;
    this.kept =
        new KeptFile(file, "outcomes of checks can't be remembered, they will be told again");
  }

  /// By the check's name; empty when nothing is known.
  Map<String, Outcome> read() {
    Map<String, Outcome> known = new LinkedHashMap<>();
    if (file == null) {
      return known;
    }
    try {
      for (String line : Files.readAllLines(file)) {
        String[] parts = line.split("\t", FIELDS);
        if (parts.length == FIELDS && known.size() < CHECKS_MAX) {
          known.put(parts[0], outcome(parts));
        }
      }
    } catch (NoSuchFileException _) {
      LOG.debug("no check has run yet file={}", file);
    } catch (IOException | IllegalArgumentException e) {
      String why = e instanceof IOException io ? FileProblem.words(file, io) : e.getMessage();
      LOG.warn("outcomes of earlier runs can't be read file={} error={}", file, why);
    }
    return known;
  }

  private static Outcome outcome(String[] parts) {
    return new Outcome(
        CheckState.valueOf(parts[1]),
        parts[3],
        List.of(),
        0,
        Instant.ofEpochMilli(Long.parseLong(parts[2])));
  }

  /// Keeps these.
  ///
  /// @return whether they stand there now, or are not to
  boolean write(Map<String, Outcome> outcomes) {
    List<String> lines = new ArrayList<>();
    outcomes.forEach((name, is) ->
        lines.add(
            String.join("\t", name, is.state().name(), "" + is.ended().toEpochMilli(), is.line())));
    return kept.write(lines);
  }
}
