package io.lockstep.launcher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// A folder that is a disk of its own, in memory, and can be made full: its size becomes what is
/// used of it. Only root can mount.
final class ChaosDisk implements AutoCloseable {
  private static final int ATTEMPTS = 20;

  private final Path folder;
  private final int mebibytes;
  private volatile boolean full;

  private ChaosDisk(Path folder, int mebibytes) {
    this.folder = folder;
    this.mebibytes = mebibytes;
  }

  /// Why disks can't be made here; empty when they can.
  static String impossible() {
    return System.getProperty("user.name").equals("root")
        ? ""
        : "a small disk has to be mounted, which only root can";
  }

  /// Mounts one.
  ///
  /// @param folder empty, or made
  /// @param mebibytes what it may take while it is not full; it takes only what is written
  /// @throws IOException when the system does not let us
  static ChaosDisk mount(Path folder, int mebibytes) throws IOException, InterruptedException {
    Files.createDirectories(folder);
    run(List.of("mount", "-t", "tmpfs", "-o", "size=" + mebibytes + "m", "tmpfs", folder + ""));
    return new ChaosDisk(folder, mebibytes);
  }

  /// Lets it have no room from now on. What is deleted from it is room again until [#stayFull].
  void fill() throws IOException, InterruptedException {
    full = true;
    stayFull();
  }

  /// Takes away what has become free since.
  void stayFull() throws IOException, InterruptedException {
    if (full) {
      FileStore store = Files.getFileStore(folder);
      long used = (store.getTotalSpace() - store.getUnallocatedSpace()) / 1024;
      resize(used + "k");
    }
  }

  /// Gives the room back.
  void empty() throws IOException, InterruptedException {
    full = false;
    resize(mebibytes + "m");
  }

  /// Fails where more is used by now; the next time will do.
  private void resize(String size) throws IOException, InterruptedException {
    try {
      run(List.of("mount", "-o", "remount,size=" + size, folder + ""));
    } catch (IOException e) {
      if (!full) {
        throw e;
      }
    }
  }

  private static void run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + ": " + said.strip());
    }
  }

  /// Unmounts it; what is in it is gone.
  @Override
  public void close() {
    try {
      for (int attempt = 1; true; attempt++) {
        try {
          run(List.of("umount", folder + ""));
          return;
        } catch (IOException e) {
          if (attempt == ATTEMPTS) {
            run(List.of("umount", "--lazy", folder + ""));
            return;
          }
          Thread.sleep(500); // a process that is about to end has files there
        }
      }
    } catch (IOException e) {
      System.err.println("lockstep bench chaos: " + e.getMessage());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
