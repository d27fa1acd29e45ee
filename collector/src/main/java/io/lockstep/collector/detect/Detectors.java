package io.lockstep.collector.detect;

import io.lockstep.telemetry.rules.EventRule;
import io.lockstep.telemetry.rules.EventRules;
import io.lockstep.telemetry.rules.Rule;
import io.lockstep.telemetry.rules.RuleTable;
import java.util.ArrayList;
import java.util.List;

/// Every detector there is. A new one is two lines here: its configuration and itself.
public final class Detectors {
  /// The detectors' configuration.
  public record Config(StragglerDetector.Config straggler, SilenceDetector.Config silence) {
    public static final Config DEFAULT =
        new Config(StragglerDetector.Config.DEFAULT, SilenceDetector.Config.DEFAULT);
  }

  private Detectors() {}

  /// All detectors, those of the rule tables first.
  public static List<Detector> all(Config config) {
    var all = new ArrayList<Detector>();
    for (Rule rule : RuleTable.ALL) {
      all.add(new RuleDetector(rule));
    }
    for (EventRule rule : EventRules.ALL) {
      all.add(new EventDetector(rule));
    }
    all.add(new StragglerDetector(config.straggler()));
    all.add(new SilenceDetector(config.silence()));
    return List.copyOf(all);
  }
}
