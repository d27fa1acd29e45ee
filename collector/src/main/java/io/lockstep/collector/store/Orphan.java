package io.lockstep.collector.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A QuestDB that should have ended with its collector, which was killed, and has not: one that
/// stands still hears nothing. It would keep the folder from the next one for ever.
final class Orphan {
  private static final Logger LOG = LoggerFactory.getLogger(Orphan.class);

  /// What one that is well needs to end by itself.
  private static final Duration GRACE = Duration.ofSeconds(12);

  private static final Duration KILLED = Duration.ofSeconds(5);

  private Orphan() {}

  /// Waits until there is none in the folder; kills it when it does not end.
  static void end(Path folder) throws InterruptedException {
    Optional<ProcessHandle> orphan = of(folder);
    if (orphan.isPresent() && !ends(orphan.get(), GRACE)) {
      LOG.warn(
          "questdb of a collector that is gone does not end and is killed pid={} data={}",
          orphan.get().pid(),
          folder);
      orphan.get().destroyForcibly();
      ends(orphan.get(), KILLED);
    }
  }

  /// A process whose command line says that it is a QuestDB on this folder, of a collector that is
  /// not its parent any more.
  private static Optional<ProcessHandle> of(Path folder) {
    try {
      long pid = Long.parseLong(Files.readString(folder.resolve("lock")).strip());
      return ProcessHandle.of(pid).filter(process -> isOrphan(process, folder));
    } catch (IOException | NumberFormatException _) {
      return Optional.empty(); // nobody has it, or somebody is just taking it
    }
  }

  private static boolean isOrphan(ProcessHandle process, Path folder) {
    List<String> arguments = List.of(process.info().arguments().orElse(new String[0]));
    int main = arguments.indexOf(QuestDbMain.class.getName());
    if (main < 0 || arguments.size() < main + 3 || !arguments.get(main + 1).equals(folder + "")) {
      return false;
    }
    String parent = process.parent().map(ProcessHandle::pid).orElse(0L).toString();
    return !parent.equals(arguments.get(main + 2));
  }

  private static boolean ends(ProcessHandle process, Duration time) throws InterruptedException {
    try {
      process.onExit().get(time.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException _) {
      return !process.isAlive();
    }
    return true;
  }
}
