package io.lockstep.agent.sample;

import io.lockstep.telemetry.config.FileProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/// A small file beside the spool in which something is remembered over a restart.
public final class KeptFile {
  private KeptFile() {}

  /// Puts a new text in the place of the old one; who reads finds either whole.
  public static void replace(Path file, String text) throws IOException {
    Path next = file.resolveSibling(file.getFileName() + ".next");
    Files.writeString(next, text);
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /// The same with lines.
  public static void replace(Path file, Iterable<String> lines) throws IOException {
    var text = new StringBuilder();
    lines.forEach(line -> text.append(line).append('\n'));
    replace(file, text.toString());
  }

  /// What is wrong with it and how to mend that, in one line with the file.
  public static String problem(Path file, IOException e) {
    return FileProblem.words(file, e)
        + "; the agent's user must be able to read and write in spool.folder, where this file stands";
  }
}
