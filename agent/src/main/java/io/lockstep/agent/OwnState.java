package io.lockstep.agent;

import io.lockstep.agent.batch.Rounds;
import io.lockstep.agent.expose.DcgmText;
import io.lockstep.agent.expose.Newest;
import io.lockstep.agent.expose.NodeExporterText;
import io.lockstep.agent.judge.Judge;
import io.lockstep.agent.listen.Listener;
import io.lockstep.agent.listen.Listener.Shown;
import io.lockstep.agent.sample.textfile.TextExposition;
import io.lockstep.telemetry.exposition.Family;
import io.lockstep.telemetry.exposition.OpenMetrics;
import io.lockstep.telemetry.exposition.PrometheusText;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// What the agent says of itself to whoever asks its listener.
final class OwnState {
  /// Ticks are at most a minute apart; from here on the agent is stuck.
  private static final Duration STUCK = Duration.ofSeconds(90);

  private static final String SERVICE = "lockstep-agent";

  private final Rounds rounds;
  private final OwnCost cost;
  private final Judge judge;
  private final Newest newest;
  private final String host;
  private final Supplier<TextExposition> textfiles;

  /// @param textfiles what the text files say
  OwnState(
      Rounds rounds,
      OwnCost cost,
      Judge judge,
      Newest newest,
      String host,
      Supplier<TextExposition> textfiles) {
    this.textfiles = textfiles;
    this.rounds = rounds;
    this.cost = cost;
    this.judge = judge;
    this.newest = newest;
    this.host = host;
  }

  Listener.Self asSelf() {
    return new Listener.Self(
        this::problem,
        Map.of(
            "/metrics", this::metrics,
            "/verdict", _ -> new Shown("application/json", judge.verdict().json() + "\n"),
            "/metrics/dcgm", _ -> plain(DcgmText.of(newest, host)),
            "/metrics/node_exporter", _ -> plain(NodeExporterText.of(newest))));
  }

  /// Whether it ticks; what the watchdog asks.
  boolean ticks() {
    return rounds.sinceTick().compareTo(STUCK) < 0;
  }

  private String problem() {
    Duration since = rounds.sinceTick();
    return ticks() ? "" : "no tick has ended for " + since.toSeconds() + " s";
  }

  private Shown metrics(String accept) {
    // Of the same series twice the first counts: its own figures are those of now.
    List<Family> families =
        Family.of(
            Stream.of(cost.samples(), judge.samples(), newest.samples())
                .flatMap(List::stream)
                .filter(sample -> !sample.metric().isVerbatim())
                .toList());
    boolean open = accept.contains(OpenMetrics.TYPE);
    String more = textfiles.get().text(open);
    return open
        ? new Shown(OpenMetrics.CONTENT_TYPE, OpenMetrics.of(families, host, SERVICE, more))
        : new Shown(
            PrometheusText.CONTENT_TYPE,
            PrometheusText.target(host, SERVICE) + PrometheusText.of(families) + more);
  }

  private static Shown plain(String text) {
    return new Shown(PrometheusText.CONTENT_TYPE, text);
  }
}
