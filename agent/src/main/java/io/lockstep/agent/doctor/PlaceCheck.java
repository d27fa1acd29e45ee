package io.lockstep.agent.doctor;

import io.lockstep.agent.spool.Spool;
import io.lockstep.telemetry.config.FileProblem;
import io.lockstep.telemetry.config.FolderInUseException;
import io.lockstep.telemetry.config.FolderLock;
import io.lockstep.telemetry.config.Listen;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// What the agent needs of this server: a folder to spool in, and an address to listen on.
final class PlaceCheck {
  private PlaceCheck() {}

  /// Looks at the spool's folder; the finding says whether an agent works on it now.
  static Diagnosis spool(Spool.Config config) {
    Path folder = config.folder();
    String mend =
        "make it and give it to the agent's user, or set spool.folder; the unit does it by"
            + " StateDirectory=lockstep";
    Path made = firstMissing(folder);
    try (FolderLock _ = FolderLock.take(folder, "spool.folder")) {
      Path probe = Files.createTempFile(folder, "doctor", ".probe");
      Files.delete(probe);
      long free = Files.getFileStore(folder).getUsableSpace();
      if (free < config.bytes().bytes()) {
        return Diagnosis.warning(
            "spool",
            folder + " has " + mebibytes(free) + " free, it may take " + config.bytes(),
            "make room, or set spool.bytes");
      }
      return Diagnosis.good("spool", folder + " can be written, " + mebibytes(free) + " free");
    } catch (FolderInUseException _) {
      return Diagnosis.good("spool", folder + " is in use: an agent runs");
    } catch (IOException e) {
      String words = FileProblem.words(folder, e);
      return Diagnosis.bad(
          "spool",
          words,
          words.contains("No space left") ? "make room on the disk, or set spool.folder" : mend);
    } finally {
      unmake(folder, made);
    }
  }

  /// The highest folder that has to be made; null when all is there.
  private static @Nullable Path firstMissing(Path folder) {
    Path missing = null;
    for (Path at = folder.toAbsolutePath(); at != null && !Files.exists(at); at = at.getParent()) {
      missing = at;
    }
    return missing;
  }

  /// Takes away what was made only to look: the agent makes it for its own user.
  private static void unmake(Path folder, @Nullable Path made) {
    if (made == null) {
      return;
    }
    try {
      Files.deleteIfExists(folder.resolve(FolderLock.FILE));
      Path at = folder.toAbsolutePath();
      while (at != null && at.startsWith(made)) {
        Files.deleteIfExists(at);
        at = at.getParent();
      }
    } catch (IOException _) {
      // somebody uses it by now
    }
  }

  private static String mebibytes(long bytes) {
    return (bytes >> 20) + " MiB";
  }

  static Diagnosis listen(Listen listen, boolean agentRuns) {
    String address = listen.host() + ":" + listen.port();
    try (var socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(listen.host(), listen.port()));
      return Diagnosis.good("training", address + " is free for steps of training processes");
    } catch (IOException e) {
      return agentRuns
          ? Diagnosis.good("training", address + " is taken, as it should be: an agent runs")
          : Diagnosis.bad(
              "training",
              address + " can't be listened on: " + FileProblem.words(e),
              "ss -ltnp says who has it; or set listen.address");
    }
  }
}
