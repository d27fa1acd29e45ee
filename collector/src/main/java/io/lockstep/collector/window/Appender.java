package io.lockstep.collector.window;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Metric;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.rows.Batch;
import io.lockstep.telemetry.rows.Event;
import io.lockstep.telemetry.rows.Row;
import io.lockstep.telemetry.rows.Step;
import io.lockstep.telemetry.rules.Links;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Puts what a batch says where it belongs in the window. One thread.
final class Appender {
  private static final long SECOND = 1_000_000_000L;
  private static final int WORDS_MAX = 48_000;
  private static final Column UP = Contract.column(Table.PORT, "up");
  private static final Column GPU_INDEX = Contract.column(Table.GPU_SLOW, "gpu_index");

  private final Tables tables;
  private final Hosts hosts;
  private final Links links;
  private final Jobs jobs;
  private final Counts.Open counts;

  private final Map<String, GpuNames> gpus = new ConcurrentHashMap<>();
  private final GpuJobs gpuJobs = new GpuJobs();
  private final Map<Watched, PartSaid> said = new ConcurrentHashMap<>();

  Appender(Tables tables, Hosts hosts, Links links, Jobs jobs, Counts.Open counts) {
    this.tables = tables;
    this.hosts = hosts;
    this.links = links;
    this.jobs = jobs;
    this.counts = counts;
  }

  /// A host's GPUs; null when none has told its index.
  @Nullable GpuNames gpus(String host) {
    return gpus.get(host);
  }

  /// Which jobs use which GPU.
  GpuJobs gpuJobs() {
    return gpuJobs;
  }

  /// What the last event about a part said; null when none was heard.
  @Nullable PartSaid said(String host, String subject) {
    return said.get(new Watched(host, subject));
  }

  boolean append(Batch batch, long arrivalNanos) {
    if (batch.id() != null) {
      Host agent = hosts.getOrAddAgent(batch.id().host(), arrivalNanos);
      if (agent == null) {
        counts.refused.increment();
        return false;
      }
      agent.heardAgent(arrivalNanos);
      if (agent.repeated(batch.id())) {
        counts.repeated.increment();
        return false;
      }
    }
    hosts.measureClocks(batch, arrivalNanos);
    batch.rows().forEach(row -> place(row, arrivalNanos));
    gpuJobs.take(batch, hosts, arrivalNanos);
    batch.steps().forEach(step -> place(step, arrivalNanos));
    batch.events().forEach(event -> note(event, arrivalNanos));
    return true;
  }

  private void place(Row row, long arrivalNanos) {
    if (row.table() == Table.GPU_SLOW && row.has(GPU_INDEX)) {
      name(row);
    }
    TableWindow table = tables.get(row.table());
    if (table == null || (row.table() == Table.PART && !table.keeps(row))) {
      return;
    }
    Host host = hosts.getOrAdd(row.host(), arrivalNanos);
    int subject = host == null ? -1 : table.subjects().findOrAdd(row.host(), row.subject());
    if (host == null || subject < 0) {
      counts.refused.increment();
      return;
    }
    long nanos = row.timeNanos() + host.clockOffsetNanos();
    long slot = Math.floorDiv(nanos, SECOND);
    if (writable(host, slot)) {
      counts.rows.increment();
      table.put(subject, slot, row);
      if (row.table() == Table.PORT && row.has(UP)) {
        links.is(subject, nanos, row.longValue(UP) != 0);
      }
    }
  }

  /// Notes which GPU has which index; only of hosts that there is room for.
  private void name(Row row) {
    if (hosts.get(row.host()) != null) {
      gpus.computeIfAbsent(row.host(), _ -> new GpuNames())
          .put(row.longValue(GPU_INDEX), row.subject());
    }
  }

  private boolean writable(Host host, long slot) {
    if (!host.clockBelieved()) {
      counts.unsettled.increment();
      return false;
    }
    int place = tables.compareToOpen(slot);
    if (place < 0) {
      counts.late.increment();
    } else if (place > 0) {
      counts.ahead.increment();
    }
    return place == 0;
  }

  private void place(Step step, long arrivalNanos) {
    Host host = hosts.getOrAdd(step.row().host(), arrivalNanos);
    JobWindow job = host == null ? null : jobs.of(step, arrivalNanos);
    if (host == null || job == null) {
      counts.refused.increment();
      return;
    }
    if (!host.clockBelieved()) {
      counts.unsettled.increment();
      return;
    }
    long end = step.row().timeNanos() + host.clockOffsetNanos();
    switch (job.add(step, end, arrivalNanos)) {
      case NEW -> {
        counts.steps.increment();
        host.stepped(arrivalNanos);
      }
      case REPEATED -> counts.repeated.increment();
      case LATE -> counts.late.increment();
    }
  }

  private void note(Event event, long arrivalNanos) {
    Host host = hosts.getOrAdd(event.host(), arrivalNanos);
    if (host == null) {
      counts.refused.increment();
      return;
    }
    said(event, host);
    switch (event.name()) {
      case "lockstep.agent.stopped", "lockstep.agent.moved" -> host.stopped(event.timeNanos());
      case "lockstep.network.link.down" -> link(event, host, false);
      case "lockstep.network.link.up" -> link(event, host, true);
      case "lockstep.network.counter.saturated" -> saturated(event);
      default -> {}
    }
  }

  private void said(Event event, Host host) {
    PartSaid now = PartSaid.of(event, event.timeNanos() + host.clockOffsetNanos());
    var part = new Watched(event.host(), event.subject());
    if (now != null && (said.size() < WORDS_MAX || said.containsKey(part))) {
      // What waited in a spool comes after what was sent at once.
      said.merge(part, now, (old, next) -> next.timeNanos() < old.timeNanos() ? old : next);
    }
  }

  private void link(Event event, Host host, boolean up) {
    int port = port(event);
    if (port >= 0) {
      links.became(port, event.timeNanos() + host.clockOffsetNanos(), up);
    }
  }

  private void saturated(Event event) {
    int port = port(event);
    Column column = counter(event);
    if (port >= 0 && column != null && column.table() == Table.PORT) {
      tables.kept(Table.PORT).saturated(port, column);
    }
  }

  private static @Nullable Column counter(Event event) {
    Metric errors = Contract.metric("hw.errors");
    return errors == null
        ? null
        : errors.column(name -> name.equals("hw.type") ? "network" : event.attributes().get(name));
  }

  private int port(Event event) {
    int port = tables.kept(Table.PORT).subjects().findOrAdd(event.host(), event.subject());
    if (port < 0) {
      counts.refused.increment();
    }
    return port;
  }
}
