package io.lockstep.collector.detect;

import io.lockstep.collector.detect.Finding.Action;
import io.lockstep.collector.detect.Finding.Severity;
import io.lockstep.collector.window.Host;
import io.lockstep.collector.window.Window;
import io.lockstep.telemetry.config.Durations;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.rules.Sentence;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/// Finds servers whose agent is not heard any more while others are. When nearly all fall silent at
/// once it is the collector that cannot hear, and no server is accused.
///
/// Only agents can fall silent: other senders send when they like. An agent that said it was
/// stopping is not silent. Whether the server itself is gone is told by its ranks: training is
/// synchronous, so while the job steps on, they do.
public final class SilenceDetector implements Detector {
  /// When an agent counts as silent.
  ///
  /// @param after at least so long unheard; more for agents that send rarely
  /// @param gaps at least so many of its usual gaps between batches unheard
  /// @param deafShare from this share of agents unheard on, 0 to 1, the collector is deaf
  public record Config(Duration after, double gaps, double deafShare) {
    public static final Config DEFAULT = new Config(Duration.ofSeconds(10), 5, 0.8);

    public Config {
      if (after.compareTo(Duration.ofSeconds(2)) < 0) {
        throw new IllegalArgumentException(
            "silence.after must be 2s or more, is " + Durations.text(after));
      }
      if (!(gaps >= 2)) {
        throw new IllegalArgumentException("silence.gaps must be 2 or more, is " + gaps);
      }
      if (!(deafShare > 0.5 && deafShare <= 1)) {
        throw new IllegalArgumentException(
            "silence.deaf_share must be above 0.5 and at most 1, is " + deafShare);
      }
    }
  }

  private final Config config;

  public SilenceDetector(Config config) {
    this.config = config;
  }

  @Override
  public String name() {
    return "host-silent";
  }

  /// The time of silence is patience enough; this only spans a pause of the collector itself, after
  /// which everybody seems unheard until what waits has been read.
  @Override
  public Duration patience() {
    return Duration.ofSeconds(3);
  }

  @Override
  public Duration keep() {
    return Duration.ofSeconds(10);
  }

  @Override
  public void judge(Window window, Verdicts out) {
    List<Host> running =
        window.hosts().stream().filter(host -> host.agent() && host.stoppedNanos() == 0).toList();
    // Half the limit: as the collector goes deaf, some agents pass the limit before others do.
    long quiet = running.stream().filter(host -> quietFor(window, host, 0.5)).count();
    boolean deaf = quiet > 0 && quiet >= config.deafShare * running.size();
    var collector = new SubjectKey(window.cluster(), "", "collector");
    if (!deaf && !running.isEmpty()) {
      out.absent(collector);
    } else if (deaf && running.stream().anyMatch(host -> quietFor(window, host, 1))) {
      out.present(collector, deafFinding(window, running, quiet));
    }
    for (Host host : window.hosts()) {
      if (host.agent()) {
        judge(window, host, deaf, out);
      }
    }
  }

  private boolean quietFor(Window window, Host host, double part) {
    double limit =
        part * Math.max(config.after.toMillis() / 1e3, config.gaps * host.usualGapSeconds());
    return window.nowNanos() - host.lastHeardNanos() > limit * 1e9;
  }

  private void judge(Window window, Host host, boolean deaf, Verdicts out) {
    var key = new SubjectKey(window.cluster(), host.name(), Table.HOST_SUBJECT);
    if (host.stoppedNanos() != 0 || !quietFor(window, host, 0.5)) {
      out.absent(key);
    } else if (deaf || !quietFor(window, host, 1)) {
      out.cannotTell(key);
    } else {
      out.present(key, finding(window, host));
    }
  }

  private static Finding deafFinding(Window window, List<Host> running, long quiet) {
    long last = running.stream().mapToLong(Host::lastHeardNanos).max().orElse(0);
    double silent = (window.nowNanos() - last) / 1e9;
    SequencedMap<String, Double> evidence = new LinkedHashMap<>();
    evidence.put("agents", (double) running.size());
    evidence.put("agents_unheard", (double) quiet);
    evidence.put("unheard_seconds", silent);
    return new Finding(
        IncidentKind.COLLECTOR_DEAF,
        last,
        Severity.CRITICAL,
        Action.WATCH,
        "The collector hears %,d of %s no more: look at its own network, not at the servers."
            .formatted(quiet, Words.count(running.size(), "agent")),
        evidence);
  }

  private Finding finding(Window window, Host host) {
    double silent = (window.nowNanos() - host.lastHeardNanos()) / 1e9;
    var ranks = RanksOfHost.of(window, host);
    SequencedMap<String, Double> evidence = new LinkedHashMap<>();
    evidence.put("unheard_seconds", silent);
    evidence.put("limit_seconds", config.after.toMillis() / 1e3);
    evidence.put("ranks", (double) ranks.count());
    evidence.put("steps_since", (double) ranks.stepsSince());
    return new Finding(
        IncidentKind.HOST_SILENT,
        host.lastHeardNanos(),
        ranks.standing() ? Severity.CRITICAL : Severity.WARNING,
        Action.WATCH,
        "%s is silent: its agent was last heard %s s ago%s."
            .formatted(host.name(), Sentence.number(Math.rint(silent)), ranks.words()),
        evidence);
  }
}
