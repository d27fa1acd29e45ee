package io.lockstep.agent;

import io.lockstep.agent.listen.ServerTls;
import io.lockstep.agent.sample.check.CheckSampler;
import io.lockstep.agent.send.Collector;
import io.lockstep.agent.send.Forward;
import io.lockstep.agent.send.Forwarder;
import io.lockstep.telemetry.config.ConfigException;
import io.lockstep.telemetry.config.FileProblem;
import io.lockstep.telemetry.config.Tokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/// `--check-config`: reads the files that the configuration names, and starts nothing.
final class Check {
  /// Says where keys were set, see [io.lockstep.telemetry.config.Configs#mistakes].
  @FunctionalInterface
  interface Places {
    ConfigException mistakes(Map<String, String> problems) throws ConfigException;
  }

  private interface Reading {
    void read() throws IOException;
  }

  private final Config config;
  private final Places places;
  private final Map<String, String> problems = new LinkedHashMap<>();

  Check(Config config, Places places) {
    this.config = config;
    this.places = places;
  }

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

  /// @throws ConfigException naming each file that can't be used, and the key that names it
  void files() throws ConfigException {
    Collector.Config send = config.send();
    key("send", () -> new Collector(config.collectors(), send, "check").close());
    for (int i = 0; i < config.forward().size(); i++) {
      Forward one = config.forward().get(i);
      key("forward[" + i + "]", () -> new Forwarder(one, "check").close());
    }
    Path tokens = config.listen().tokenFile();
    if (tokens != null) {
      key("listen", () -> tokens(tokens));
    }
    key("listen", () -> ServerTls.check(config.listen()));
    if (!problems.isEmpty()) {
      throw places.mistakes(problems);
    }
  }

  private static void tokens(Path file) throws IOException {
    try {
      Tokens.read(file);
    } catch (ConfigException e) {
      throw new IOException("token_file: " + e.getMessage(), e);
    }
  }

  /// What reads a section's files says the key first.
  private void key(String section, Reading files) {
    try {
      files.read();
    } catch (IOException e) {
      String problem = section + "." + FileProblem.words(e);
      problems.put(problem.split("[: ]", 2)[0], problem);
    }
  }
}
