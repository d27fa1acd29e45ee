package io.lockstep.agent.sample.check;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How a check's process is started: the first of a session, nicer than the agent, with nothing to
/// read and next to no environment; as another user only where the agent is root.
final class Launch {
  private static final List<Path> PROGRAMS =
      List.of(Path.of("/usr/bin"), Path.of("/bin"), Path.of("/usr/sbin"), Path.of("/sbin"));
  private static final File NOTHING = new File("/dev/null");

  private Launch() {}

  /// Starts it.
  ///
  /// @param mark what this run's processes are known by, see [Strays]
  /// @throws IOException when it can't be; the message says why
  static Process start(SiteCheck check, String mark) throws IOException {
    var command = new ArrayList<String>();
    command.add(program("setsid"));
    command.addAll(List.of(program("nice"), "-n", "5"));
    if (check.user() != null) {
      command.addAll(as(check.user()));
    }
    command.addAll(check.command());
    var builder = new ProcessBuilder(command).redirectInput(NOTHING);
    builder.directory(check.folder().toFile());
    builder.environment().clear();
    builder.environment().putAll(environment(check, mark));
    return builder.start();
  }

  private static Map<String, String> environment(SiteCheck check, String mark) {
    return Map.of(
        "PATH",
        "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "LC_ALL",
        "C.UTF-8",
        "HOME",
        "/",
        "LOCKSTEP_CHECK",
        check.name(),
        Strays.MARK,
        mark);
  }

  /// Where a program of the system is.
  ///
  /// @throws IOException when it is not there
  static String program(String name) throws IOException {
    for (Path folder : PROGRAMS) {
      if (Files.isExecutable(folder.resolve(name))) {
        return folder.resolve(name).toString();
      }
    }
    throw new IOException(name + " is not in /usr/bin; install util-linux and coreutils");
  }

  private static List<String> as(String user) throws IOException {
    return List.of(
        program("setpriv"), "--reuid=" + user, "--regid=" + group(user), "--init-groups", "--");
  }

  private static String group(String user) throws IOException {
    Process id =
        new ProcessBuilder(program("id"), "-g", "--", user)
            .redirectInput(NOTHING)
            .redirectErrorStream(true)
            .start();
    String said = new String(id.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    if (!said.matches("[0-9]+")) {
      throw new IOException("user " + user + " is not known here");
    }
    return said;
  }

  /// Why the check can't run as the user that it names; empty when it can.
  static String userRefusal(@Nullable String user, int ownUid) {
    if (user == null) {
      return "";
    }
    if (ownUid != 0) {
      return "only root can run it as "
          + user
          + "; leave user away to run it as the agent's own, or let cron run it and write a file"
          + " for samplers.textfile";
    }
    try {
      group(user);
      return "";
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }
}
