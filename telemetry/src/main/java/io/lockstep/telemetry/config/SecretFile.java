package io.lockstep.telemetry.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

/// A file that holds a secret.
public final class SecretFile {
  private SecretFile() {}

  /// What others may do with it that they should not; empty when nothing, and where the file system
  /// has no such rights.
  public static String open(Path file) throws IOException {
    Set<PosixFilePermission> rights = rights(file);
    boolean written =
        rights.contains(PosixFilePermission.OTHERS_WRITE)
            || rights.contains(PosixFilePermission.GROUP_WRITE);
    boolean read = rights.contains(PosixFilePermission.OTHERS_READ);
    return written ? "others can write it" : read ? "everybody can read it" : "";
  }

  /// Whether everybody on this server can read it; false where the file system has no such rights.
  public static boolean isOpenToAll(Path file) throws IOException {
    return rights(file).contains(PosixFilePermission.OTHERS_READ);
  }

  private static Set<PosixFilePermission> rights(Path file) throws IOException {
    PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
    return view == null ? Set.of() : view.readAttributes().permissions();
  }
}
