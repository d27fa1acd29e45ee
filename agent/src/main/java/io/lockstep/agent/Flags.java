package io.lockstep.agent;

import io.lockstep.telemetry.config.ConfigException;
import io.lockstep.telemetry.config.Configs;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the command line says of how the agent runs.
///
/// @param file its configuration, YAML; null for none
/// @param host this server's name; null where nothing is said, as in all below
/// @param collectors where to send to; empty where nothing is said
/// @param root a folder with a captured `proc/` and `sys/`
/// @param nvml the NVML library
/// @param kernelLog a file in the place of the kernel's log
/// @param exitWithStdin whether it ends when standard input does
record Flags(
    @Nullable Path file,
    @Nullable String host,
    List<URI> collectors,
    @Nullable Path root,
    @Nullable String nvml,
    @Nullable Path kernelLog,
    boolean exitWithStdin) {
  private static final List<String> WITH_VALUE =
      List.of("--config", "--host", "--root", "--nvml", "--kernel-log");

  Flags {
    collectors = List.copyOf(collectors);
  }

  /// Flag over environment over file over default.
  Config config() throws ConfigException {
    Config config = Configs.read(file, System.getenv(), Config.DEFAULT, Config.class);
    config = host == null ? config : config.withHost(host);
    config = root == null ? config : config.withRoot(root);
    config = nvml == null ? config : config.withNvml(nvml);
    config = kernelLog == null ? config : config.withKernelLog(kernelLog);
    return collectors.isEmpty() ? config : config.withCollectors(collectors);
  }

  /// What there is to say of a file that says nothing; empty where there is no such file.
  String blank() throws ConfigException {
    return file == null || !Configs.isBlank(file)
        ? ""
        : file + " sets nothing: the defaults apply; write {} if that is meant";
  }

  /// Where the file or the environment set keys that are wrong, see [Configs#mistakes].
  ConfigException mistakes(Map<String, String> problems) throws ConfigException {
    return Configs.mistakes(file, System.getenv(), Config.class, problems);
  }

  /// Reads the line with which a server's service starts it, in so far as it asks for no more than
  /// to run: 200 classes that know everything else need not stay for years.
  ///
  /// @return null for every other line, right or wrong
  static @Nullable Flags plain(String[] arguments) {
    @Nullable String[] values = new @Nullable String[WITH_VALUE.size()];
    var collectors = new ArrayList<URI>();
    boolean exitWithStdin = false;
    try {
      for (int i = 0; i < arguments.length; i++) {
        if (arguments[i].equals("--exit-with-stdin") && !exitWithStdin) {
          exitWithStdin = true;
          continue;
        }
        int equals = arguments[i].indexOf('=');
        String name = equals < 0 ? arguments[i] : arguments[i].substring(0, equals);
        if (equals < 0 && ++i == arguments.length) {
          return null;
        }
        String value = arguments[i].substring(equals + 1);
        int place = WITH_VALUE.indexOf(name);
        if (value.isBlank() || value.startsWith("-") || value.startsWith("@")) {
          return null;
        } else if (name.equals("--collector")) {
          collectors.add(URI.create(value));
        } else if (place >= 0 && values[place] == null) {
          values[place] = value;
        } else {
          return null;
        }
      }
      return new Flags(
          path(values[0]),
          values[1],
          collectors,
          path(values[2]),
          values[3],
          path(values[4]),
          exitWithStdin);
    } catch (IllegalArgumentException _) {
      return null; // no URL, no path: which, is told by who knows every option
    }
  }

  private static @Nullable Path path(@Nullable String value) {
    return value == null ? null : Path.of(value);
  }
}
