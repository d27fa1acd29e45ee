package io.lockstep.agent;

import io.lockstep.agent.listen.ServerTls;
import io.lockstep.agent.sample.check.CheckSampler;
import io.lockstep.agent.send.Collector;
import io.lockstep.agent.send.Forward;
import io.lockstep.agent.send.Forwarder;
import io.lockstep.telemetry.config.ConfigException;
import io.lockstep.telemetry.config.Tokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// `--check-config`: reads the files that the configuration names, and starts nothing.
final class Check {
  private Check() {}

  /// A root that is mistyped would look like a host on which there is nothing to read.
  static void root(Path root) throws IOException {
    if (root.toString().isEmpty()) {
      throw new IOException("root is empty; it must be / or the folder of a captured tree");
    }
    if (!Files.isDirectory(root)) {
      throw new IOException(
          "root " + root + " is no folder; it must hold what was captured of proc/ and sys/");
    }
    if (!Files.isDirectory(root.resolve("proc")) && !Files.isDirectory(root.resolve("sys"))) {
      throw new IOException("root " + root + " holds neither proc/ nor sys/");
    }
  }

  /// What is right and yet may not be meant: one line each, empty when there is nothing.
  static String notes(Config config) {
    var notes = new StringBuilder();
    CheckSampler.refused(config.samplers().checks())
        .forEach((place, why) ->
            notes.append("note: check ").append(place).append(": ").append(why).append('\n'));
    for (Path folder : config.samplers().textfile().folders()) {
      if (!Files.isDirectory(folder)) {
        notes.append("note: samplers.textfile.folders: ").append(folder).append(" is no folder\n");
      }
    }
    return notes.toString();
  }

  static void files(Config config) throws IOException, ConfigException {
    var _ = new Collector(config.collectors(), config.send(), "check");
    for (Forward one : config.forward()) {
      new Forwarder(one, "check").close();
    }
    if (config.listen().tokenFile() != null) {
      Tokens.read(config.listen().tokenFile());
    }
    ServerTls.check(config.listen());
  }
}
