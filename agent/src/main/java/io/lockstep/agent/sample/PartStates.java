package io.lockstep.agent.sample;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How the parts of a server are, from round to round: says when a fault of a part begins, when it
/// gets another, and when it is over. A fault that lasts is said again every quarter of an hour, so
/// that whoever hears nothing more of it may take it as over. One thread.
public final class PartStates {
  private static final Logger LOG = LoggerFactory.getLogger(PartStates.class);
  private static final Duration AGAIN = Duration.ofMinutes(15);

  /// Faults beyond are counted in the log alone.
  private static final int FAULTS_MAX = 64;

  /// How a part is, as OpenTelemetry's `hw.state` has it.
  public enum State {
    DEGRADED("degraded"),
    FAILED("failed");

    private final String label;

    State(String label) {
      this.label = label;
    }
  }

  /// @param said when it was last said
  private record Fault(State state, String type, String words, Instant said) {}

  private final Map<String, Fault> faults = new HashMap<>();

  /// A part has a fault.
  ///
  /// @param id the part's `hw.id`
  /// @param type the part's `hw.type`
  /// @param words what is wrong, as the end of a sentence that begins with the id; the same words
  ///   as long as the fault is the same
  public void bad(Notes notes, String id, String type, State state, String words) {
    Fault before = faults.get(id);
    if (before != null
        && before.state == state
        && before.words.equals(words)
        && notes.now().isBefore(before.said.plus(AGAIN))) {
      return;
    }
    if (before == null && faults.size() >= FAULTS_MAX) {
      LOG.warn("too many faults to tell of part={} fault=\"{}\"", id, Quoted.of(words));
      return;
    }
    faults.put(id, new Fault(state, type, words, notes.now()));
    say(notes, id, type, state.label, id + " " + words);
  }

  /// A part has no fault.
  public void good(Notes notes, String id) {
    Fault before = faults.remove(id);
    if (before != null) {
      say(notes, id, before.type, "ok", id + " is as it should be again");
    }
  }

  private static void say(Notes notes, String id, String type, String state, String body) {
    Map<String, String> attributes = new LinkedHashMap<>();
    attributes.put("hw.id", id);
    attributes.put("hw.type", type);
    attributes.put("hw.state", state);
    notes.event("lockstep.hardware.state.changed", body, attributes);
  }
}
