package io.lockstep.agent.sample.check;

import io.lockstep.agent.sample.check.CheckSampler.Config;
import io.lockstep.agent.sample.check.CheckSampler.Declared;
import io.lockstep.agent.sample.check.CheckSampler.Folder;
import io.lockstep.agent.sample.check.CheckSampler.Special;
import io.lockstep.telemetry.config.FileProblem;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Which checks there are now, and which files are none and why.
///
/// @param checks by name, those that are declared first
/// @param refused what is not run → why, by its path or name
record CheckList(Map<String, SiteCheck> checks, Map<String, String> refused) {
  private static final int CHECKS_MAX = 128;
  private static final Path ROOT = Path.of("/");

  /// Looks at the configuration and its folders.
  ///
  /// @param ownUid the agent's user
  static CheckList of(Config config, int ownUid) {
    var list = new CheckList(new LinkedHashMap<>(), new LinkedHashMap<>());
    for (Declared one : config.commands()) {
      list.add(config, declared(one), one.name(), ownUid);
    }
    for (Folder folder : config.folders()) {
      list.addFolder(config, folder, ownUid);
    }
    return list;
  }

  private static SiteCheck declared(Declared one) {
    return new SiteCheck(
        one.name(),
        one.command(),
        interval(one.interval()),
        timeout(one.timeout()),
        one.user(),
        ROOT);
  }

  private void addFolder(Config config, Folder folder, int ownUid) {
    String path = folder.path().toString();
    String why = CheckFile.folderRefusal(folder.path(), ownUid);
    if (!why.isEmpty()) {
      refused.put(path, why);
      return;
    }
    try {
      for (Path file : files(folder.path())) {
        String name = String.valueOf(file.getFileName());
        String refusal = CheckFile.refusal(file, ownUid);
        if (refusal.isEmpty()) {
          add(config, check(folder, name, file), file.toString(), ownUid);
        } else {
          refused.put(file.toString(), refusal);
        }
      }
    } catch (IOException e) {
      refused.put(path, FileProblem.words(folder.path(), e));
    }
  }

  private static List<Path> files(Path folder) throws IOException {
    var files = new ArrayList<Path>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
      for (Path file : all) {
        if (!CheckFile.isNone(String.valueOf(file.getFileName()))
            && files.size() < 2 * CHECKS_MAX) {
          files.add(file);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    files.sort(null);
    return files;
  }

  private static SiteCheck check(Folder folder, String name, Path file) {
    return new SiteCheck(
        name,
        List.of(file.toAbsolutePath().toString()),
        interval(folder.interval()),
        timeout(folder.timeout()),
        folder.user(),
        folder.path().toAbsolutePath());
  }

  private void add(Config config, SiteCheck check, String place, int ownUid) {
    Special special = special(config, check.name());
    SiteCheck wanted = special == null ? check : special.changed(check);
    if (special != null && Boolean.FALSE.equals(special.enabled())) {
      return;
    }
    String why = Launch.userRefusal(wanted.user(), ownUid);
    if (!why.isEmpty()) {
      refused.put(place, why);
    } else if (checks.size() >= CHECKS_MAX) {
      refused.put(place, "there are more than " + CHECKS_MAX + " checks");
    } else if (checks.putIfAbsent(wanted.name(), wanted) != null) {
      refused.put(place, "another check has the same name");
    }
  }

  private static @Nullable Special special(Config config, String name) {
    for (Special one : config.overrides()) {
      if (name.matches(one.match())) {
        return one;
      }
    }
    return null;
  }

  private static Duration interval(@Nullable Duration said) {
    return Objects.requireNonNullElse(said, Duration.ofMinutes(1));
  }

  private static Duration timeout(@Nullable Duration said) {
    return Objects.requireNonNullElse(said, Duration.ofSeconds(10));
  }
}
