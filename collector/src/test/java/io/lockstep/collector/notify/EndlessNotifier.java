package io.lockstep.collector.notify;

import io.lockstep.telemetry.config.Configs;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Map;

/// A process that opens, escalates and resolves incidents and tells of them until it is killed; it
/// says each round that is written down. Arguments: folder, a configuration of sinks, the number of
/// the first incident.
final class EndlessNotifier {
  private EndlessNotifier() {}

  public static void main(String[] args) throws Exception {
    Thread.ofPlatform().daemon().start(EndlessNotifier::endWithTheTest);
    Notifier.Config config =
        Configs.read(Path.of(args[1]), Map.of(), Notifier.Config.DEFAULT, Notifier.Config.class);
    try (var rig = new Rig(Path.of(args[0]), config)) {
      for (long port = Long.parseLong(args[2]); ; port++) {
        rig.open(port);
        rig.escalate(port);
        rig.resolve(port);
        System.out.println(port);
        Thread.sleep(40);
      }
    }
  }

  /// Whoever started this holds the other end of its input.
  private static void endWithTheTest() {
    try {
      System.in.transferTo(OutputStream.nullOutputStream());
    } catch (IOException _) {
      // An end too.
    }
    Runtime.getRuntime().halt(0);
  }
}
