package io.lockstep.agent.sample.check;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Ends the checks of an agent that was killed: a shell that is told which groups of processes run,
/// and kills those that are left when its input ends, which is when the agent is no more. A service
/// manager would do the same; an agent that was started by hand has none. Any thread.
///
/// `PR_SET_PDEATHSIG` would reach a check itself, but nothing that it has started.
final class Guardian implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Guardian.class);

  /// Of the shell's own words alone, so that it starts nothing. A signal to the agent's terminal or
  /// service is none to it: it ends by itself.
  private static final String SCRIPT =
      """
      trap '' HUP INT QUIT TERM
      groups=
      while read -r what group; do
        left=
        for one in $groups; do
          [ "$one" = "$group" ] || left="$left $one"
        done
        groups=$left
        [ "$what" = - ] || groups="$groups $group"
      done
      for one in $groups; do
        kill -s KILL -- "-$one"
      done
      """;

  private final Set<Long> running = new LinkedHashSet<>();
  private @Nullable Process shell;
  private boolean failing;

  /// A check will run: sees to it that there is a shell, so that it is told at once.
  synchronized void awaits() {
    if (shell != null && shell.isAlive()) {
      return;
    }
    try {
      Process another = start();
      shell = another;
      running.forEach(one -> tell(another, "+ " + one));
    } catch (IOException e) {
      if (!failing) {
        LOG.warn("checks outlive an agent that is killed, no shell: {}", e.getMessage());
      }
      failing = true;
    }
  }

  /// A check runs.
  ///
  /// @param group its processes' group
  synchronized void begins(long group) {
    running.add(group);
    if (shell != null) {
      tell(shell, "+ " + group);
    }
  }

  /// It has ended, or nothing more can be done about it.
  synchronized void ended(long group) {
    running.remove(group);
    if (shell != null) {
      tell(shell, "- " + group);
    }
  }

  private static Process start() throws IOException {
    var builder =
        new ProcessBuilder(List.of(Launch.program("setsid"), "/bin/sh", "-c", SCRIPT))
            .directory(new File("/"))
            .redirectOutput(Redirect.DISCARD)
            .redirectError(Redirect.DISCARD);
    builder.environment().clear();
    return builder.start();
  }

  private static void tell(Process shell, String line) {
    try {
      OutputStream out = shell.getOutputStream();
      out.write((line + "\n").getBytes(US_ASCII));
      out.flush();
    } catch (IOException e) {
      LOG.debug("the shell has ended, the next check has another", e);
    }
  }

  /// The shell; null when there is none.
  @Nullable ProcessHandle shell() {
    Process now = shell;
    return now == null ? null : now.toHandle();
  }

  /// Ends what runs still, and the shell.
  @Override
  public synchronized void close() {
    try {
      if (shell != null) {
        shell.getOutputStream().close();
      }
    } catch (IOException e) {
      LOG.debug("the shell has ended", e);
    }
  }
}
