package io.lockstep.agent;

import io.lockstep.agent.send.Collector;
import io.lockstep.telemetry.config.ConfigException;
import io.lockstep.telemetry.config.Tokens;
import java.io.IOException;

/// `--check-config`: reads the files that the configuration names, and starts nothing.
final class Check {
  private Check() {}

  static void files(Config config) throws IOException, ConfigException {
    var _ = new Collector(config.collectors(), config.send(), "check");
    if (config.listen().tokenFile() != null) {
      Tokens.read(config.listen().tokenFile());
    }
  }
}
