package io.lockstep.agent.sample.check;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a check has started in a session of its own, as daemons do: no signal to the check's group
/// reaches it, but it has the run's mark in its environment. Not found is what has changed its
/// environment or its user.
final class Strays {
  static final String MARK = "LOCKSTEP_CHECK_RUN";

  private static final Logger LOG = LoggerFactory.getLogger(Strays.class);
  private static final AtomicLong RUNS = new AtomicLong();
  private static final Path PROC = Path.of("/proc");
  private static final int KILL = 9;

  /// One that is killed may just have started another.
  private static final int LOOKS = 3;

  private Strays() {}

  /// A mark that no other run has.
  static String mark() {
    return ProcessHandle.current().pid() + "-" + System.nanoTime() + "-" + RUNS.incrementAndGet();
  }

  /// Kills all that have the mark.
  ///
  /// @param first the check's own process; what it started has higher numbers, unless the kernel
  ///   began anew
  /// @return how many there were
  static int end(String mark, long first) {
    byte[] wanted = (MARK + "=" + mark).getBytes(StandardCharsets.UTF_8);
    long from = began(first) ? 2 : first;
    int ended = 0;
    for (int i = 0; i < LOOKS; i++) {
      int found = look(wanted, from);
      if (found == 0) {
        break;
      }
      ended += found;
    }
    return ended;
  }

  private static int look(byte[] wanted, long from) {
    int found = 0;
    String[] names = PROC.toFile().list(Strays::isNumber);
    for (String name : names == null ? new String[0] : names) {
      long pid = Long.parseLong(name);
      if (pid >= from && has(PROC.resolve(name).resolve("environ"), wanted) && kill((int) pid)) {
        found++;
      }
    }
    return found;
  }

  private static boolean isNumber(File folder, String name) {
    return !name.isEmpty() && name.length() < 10 && Character.isDigit(name.charAt(0));
  }

  /// Whether the kernel has given the lowest numbers again since.
  private static boolean began(long first) {
    try {
      String load = Files.readString(PROC.resolve("loadavg")).strip();
      return Long.parseLong(load.substring(load.lastIndexOf(' ') + 1)) < first;
    } catch (IOException | NumberFormatException _) {
      return true;
    }
  }

  /// One that has ended and waits for its parent has no environment any more.
  private static boolean has(Path environ, byte[] wanted) {
    try {
      byte[] all = Files.readAllBytes(environ);
      int at = 0;
      for (int i = 0; i <= all.length; i++) {
        if (i == all.length || all[i] == 0) {
          if (i - at == wanted.length && Arrays.equals(all, at, i, wanted, 0, wanted.length)) {
            return true;
          }
          at = i + 1;
        }
      }
      return false;
    } catch (IOException _) {
      return false; // another user's, or gone
    }
  }

  private static boolean kill(int pid) {
    try {
      Function kill = NativeLibrary.getInstance("c").getFunction("kill");
      return kill.invokeInt(new Object[] {pid, KILL}) == 0;
    } catch (UnsatisfiedLinkError | NoClassDefFoundError e) {
      LOG.debug("no kill(2)", e);
      return ProcessHandle.of(pid).map(ProcessHandle::destroyForcibly).orElse(false);
    }
  }
}
