package io.lockstep.agent.sample.nvml;

import io.lockstep.agent.sample.KeptFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Which GPUs this server had when all was well, on disk, so that one that is gone at the agent's
/// next start is known to be missing. One line a GPU, by tabs: UUID, PCI address, serial, index,
/// name.
final class Inventory {
  private static final Logger LOG = LoggerFactory.getLogger(Inventory.class);
  private static final int FIELDS = 5;
  private static final int GPUS_MAX = 64;

  private final @Nullable Path file;
  private final KeptFile kept;
  private List<String> written = List.of();

  /// @param file null to remember nothing
  Inventory(@Nullable Path file) {
    this.file = file;
    this.kept =
        new KeptFile(
            file,
            "GPUs can't be remembered, one that is gone at the next start will not be missed");
  }

  /// The GPUs of earlier runs, by UUID; empty when nothing is known of any.
  Map<String, Identity> read() {
    var known = new LinkedHashMap<String, Identity>();
    if (file == null) {
      return known;
    }
    try {
      written = Files.readAllLines(file);
      for (String line : written.subList(0, Math.min(written.size(), GPUS_MAX))) {
        String[] parts = line.split("\t", -1);
        if (parts.length == FIELDS && parts[3].matches("[0-9]{1,4}")) {
          int index = Integer.parseInt(parts[3]);
          known.put(parts[0], new Identity(parts[0], parts[4], parts[2], parts[1], index));
        }
      }
    } catch (NoSuchFileException _) {
      LOG.debug("no GPU is known of yet file={}", file);
    } catch (IOException e) {
      LOG.warn(
          "GPUs of earlier runs can't be read, one that is gone since is not missed: {}",
          KeptFile.problem(file, e));
    }
    return known;
  }

  /// Keeps these, where they are others than those that stand there.
  void write(Collection<Identity> gpus) {
    List<String> lines = new ArrayList<>();
    for (Identity gpu : gpus) {
      lines.add(
          String.join(
              "\t",
              gpu.uuid(),
              gpu.pci(),
              gpu.serial(),
              Integer.toString(gpu.index()),
              gpu.name().replaceAll("[\\t\\r\\n]", " ")));
    }
    if (!lines.equals(written) && kept.write(lines)) {
      written = lines;
    }
  }
}
