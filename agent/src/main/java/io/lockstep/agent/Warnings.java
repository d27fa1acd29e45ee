package io.lockstep.agent;

import io.lockstep.agent.judge.Judge;
import io.lockstep.agent.spool.Spool;
import io.lockstep.telemetry.config.FileProblem;
import io.lockstep.telemetry.config.SecretFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What `--check-config` finds on this server that will keep the agent from a part of its work, or
/// a secret from being one. The file may be right all the same: it may be meant for another server.
/// Each line says the key and how to mend it.
final class Warnings {
  /// File systems in which nobody makes a folder for data.
  private static final Set<String> KERNEL = Set.of("proc", "sysfs", "cgroup2", "devpts");

  private final List<String> all = new ArrayList<>();

  private Warnings() {}

  static List<String> of(Config config) {
    var warnings = new Warnings();
    warnings.verdict(config.judge().file());
    warnings.spool(config.spool().folder());
    warnings.secret("send.token_file", config.send().tokenFile());
    for (int i = 0; i < config.forward().size(); i++) {
      warnings.secret("forward[" + i + "].headers_file", config.forward().get(i).headersFile());
    }
    warnings.secret("listen.token_file", config.listen().tokenFile());
    warnings.secret("listen.tls_key_file", config.listen().tlsKeyFile());
    return List.copyOf(warnings.all);
  }

  /// The folder of the default is made by the service when it starts.
  private void verdict(Path file) {
    Path folder = folderOf(file);
    if (!folder.equals(folderOf(Judge.Config.DEFAULT.file())) && !Files.isDirectory(folder)) {
      all.add(
          "judge.file "
              + file
              + ": there is no folder "
              + folder
              + ", so `check` can't answer; make the folder, or choose one that is there");
    }
  }

  private void spool(Path folder) {
    if (folder.equals(Spool.Config.DEFAULT.folder())) {
      return; // the service makes it
    }
    Path there = folder.toAbsolutePath().normalize();
    while (there.getParent() != null && !Files.exists(there)) {
      there = there.getParent();
    }
    String why = unfit(there);
    if (!why.isEmpty()) {
      all.add(
          "spool.folder "
              + folder
              + " can't be used: "
              + there
              + " "
              + why
              + ", so what waits is lost when the agent ends; choose a folder on a disk that the"
              + " agent may write");
    }
  }

  /// Why nothing can be put there; empty when it can.
  private static String unfit(Path there) {
    try {
      if (!Files.isDirectory(there)) {
        return "is no folder";
      } else if (KERNEL.contains(Files.getFileStore(there).type())) {
        return "is the kernel's";
      }
      return Files.isWritable(there) ? "" : "can't be written";
    } catch (IOException e) {
      return FileProblem.words(there, e);
    }
  }

  private void secret(String key, @Nullable Path file) {
    if (file == null) {
      return;
    }
    try {
      String open = SecretFile.open(file);
      if (!open.isEmpty()) {
        all.add(key + " " + file + ": " + open + "; chmod 640 " + file);
      }
    } catch (IOException e) {
      all.add(key + " " + FileProblem.words(file, e));
    }
  }

  private static Path folderOf(Path file) {
    Path parent = file.toAbsolutePath().normalize().getParent();
    return parent == null ? Path.of("/") : parent;
  }
}
