package io.lockstep.agent.sample.nvml;

import io.lockstep.agent.sample.Crew;
import io.lockstep.agent.sample.GpuLedger;
import io.lockstep.agent.sample.Notes;
import io.lockstep.agent.sample.nvml.Listing.Found;
import io.lockstep.agent.sample.nvml.Listing.Problem;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedCollection;
import java.util.SequencedMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The GPUs that this server has, or should have, by UUID: who is there, who is lost, who is
/// missing. One thread.
final class Roll {
  private static final Logger LOG = LoggerFactory.getLogger(Roll.class);

  private final SequencedMap<String, Gpu> gpus = new LinkedHashMap<>();
  private final Crew crew = new Crew(NvmlSampler.READERS);
  private final GpuLedger ledger;
  private final Duration hang;
  private final int expected;

  /// @param ledger is told which GPU sits where
  /// @param hang how long a call may take before its GPU counts as one that does not answer
  /// @param expected how many GPUs there must be; 0 for as many as there ever were
  Roll(GpuLedger ledger, Duration hang, int expected) {
    this.ledger = ledger;
    this.hang = hang;
    this.expected = expected;
  }

  /// Lets the threads go.
  void close() {
    crew.close();
  }

  SequencedCollection<Gpu> all() {
    return gpus.sequencedValues();
  }

  /// Whether each of them answers as it should.
  boolean areWell() {
    return gpus.values().stream().allMatch(gpu -> gpu.state() == State.OK);
  }

  /// Those that said who they are, at some time.
  List<Identity> known() {
    return gpus.values().stream().map(Gpu::identity).filter(Identity::known).toList();
  }

  /// A GPU that an earlier run has seen.
  void remember(Identity identity, Instant now) {
    gpus.computeIfAbsent(identity.uuid(), _ -> new Gpu(identity, State.OK, now, hang, crew));
  }

  /// Takes note of one that the driver has and that says who it is.
  ///
  /// @param driver what its GPUs share
  /// @param anew whether the library was opened anew
  /// @return whether it was not there before, or did not answer
  boolean found(Found found, Listing there, Driver driver, boolean anew, Notes notes, Instant now) {
    Identity identity = found.identity();
    ledger.found(identity.pci(), identity.uuid());
    Gpu known = gpus.get(identity.uuid());
    Map<String, String> before = known == null ? Map.of() : known.identity().facts();
    boolean back = known != null && known.state() != State.OK && !known.hangs();
    if (known == null) {
      forgetReplaced(identity);
      known = new Gpu(identity, State.OK, now, hang, crew);
      gpus.put(identity.uuid(), known);
      anew = true;
    }
    if (anew || back || known.identity().index() != identity.index()) {
      known.found(there.nvml(), found.handle(), driver, identity);
    }
    if (anew) {
      notes.event(
          "lockstep.gpu.found",
          "GPU " + identity.index() + " is " + identity.name() + " at " + identity.pci(),
          attributes(identity, there.driver()));
    }
    List<String> changes = Facts.changes(before, identity.facts());
    if (!changes.isEmpty()) {
      LOG.info("gpu changed uuid={} changes=\"{}\"", identity.uuid(), String.join("; ", changes));
      notes.event(
          "lockstep.gpu.changed",
          "GPU " + identity.index() + " at " + identity.pci() + ": " + String.join("; ", changes),
          attributes(identity, there.driver()));
    }
    known.changed(identity);
    return anew || back;
  }

  private static Map<String, String> attributes(Identity gpu, String driver) {
    var attributes = new HashMap<>(gpu.facts());
    attributes.put("hw.id", gpu.uuid());
    attributes.put("hw.name", gpu.name());
    attributes.put("hw.serial_number", gpu.serial());
    attributes.put("hw.driver_version", driver);
    attributes.put("lockstep.gpu.pci.address", gpu.pci());
    attributes.put("lockstep.gpu.index", Integer.toString(gpu.index()));
    return attributes;
  }

  /// Another GPU in the same slot has taken the place of one that is gone.
  private void forgetReplaced(Identity identity) {
    gpus.values()
        .removeIf(gpu -> {
          boolean replaced =
              !identity.pci().isEmpty() && gpu.identity().pci().equals(identity.pci());
          if (replaced) {
            LOG.info(
                "gpu replaced pci={} before={} now={}",
                identity.pci(),
                gpu.identity().uuid(),
                identity.uuid());
          }
          return replaced;
        });
  }

  /// Who should be there and is not: lost where the driver still counts it, else missing.
  void missing(Listing there, Notes notes, Instant now) {
    Set<Integer> explained = new HashSet<>();
    for (Gpu gpu : gpus.values()) {
      if (gpu.identity().known() && !there.has(gpu.identity().uuid())) {
        Problem problem = there.problem(gpu.identity().index());
        explained.add(problem == null ? -1 : problem.index());
        if (!gpu.hangs()) { // else its own call tells
          absent(gpu, problem, notes, now);
        }
      }
    }
    Set<String> nobodies = new HashSet<>();
    for (Problem problem : there.problems()) {
      if (problem.state() != State.OK && !explained.contains(problem.index())) {
        Gpu gpu = nobody(Identity.nameless(problem.index()), now);
        nobodies.add(gpu.identity().uuid());
        absent(gpu, problem, notes, now);
      }
    }
    long known = gpus.values().stream().filter(gpu -> gpu.identity().known()).count();
    for (int number = (int) known + nobodies.size() + 1; number <= expected; number++) {
      Gpu gpu = nobody(Identity.missing(number), now);
      nobodies.add(gpu.identity().uuid());
      if (gpu.state() == State.OK) {
        gpu.become(State.MISSING, expected + " GPUs are expected", notes, now);
      }
    }
    dismiss(nobodies, notes, now);
  }

  private static void absent(Gpu gpu, @Nullable Problem problem, Notes notes, Instant now) {
    if (gpu.state() != State.OK) {
      return;
    }
    if (problem == null) {
      gpu.become(State.MISSING, "the driver does not have it", notes, now);
    } else {
      State state = problem.state() == State.OK ? State.MISSING : problem.state();
      gpu.become(state, problem.words(), notes, now);
    }
  }

  private Gpu nobody(Identity identity, Instant now) {
    return gpus.computeIfAbsent(identity.uuid(), _ -> new Gpu(identity, State.OK, now, hang, crew));
  }

  /// Who stood for a GPU that has been found by now is well first, so that this is heard of, and
  /// gone with the next list.
  private void dismiss(Set<String> needed, Notes notes, Instant now) {
    gpus.values()
        .removeIf(gpu -> {
          boolean stale = !gpu.identity().known() && !needed.contains(gpu.identity().uuid());
          if (stale && gpu.state() != State.OK) {
            gpu.become(State.OK, "", notes, now);
            return false;
          }
          return stale;
        });
  }
}
