package io.lockstep.agent.sample.check;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The processes of one check: it is the first of a session of its own, by `setsid`, so that a
/// signal to its group reaches whatever it has started.
final class ProcessGroup {
  private static final Logger LOG = LoggerFactory.getLogger(ProcessGroup.class);
  private static final int TERM = 15;
  private static final int KILL = 9;

  private final Process first;

  ProcessGroup(Process first) {
    this.first = first;
  }

  /// Asks all to end, kills who has not after a while, and waits as long again.
  ///
  /// @return whether the first of them has ended; one that waits in the kernel can't be killed
  boolean end(long patienceMillis) throws InterruptedException {
    signal(TERM);
    boolean ended = first.waitFor(patienceMillis, TimeUnit.MILLISECONDS);
    signal(KILL);
    return ended || first.waitFor(patienceMillis, TimeUnit.MILLISECONDS);
  }

  /// Kills what a check that has ended left running.
  void endRest() {
    signal(KILL);
  }

  /// Nobody else can have the group's number while one of it lives; when none does there is nobody
  /// to signal, as numbers of processes are given anew only after all others.
  private void signal(int number) {
    try {
      Function kill = NativeLibrary.getInstance("c").getFunction("kill");
      kill.invokeInt(new Object[] {(int) -first.pid(), number});
    } catch (UnsatisfiedLinkError | NoClassDefFoundError e) {
      LOG.debug("no kill(2)", e);
      first.descendants().forEach(ProcessHandle::destroyForcibly);
      first.destroyForcibly();
    }
  }
}
