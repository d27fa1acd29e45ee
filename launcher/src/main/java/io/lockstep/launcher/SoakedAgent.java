package io.lockstep.launcher;

import io.lockstep.agent.Agent;
import io.lockstep.agent.Config;
import io.lockstep.telemetry.config.Configs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;

/// The program that `lockstep bench agent --soak` measures: the agent as it is, but for its clock.
/// Every ten minutes of that it says on standard output how full its heap is after a collection, in
/// KiB, and waits for a line on standard input.
final class SoakedAgent {
  /// Seconds between two words.
  static final int STEP = 600;

  private SoakedAgent() {}

  /// Runs it.
  ///
  /// @param arguments configuration file, and how many steps
  public static void main(String[] arguments) throws Exception {
    Config config = Configs.read(Path.of(arguments[0]), Map.of(), Config.DEFAULT, Config.class);
    long steps = Long.parseLong(arguments[1]);
    var agents = new Agent[1];
    var clock =
        new HastyClock(
            System.currentTimeMillis(),
            STEP,
            step -> {
              tell();
              if (step >= steps) {
                agents[0].stop();
              }
            });
    agents[0] = new Agent(config, "bench", "soak", clock);
    agents[0].run();
  }

  private static void tell() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    System.out.println((runtime.totalMemory() - runtime.freeMemory()) / 1024);
    try {
      int said;
      do {
        said = System.in.read();
      } while (said > '\n');
      if (said < 0) {
        throw new IllegalStateException("whoever measured this has ended");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
