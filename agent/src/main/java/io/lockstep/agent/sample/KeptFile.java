package io.lockstep.agent.sample;

import io.lockstep.telemetry.config.FileProblem;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A small file beside the spool in which something is remembered over a restart. That it can't be
/// written is said once, and once that it can again. One thread.
public final class KeptFile {
  private static final Logger LOG = LoggerFactory.getLogger(KeptFile.class);
  private static final String NEXT = ".next";

  private static final Set<PosixFilePermission> FOR_ALL =
      PosixFilePermissions.fromString("rw-r--r--");

  private final @Nullable Path file;
  private final String loss;
  private boolean failing;

  /// @param file null to remember nothing beyond this process
  /// @param loss what it means that it can't be written, in words
  public KeptFile(@Nullable Path file, String loss) {
    this.file = file;
    this.loss = loss;
  }

  /// Puts a new text in the place of the old one. Who calls keeps what could not be written, and
  /// calls again.
  ///
  /// @return whether it stands there now, or has no place to stand
  public boolean write(String text) {
    if (file == null) {
      return true;
    }
    try {
      replace(file, text);
      if (failing) {
        LOG.info("can be written again file={}", file);
      }
      failing = false;
    } catch (IOException e) {
      if (!failing) {
        LOG.warn("{}: {}", loss, problem(file, e));
      }
      failing = true;
    }
    return !failing;
  }

  /// The same with lines.
  public boolean write(Iterable<String> lines) {
    return write(text(lines));
  }

  private static String text(Iterable<String> lines) {
    var text = new StringBuilder();
    lines.forEach(line -> text.append(line).append('\n'));
    return text.toString();
  }

  /// Puts a new text in the place of the old one; who reads finds either whole. Where that fails
  /// nothing is left beside it.
  public static void replace(Path file, String text) throws IOException {
    replace(file, text, Set.of());
  }

  /// The same, of a file that all may read.
  public static void replaceForAll(Path file, String text) throws IOException {
    replace(file, text, FOR_ALL);
  }

  private static void replace(Path file, String text, Set<PosixFilePermission> permissions)
      throws IOException {
    Path next = file.resolveSibling(file.getFileName() + NEXT);
    try {
      Files.writeString(next, text);
      if (!permissions.isEmpty()) {
        Files.setPosixFilePermissions(next, permissions);
      }
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      remove(next);
      throw e;
    }
  }

  private static void remove(Path next) {
    try {
      Files.deleteIfExists(next);
    } catch (IOException e) {
      LOG.debug("can't be removed file={}", next, e);
    }
  }

  /// Removes what a run that was killed while it wrote has left in a folder that is this one's
  /// alone.
  public static void removeLeftOver(Path folder) {
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, "*" + NEXT)) {
      all.forEach(KeptFile::remove);
    } catch (IOException | DirectoryIteratorException e) {
      LOG.debug("can't be listed folder={}", folder, e);
    }
  }

  /// What is wrong with it and how to mend that, in one line with the file.
  public static String problem(Path file, IOException e) {
    if (e instanceof CharacterCodingException) {
      return file + ": is damaged, it is no text; it counts as empty and is written anew";
    }
    return FileProblem.words(file, e)
        + "; the agent's user must be able to read and write in spool.folder, where this file stands";
  }
}
