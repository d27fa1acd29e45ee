package io.lockstep.launcher;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintStream;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Tells what the collector found, in plain words, and holds it against what was injected.
final class Narrator {
  /// A fault that was injected, or an incident that was found: the same when all three agree.
  ///
  /// @param kind as the REST interface writes it: `gpu-slow`
  /// @param host the server
  /// @param subject what on the server
  record Fault(String kind, String host, String subject) {
    @Override
    public String toString() {
      return kind + " at " + host + (subject.equals("host") ? "" : " " + subject);
    }
  }

  /// Several of the simulated jobs' steps.
  private static final double STILL_SECONDS = 8;

  private final PrintStream out;
  private final Set<Fault> injected;

  /// By the incident's id: its kind may rise while it is open, as from a port down to a flap.
  private final Map<String, Fault> found = new HashMap<>();

  private final Map<String, String> told = new HashMap<>();

  /// By job and attempt, whether its ranks report steps.
  private final Map<String, Boolean> stepping = new HashMap<>();

  Narrator(PrintStream out, List<Fault> injected) {
    this.out = out;
    this.injected = Set.copyOf(injected);
  }

  /// Tells what is new.
  ///
  /// @param clock time since the start, `mm:ss`
  /// @param incidents as the REST interface gives them
  void tell(String clock, JsonNode incidents) {
    for (JsonNode incident : incidents) {
      Fault fault =
          new Fault(
              incident.path("kind").asText(),
              incident.path("host").asText(),
              incident.path("subject").asText());
      String id = incident.path("id").asText();
      found.put(id, fault);
      String now = fault.kind() + " " + incident.path("state").asText();
      if (!now.equals(told.put(id, now))) {
        tell(clock, incident, fault);
      }
    }
  }

  /// Tells of jobs that stand still, and of those that go on.
  ///
  /// @param jobs as the REST interface gives them
  void tellJobs(String clock, JsonNode jobs) {
    for (JsonNode job : jobs) {
      String name = job.path("job").asText();
      int attempt = job.path("attempt").asInt();
      boolean steps = job.path("ageSeconds").asDouble(STILL_SECONDS) < STILL_SECONDS;
      boolean stepped = Boolean.TRUE.equals(stepping.put(name + " " + attempt, steps));
      if (stepped && !steps) {
        out.println(clock + "  JOB      " + name + " stands still");
      } else if (!stepped && steps && attempt > 0) {
        out.println(clock + "  JOB      " + name + " goes on: attempt " + attempt);
      }
    }
  }

  private void tell(String clock, JsonNode incident, Fault fault) {
    boolean open = incident.path("state").asText().equals("open");
    out.println(clock + (open ? "  FOUND    " : "  OVER     ") + incident.path("summary").asText());
    if (open) {
      out.println(
          "                advice: "
              + incident.path("action").asText()
              + "; runbook docs/runbooks/"
              + incident.path("runbook").asText()
              + ".md"
              + remark(fault));
    }
  }

  private String remark(Fault fault) {
    if (injected.contains(fault)) {
      return "";
    }
    boolean flap =
        fault.kind().equals("port-down")
            && injected.contains(new Fault("port-flapping", fault.host(), fault.subject()));
    return flap ? "; so the injected flap begins" : "; this was not injected";
  }

  /// Says how it went.
  ///
  /// @return the exit code: 0 when all that was injected was found, and nothing else
  int conclude() {
    missed().forEach(fault -> out.println("MISSED: " + fault));
    unexpected().forEach(fault -> out.println("FALSE ALARM: " + fault));
    boolean good = missed().isEmpty() && unexpected().isEmpty();
    out.println(
        "injected "
            + injected.size()
            + ", found "
            + (injected.size() - missed().size())
            + ", false alarms "
            + unexpected().size()
            + (good ? ": all as it should be" : ""));
    return good ? 0 : 1;
  }

  private Set<Fault> missed() {
    var missed = new HashSet<>(injected);
    missed.removeAll(found.values());
    return missed;
  }

  private Set<Fault> unexpected() {
    var unexpected = new HashSet<>(found.values());
    unexpected.removeAll(injected);
    return unexpected;
  }
}
