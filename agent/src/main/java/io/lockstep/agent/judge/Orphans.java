package io.lockstep.agent.judge;

import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.rules.Rule;
import io.lockstep.telemetry.rules.RuleTable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/// Faults of the run before this one whose parts this run does not know: a GPU that is not expected
/// any more, a port or a check that the configuration does not include now. Nobody will ever say
/// that such a part is well, so its fault is dropped. One thread.
///
/// A part that should be there is always heard of, broken or not: what is gone is told as missing.
final class Orphans {
  /// So long every sampler must have read well, and nothing have been heard of the part.
  private static final long PATIENCE_NANOS = Duration.ofMinutes(1).toNanos();

  /// Checks and inventories are looked at less often, and may take long.
  private static final long PART_PATIENCE_NANOS = Duration.ofMinutes(10).toNanos();

  private final Map<String, Rule> rules = new HashMap<>();
  private final List<Fault> waiting;
  private long seeingSince;

  /// @param former faults of the run before, be it of this boot or of one before
  Orphans(Collection<Fault> former) {
    RuleTable.ALL.forEach(rule -> rules.put(rule.id(), rule));
    waiting = new ArrayList<>(former);
    waiting.removeIf(fault -> !rules.containsKey(fault.rule())); // events have their own end
  }

  /// Those that are dropped from now on.
  ///
  /// @param sees whether every sampler that rules live by reads its source
  /// @param nanos the tick, Unix nanoseconds
  List<Fault> take(Memory memory, boolean sees, long nanos) {
    if (waiting.isEmpty()) {
      return List.of();
    }
    seeingSince = !sees ? 0 : seeingSince == 0 ? nanos : seeingSince;
    var dropped = new ArrayList<Fault>();
    Iterator<Fault> all = waiting.iterator();
    while (all.hasNext()) {
      Fault fault = all.next();
      if (memory.knows(fault.subject())) {
        all.remove(); // its rule tells
      } else if (sees && nanos - seeingSince >= patience(fault)) {
        all.remove();
        dropped.add(fault);
      }
    }
    return dropped;
  }

  private long patience(Fault fault) {
    Rule rule = rules.get(fault.rule());
    boolean part = rule != null && rule.column().table() == Table.PART;
    return part ? PART_PATIENCE_NANOS : PATIENCE_NANOS;
  }
}
