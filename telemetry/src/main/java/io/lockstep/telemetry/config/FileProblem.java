package io.lockstep.telemetry.config;

import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;

/// What went wrong with a file or a host, for people: Java's own messages are often its name alone.
public final class FileProblem {
  private FileProblem() {}

  /// In one line, with this file, whether Java's exception names it or not.
  public static String words(Path file, IOException e) {
    return e instanceof FileSystemException ? words(e) : file + ": " + words(e);
  }

  /// In one line, with the file where it is one.
  public static String words(IOException e) {
    return switch (e) {
      case NoSuchFileException missing -> missing.getFile() + ": no such file or folder";
      case AccessDeniedException denied -> denied.getFile() + ": permission denied";
      case NotDirectoryException file -> file.getFile() + ": is no folder";
      case FileAlreadyExistsException other -> other.getFile() + ": is there, and is no folder";
      case FileSystemException other when other.getReason() == null ->
          other.getFile() + ": can't be used (" + other.getClass().getSimpleName() + ")";
      case FileSystemException other -> other.getFile() + ": " + other.getReason();
      case CharacterCodingException _ -> "is no UTF-8 text";
      case UnknownHostException unknown -> "no such host: " + unknown.getMessage();
      default -> e.getMessage() == null ? e.toString() : e.getMessage();
    };
  }
}
