package io.lockstep.agent.sample.inventory;

import io.lockstep.agent.sample.KeptFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What was told before the agent was started anew: items that differed, so that they are not told
/// again; and which ports were active since the server was started, by the boot's id.
final class InventoryMemory {
  private static final Logger LOG = LoggerFactory.getLogger(InventoryMemory.class);
  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
  private static final int LINES_MAX = 4096;

  private final Set<String> told = new TreeSet<>();
  private final Set<String> active = new TreeSet<>();
  private final String boot = SmallFile.line(BOOT_ID);
  private final KeptFile kept;
  private List<String> written = List.of();

  /// @param file null to remember nothing
  InventoryMemory(@Nullable Path file) {
    this.kept = new KeptFile(file, "inventory can't be remembered, what differs may be told again");
    if (file == null) {
      return;
    }
    try {
      written = Files.readAllLines(file);
      boolean sameBoot = written.contains("boot\t" + boot);
      for (String line : written.subList(0, Math.min(LINES_MAX, written.size()))) {
        if (line.startsWith("told\t")) {
          told.add(line.substring("told\t".length()));
        } else if (line.startsWith("active\t") && sameBoot) {
          active.add(line.substring("active\t".length()));
        }
      }
    } catch (NoSuchFileException _) {
      LOG.debug("no inventory was compared yet file={}", file);
    } catch (IOException e) {
      LOG.warn(
          "inventory of earlier runs can't be read, what differs may be told again: {}",
          KeptFile.problem(file, e));
    }
  }

  /// Items that were told to differ; may be changed.
  Set<String> told() {
    return told;
  }

  /// Ports, as `infiniband/mlx5_0/1`, that were active since the server was started, and items that
  /// are speeds and were as they should be.
  Set<String> active() {
    return active;
  }

  /// Takes note of the ports that are active now.
  ///
  /// @param speeds items that are as they should be
  void note(NodeFacts facts, Collection<String> speeds) {
    active.addAll(speeds);
    facts
        .items()
        .forEach((item, value) -> {
          if (item.startsWith("infiniband/") && item.endsWith(".state") && value.equals("ACTIVE")) {
            active.add(item.substring(0, item.length() - ".state".length()));
          }
        });
  }

  /// Keeps it, where it has changed.
  void write() {
    List<String> lines = new ArrayList<>();
    lines.add("boot\t" + boot);
    add("active\t", active, lines);
    add("told\t", told, lines);
    if (lines.equals(written)) {
      return;
    }
    if (kept.write(lines)) {
      written = lines;
    }
  }

  private static void add(String kind, Collection<String> names, List<String> lines) {
    names.forEach(name -> lines.add(kind + name));
  }
}
