package io.lockstep.agent.sample.inventory;

import io.lockstep.agent.sample.KeptFile;
import io.lockstep.telemetry.config.FileProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What was learnt of a server, on disk: the first line says whether a person has confirmed it,
/// then an item and its value a line, by tabs.
public final class InventoryFile {
  /// Its name in the agent's folder.
  public static final String NAME = "inventory.tsv";

  private static final String LEARNT = "learnt";
  private static final String CONFIRMED = "confirmed";
  private static final int ITEMS_MAX = 4096;

  /// @param confirmed whether a person has said that it is right
  record Content(SortedMap<String, String> items, boolean confirmed) {}

  private final Path file;

  InventoryFile(Path file) {
    this.file = file;
  }

  /// What stands there; null when there is no such file.
  ///
  /// @throws IOException when it can't be read, or is no such file
  @Nullable Content read() throws IOException {
    List<String> lines;
    try {
      lines = Files.readAllLines(file);
    } catch (NoSuchFileException _) {
      return null;
    }
    String state = lines.isEmpty() ? "" : lines.getFirst();
    if (!state.equals(LEARNT) && !state.equals(CONFIRMED)) {
      throw new IOException(
          file
              + " does not begin with learnt or confirmed; lockstep agent inventory --forget"
              + " begins anew");
    }
    SortedMap<String, String> items = new TreeMap<>();
    for (String line : lines.subList(1, lines.size())) {
      int tab = line.indexOf('\t');
      if (tab > 0 && items.size() < ITEMS_MAX) {
        items.put(line.substring(0, tab), line.substring(tab + 1));
      }
    }
    return new Content(items, state.equals(CONFIRMED));
  }

  /// Puts this there.
  void write(Content content) throws IOException {
    var text = new StringBuilder(content.confirmed() ? CONFIRMED : LEARNT).append('\n');
    content
        .items()
        .forEach((item, value) ->
            text.append(item)
                .append('\t')
                .append(value.replaceAll("[\\t\\r\\n]", " "))
                .append('\n'));
    KeptFile.replaceForAll(file, text.toString()); // written by whoever confirms
  }

  /// Takes it away.
  ///
  /// @return whether it was there
  boolean delete() throws IOException {
    return Files.deleteIfExists(file);
  }

  /// What went wrong, for people.
  String words(IOException e) {
    return FileProblem.words(file, e);
  }
}
