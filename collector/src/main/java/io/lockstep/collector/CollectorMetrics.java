package io.lockstep.collector;

import io.lockstep.collector.http.MetricSource;
import io.lockstep.collector.http.MetricText;
import io.lockstep.collector.http.ProcessUse;
import io.lockstep.collector.receive.Count;
import io.lockstep.collector.receive.OtlpReceiver;
import io.lockstep.collector.receive.SeriesLimit;
import io.lockstep.collector.store.QuestDbServer;
import io.lockstep.collector.store.RollUps;
import io.lockstep.collector.store.SeriesStore;
import io.lockstep.collector.store.ServerState;
import io.lockstep.collector.store.StoreCondition;
import io.lockstep.collector.store.StoreState;
import io.lockstep.collector.window.Counts;
import io.lockstep.collector.window.Memory;
import io.lockstep.collector.window.Window;
import io.lockstep.collector.window.WindowSize;
import java.util.ArrayList;
import java.util.Collections;

/// The collector's own counters at `/metrics`, but for those of the operators' server itself.
record CollectorMetrics(Core core, SeriesStore store, OtlpReceiver receiver)
    implements MetricSource {

  @Override
  public void writeTo(MetricText text) {
    receiving(text);
    series(text);
    detection(text);
    storing(text);
    storeProcess(text);
  }

  private void receiving(MetricText text) {
    String family = "";
    for (Count count : receiver.counters().counts()) {
      if (!count.name().equals(family)) {
        family = count.name();
        text.family(family, count.cumulative() ? "counter" : "gauge", count.help());
      }
      text.sample(family, count.value(), labels(count));
    }
  }

  private void series(MetricText text) {
    SeriesLimit.State series = core.series();
    text.gauge("lockstep_collector_series", "Series that were heard lately.", series.series())
        .gauge("lockstep_collector_series_hosts", "Hosts that they belong to.", series.hosts())
        .counter(
            "lockstep_collector_series_refused_total",
            "Points refused because their series were too many.",
            series.refused());
  }

  private static String[] labels(Count count) {
    var labels = new ArrayList<String>();
    count.labels().forEach((name, value) -> Collections.addAll(labels, name, value));
    return labels.toArray(String[]::new);
  }

  private void rounds(MetricText text) {
    Core.Rounds rounds = core.rounds();
    text.counter(
            "lockstep_collector_rounds_total",
            "Rounds in which what is sealed was judged.",
            rounds.count())
        .counter(
            "lockstep_collector_round_cpu_seconds_total",
            "Processor time of these rounds: detectors, alerts, their writing to the state.",
            rounds.processorNanos() / 1e9)
        .gauge(
            "lockstep_collector_judged_until_timestamp_seconds",
            "What arrived of the time before this has been judged.",
            rounds.judgedUntilNanos() / 1e9)
        .gauge(
            "lockstep_collector_judged_timestamp_seconds",
            "When the last round ended.",
            rounds.endedNanos() / 1e9);
  }

  private void detection(MetricText text) {
    rounds(text);
    text.counter(
        "lockstep_collector_detector_failures_total",
        "Rounds of a detector that ended in a bug.",
        core.detectorFailures());
    text.gauge(
        "lockstep_collector_incidents_open",
        "Incidents that are open.",
        core.book().incidents().stream().filter(incident -> incident.isOpen()).count());
    text.family(
        "lockstep_collector_window_hosts", "gauge", "Servers that the window knows, by cluster.");
    for (Window window : core.windows()) {
      text.sample(
          "lockstep_collector_window_hosts", window.hosts().size(), "cluster", window.cluster());
    }
    windowMemory(text);
    text.family(
        "lockstep_collector_window_total",
        "counter",
        "Rows and steps by what the window did with them: placed, repeated, late, ahead (of the"
            + " clock), unsettled (clock not believed yet), refused (no room).");
    for (Window window : core.windows()) {
      Counts counts = window.counts();
      windowCount(text, window, "placed", counts.rows() + counts.steps());
      windowCount(text, window, "repeated", counts.repeated());
      windowCount(text, window, "late", counts.late());
      windowCount(text, window, "ahead", counts.ahead());
      windowCount(text, window, "unsettled", counts.unsettled());
      windowCount(text, window, "refused", counts.refused());
    }
  }

  private void windowMemory(MetricText text) {
    text.family(
        "lockstep_collector_window_bytes",
        "gauge",
        "What the window takes: seconds (ten minutes), past (24 hours), iterations.");
    for (Window window : core.windows()) {
      WindowSize size = window.size();
      windowBytes(text, window, "seconds", size.seconds());
      windowBytes(text, window, "past", size.past());
      windowBytes(text, window, "iterations", size.iterations());
    }
    text.family(
        "lockstep_collector_window_since_timestamp_seconds",
        "gauge",
        "From when on the window knows something, by the second (seconds) and by ten minutes (past).");
    for (Window window : core.windows()) {
      Memory memory = window.memory();
      if (memory.startSlot() != Long.MAX_VALUE) {
        windowSince(text, window, "seconds", memory.sinceSlot());
        windowSince(text, window, "past", memory.pastSinceSlot());
      }
    }
    text.family(
        "lockstep_collector_window_recalled",
        "gauge",
        "1 when what was known before the start is back from the store, 0 while it is read or lost.");
    for (Window window : core.windows()) {
      text.sample(
          "lockstep_collector_window_recalled",
          window.memory().state() == Memory.State.BACK ? 1 : 0,
          "cluster",
          window.cluster());
    }
  }

  private static void windowSince(MetricText text, Window window, String part, long slot) {
    text.sample(
        "lockstep_collector_window_since_timestamp_seconds",
        slot,
        "cluster",
        window.cluster(),
        "part",
        part);
  }

  private static void windowBytes(MetricText text, Window window, String part, long bytes) {
    text.sample(
        "lockstep_collector_window_bytes", bytes, "cluster", window.cluster(), "part", part);
  }

  private static void windowCount(MetricText text, Window window, String outcome, long value) {
    text.sample(
        "lockstep_collector_window_total", value, "cluster", window.cluster(), "outcome", outcome);
  }

  private void storing(MetricText text) {
    StoreState state = store.state();
    text.gauge(
        "lockstep_collector_store_ready",
        "1 when the store takes what is sent, else 0.",
        state.ready() ? 1 : 0);
    text.family(
        "lockstep_collector_store_state", "gauge", "1 for the state that the store is in, else 0.");
    for (StoreCondition one : StoreCondition.values()) {
      text.sample(
          "lockstep_collector_store_state", one == state.condition() ? 1 : 0, "state", one.label());
    }
    text.gauge(
        "lockstep_collector_store_journal_bytes",
        "What is acknowledged and may not be in the store yet.",
        state.journalBytes());
    text.counter(
        "lockstep_collector_store_lines_total", "Rows that the store has.", state.storedLines());
    text.counter("lockstep_collector_store_values_total", "Values in them.", state.storedValues());
    text.counter(
        "lockstep_collector_store_lines_refused_total",
        "Rows that the store refused; they stand in refused.jsonl.",
        state.refusedLines());
    text.counter(
        "lockstep_collector_store_batches_refused_total",
        "Batches whose senders were told to come later.",
        state.laterBatches());
  }

  private void rollUps(MetricText text) {
    RollUps own = store.rollUps();
    if (own == null) {
      return;
    }
    RollUps.State state = own.state();
    text.gauge(
            "lockstep_collector_rollup_behind_seconds",
            "How long the minute has been due whose rows of one minute wait longest to be made.",
            state.behind().toMillis() / 1e3)
        .gauge(
            "lockstep_collector_rollup_minutes_waiting",
            "Minutes, of each table apart, that got rows since their rows of one minute were made.",
            state.waiting())
        .counter(
            "lockstep_collector_rollup_minutes_total",
            "Minutes of a table that were made, or made anew because rows came late.",
            state.made())
        .counter(
            "lockstep_collector_rollup_minutes_left_total",
            "Minutes that got rows late and were left as they were, because their other rows have"
                + " been given up.",
            state.kept())
        .gauge(
            "lockstep_collector_rollup_failing",
            "1 when the last try to make them failed, else 0; the log says why.",
            state.trouble().isEmpty() ? 0 : 1);
  }

  private static void room(MetricText text, ServerState state) {
    text.counter(
            "lockstep_collector_store_restarts_total",
            "Starts of the store's process after the first.",
            state.restarts())
        .counter(
            "lockstep_collector_store_partitions_given_up_total",
            "Hours or days of a table that were given up because the disk was short of room.",
            state.room().dropped());
    if (state.room().free() >= 0) {
      text.gauge(
          "lockstep_collector_store_free_bytes", "Free on the store's disk.", state.room().free());
    }
  }

  /// Of the default store, a process of its own.
  private void storeProcess(MetricText text) {
    QuestDbServer server = store.server();
    if (server == null) {
      return;
    }
    room(text, server.state());
    rollUps(text);
    if (server.pid() < 0) {
      return;
    }
    ProcessHandle.of(server.pid())
        .map(ProcessUse::of)
        .ifPresent(use -> {
          use.processorSeconds()
              .ifPresent(used ->
                  text.counter(
                      "lockstep_collector_store_cpu_seconds_total",
                      "Processor time that the store's process has used.",
                      used));
          use.residentBytes()
              .ifPresent(bytes ->
                  text.gauge(
                      "lockstep_collector_store_resident_bytes",
                      "Resident memory of the store's process, mapped files included.",
                      bytes));
        });
  }
}
