package io.lockstep.agent.sample.check;

import io.lockstep.telemetry.config.FileProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/// Why a file is not run. What anybody could have written is not, nor what an editor or a package
/// manager left behind.
final class CheckFile {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
  private static final List<String> LEFT_BEHIND =
      List.of("~", ".swp", ".swo", ".bak", ".orig", ".tmp", ".rpmsave", ".rpmnew", ".rpmorig");
  private static final int WRITABLE_BY_ALL = 02;
  private static final int WRITABLE_BY_GROUP = 020;
  private static final int ANY_EXECUTE = 0111;
  private static final int STICKY = 01000;
  private static final int ROOT = 0;

  private CheckFile() {}

  /// Whether a file of that name is no check at all: not worth a word.
  static boolean isNone(String name) {
    return name.startsWith(".")
        || name.startsWith("#")
        || name.contains(".dpkg-")
        || name.startsWith("README")
        || LEFT_BEHIND.stream().anyMatch(name::endsWith);
  }

  /// Why the file is not run; empty when it may be.
  static String refusal(Path file, int ownUid) {
    String name = String.valueOf(file.getFileName());
    if (!NAME.matcher(name).matches()) {
      return "its name must be of letters, digits, '.', '_' and '-', at most 64";
    }
    if (Files.isSymbolicLink(file)) {
      return "it is a symbolic link; put the program itself there, or name it under commands";
    }
    if (!Files.isRegularFile(file)) {
      return "it is no file";
    }
    String mode = modeRefusal(file, ownUid);
    return mode.isEmpty() && !Files.isExecutable(file)
        ? "the agent's user may not execute it; chmod a+rx " + file
        : mode;
  }

  /// Why nothing of a folder is run; empty when it may be.
  static String folderRefusal(Path folder, int ownUid) {
    if (!Files.exists(folder)) {
      return "no such folder";
    }
    if (!Files.isDirectory(folder)) {
      return "it is no folder";
    }
    for (Path at = folder.toAbsolutePath().normalize(); at != null; at = at.getParent()) {
      String why = owned(at, ownUid, true);
      if (!why.isEmpty()) {
        return at.equals(folder.toAbsolutePath().normalize()) ? why : at + ": " + why;
      }
    }
    return Files.isReadable(folder) ? "" : "the agent's user may not read it";
  }

  private static String modeRefusal(Path file, int ownUid) {
    String why = owned(file, ownUid, false);
    if (!why.isEmpty()) {
      return why;
    }
    try {
      int mode = number(file, "unix:mode");
      return (mode & ANY_EXECUTE) == 0 ? "it is not executable; chmod a+x " + file : "";
    } catch (IOException e) {
      return FileProblem.words(file, e);
    }
  }

  private static int number(Path path, String attribute) throws IOException {
    return (int) Files.getAttribute(path, attribute, LinkOption.NOFOLLOW_LINKS);
  }

  /// Why what stands there may be another's; empty when only root and the agent's user could have
  /// written it. In a folder with the sticky bit, as `/tmp`, nobody can replace another's folder.
  private static String owned(Path path, int ownUid, boolean folder) {
    try {
      int mode = number(path, "unix:mode");
      int uid = number(path, "unix:uid");
      int gid = number(path, "unix:gid");
      if (uid != ROOT && uid != ownUid) {
        return "it belongs to another user (" + uid + "); chown root " + path;
      }
      if ((mode & WRITABLE_BY_ALL) != 0 && !(folder && (mode & STICKY) != 0)) {
        return "anybody can write it; chmod o-w " + path;
      }
      if ((mode & WRITABLE_BY_GROUP) != 0 && gid != ROOT && uid == ROOT) {
        return "its group can write it; chmod g-w " + path;
      }
      return "";
    } catch (IOException e) {
      return FileProblem.words(path, e);
    }
  }
}
