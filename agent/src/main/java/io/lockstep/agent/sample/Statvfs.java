package io.lockstep.agent.sample;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import java.io.IOException;

/// What the kernel says of a mounted file system beyond its space
/// ([statvfs(3)](https://man7.org/linux/man-pages/man3/statvfs.3.html)).
///
/// @param inodes how many files it can have; 0 where it has no such limit
/// @param inodesFree how many more it can have
/// @param readOnly whether nobody can write
record Statvfs(long inodes, long inodesFree, boolean readOnly) {
  /// `struct statvfs` of glibc is 112 bytes on 64 bits; room for what may come.
  private static final int BYTES = 256;

  private static final int FILES = 40;
  private static final int FILES_FREE = 48;
  private static final int FLAGS = 72;
  private static final int ST_RDONLY = 1;

  /// JNA, loaded when it is first used: a captured tree never does.
  private static final class Library {
    static final Function STATVFS = NativeLibrary.getInstance("c").getFunction("statvfs");
  }

  /// Asks the kernel, which may ask a file server.
  ///
  /// @throws IOException when it does not say
  static Statvfs of(String mount) throws IOException {
    try (var answer = new Memory(BYTES)) {
      answer.clear();
      if (Library.STATVFS.invokeInt(new Object[] {mount, answer}) != 0) {
        throw new IOException("statvfs fails of " + mount);
      }
      return new Statvfs(
          answer.getLong(FILES),
          answer.getLong(FILES_FREE),
          (answer.getLong(FLAGS) & ST_RDONLY) != 0);
    } catch (LinkageError e) {
      throw new IOException("statvfs can't be called: " + e.getMessage(), e);
    }
  }
}
