package io.lockstep.collector.window;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Metric;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.rows.Batch;
import io.lockstep.telemetry.rows.Event;
import io.lockstep.telemetry.rows.Row;
import io.lockstep.telemetry.rows.Step;
import io.lockstep.telemetry.rules.LinkHistory;
import io.lockstep.telemetry.rules.Readings;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The last ten minutes of one cluster in memory, second by second, and the last iterations of its
/// jobs.
///
/// **Slots.** A slot is one second and is named by its Unix second. A sample's slot is its own time
/// plus its host's measured clock offset ([Host#clockOffsetNanos()]). Slots are sealed
/// [#LAG_SECONDS] behind the collector's clock; what comes for a sealed slot is refused and
/// counted. A gauge's value is the sample's; a counter's is its increase since the subject's sample
/// before ([Counters]). NaN is absent: no sample came, or a counter's increase is not known. After
/// a start the window is empty, and [#sinceSlot()] says from when on it can know anything.
///
/// **Threads.** One thread calls [#append] and [#seal]. Any thread may call the rest: it sees
/// sealed slots and sealed iterations only, and those do not change.
///
/// **Memory.** 4 bytes × 640 slots × live columns of each subject: for 10,000 GPUs and 10,000 ports
/// with 11 columns each, 282 MB and 282 MB; for 1,250 hosts with 17, 54 MB; iterations are 4 bytes
/// × 256 × 15 columns for each rank, 154 MB for 10,000. A small cluster takes what its subjects
/// take.
public final class Window implements Readings {
  /// How far back readers can look.
  public static final int SECONDS = 600;

  /// A slot is sealed when it has been over for so long.
  public static final int LAG_SECONDS = 2;

  /// [#ageSeconds] of what has no value in the whole window.
  public static final int NEVER = Integer.MAX_VALUE;

  /// How old [#latest(Column, int)] may be at most.
  public static final int FRESH_SECONDS = 5;

  private static final long SECOND = 1_000_000_000L;

  /// Slots that can be written: those that are not over, and some for clocks that are ahead.
  private static final int AHEAD = LAG_SECONDS + 1 + 10;

  private static final Column UP = Contract.column(Table.PORT, "up");
  private static final Column GPU_INDEX = Contract.column(Table.GPU_SLOW, "gpu_index");
  private static final List<Table> TABLES = List.of(Table.GPU, Table.PORT, Table.HOST);

  /// How much of a cluster there is room for; what is beyond is refused and counted.
  ///
  /// @param gpus GPUs, each UUID ever seen since the start
  /// @param ports InfiniBand and RoCE ports
  /// @param hosts servers
  /// @param jobs attempts of jobs at a time
  /// @param ranks ranks of all jobs together
  public record Config(int gpus, int ports, int hosts, int jobs, int ranks) {
    public static final Config DEFAULT = new Config(24_000, 24_000, 4_000, 64, 24_000);

    public Config {
      if (Math.min(Math.min(Math.min(gpus, ports), Math.min(hosts, jobs)), ranks) < 1) {
        throw new IllegalArgumentException(
            "window: gpus, ports, hosts, jobs and ranks must be above 0, are "
                + List.of(gpus, ports, hosts, jobs, ranks));
      }
    }
  }

  private final String cluster;
  private final Config config;
  private final Map<Table, TableWindow> tables = new EnumMap<>(Table.class);
  private final Map<String, Host> hosts = new ConcurrentHashMap<>();
  private final Map<Integer, LinkHistory> links = new ConcurrentHashMap<>();
  private final Map<String, Map<String, String>> gpuByIndex = new ConcurrentHashMap<>();
  private final Jobs jobs;
  private final Counts.Open counts = new Counts.Open();
  private volatile long sinceSlot = Long.MAX_VALUE;
  private volatile long nowNanos;
  private volatile long sealedEdge = Long.MIN_VALUE;

  public Window(String cluster) {
    this(cluster, Config.DEFAULT);
  }

  public Window(String cluster, Config config) {
    this.cluster = cluster;
    this.config = config;
    tables.put(Table.GPU, new TableWindow(Table.GPU, config.gpus));
    tables.put(Table.PORT, new TableWindow(Table.PORT, config.ports));
    tables.put(Table.HOST, new TableWindow(Table.HOST, config.hosts));
    jobs = new Jobs(config.jobs, config.ranks);
  }

  /// The cluster that all subjects belong to.
  public String cluster() {
    return cluster;
  }

  // --- Writing: one thread.

  /// Takes a batch.
  ///
  /// @param arrivalNanos when it came, by the collector's clock, Unix nanoseconds
  public void append(Batch batch, long arrivalNanos) {
    advance(arrivalNanos);
    if (batch.id() != null) {
      Host agent = hostOf(batch.id().host(), arrivalNanos);
      if (agent == null) {
        counts.refused.increment();
        return;
      }
      agent.heardAgent(arrivalNanos);
      if (agent.repeated(batch.id())) {
        counts.repeated.increment();
        return;
      }
    }
    measureClocks(batch, arrivalNanos);
    batch.rows().forEach(row -> place(row, arrivalNanos));
    batch.steps().forEach(step -> place(step, arrivalNanos));
    batch.events().forEach(event -> note(event, arrivalNanos));
  }

  /// Seals what is due.
  ///
  /// @param now the collector's clock, Unix nanoseconds; going backwards has no effect
  public void seal(long now) {
    advance(now);
    jobs.seal(now);
  }

  private void advance(long now) {
    if (now <= nowNanos) {
      return;
    }
    long target = Math.floorDiv(now, SECOND) - LAG_SECONDS - 1;
    long edge = sealedEdge;
    if (edge == Long.MIN_VALUE) {
      sinceSlot = target + 1;
    }
    if (target > edge) {
      long opened = edge == Long.MIN_VALUE ? target : edge + AHEAD;
      long first = Math.max(opened + 1, target + AHEAD - Ring.LENGTH + 1);
      for (long slot = first; slot <= target + AHEAD; slot++) {
        for (TableWindow table : tables.values()) {
          table.open(slot);
        }
      }
      sealedEdge = target;
    }
    nowNanos = now;
  }

  private @Nullable Host hostOf(String name, long arrivalNanos) {
    Host host = hosts.get(name);
    if (host == null && hosts.size() < config.hosts) {
      host = new Host(name, arrivalNanos);
      hosts.put(name, host);
    }
    return host;
  }

  private void measureClocks(Batch batch, long arrivalNanos) {
    String name = null;
    long newest = Long.MIN_VALUE;
    for (Row row : rowsAndSteps(batch)) {
      if (!row.host().equals(name)) {
        measureClock(name, newest, arrivalNanos);
        name = row.host();
        newest = Long.MIN_VALUE;
      }
      newest = Math.max(newest, row.timeNanos());
    }
    measureClock(name, newest, arrivalNanos);
  }

  private static Collection<Row> rowsAndSteps(Batch batch) {
    if (batch.steps().isEmpty()) {
      return batch.rows();
    }
    var all = new ArrayList<>(batch.rows());
    batch.steps().forEach(step -> all.add(step.row()));
    return all;
  }

  private void measureClock(@Nullable String name, long newestNanos, long arrivalNanos) {
    Host host = name == null ? null : hostOf(name, arrivalNanos);
    if (host != null) {
      host.heardOther(arrivalNanos);
      host.sent(arrivalNanos, newestNanos);
    }
  }

  private void place(Row row, long arrivalNanos) {
    if (row.table() == Table.GPU_SLOW && row.has(GPU_INDEX)) {
      gpuByIndex
          .computeIfAbsent(row.host(), _ -> new ConcurrentHashMap<>())
          .put(Long.toString(row.longValue(GPU_INDEX)), row.subject());
    }
    TableWindow table = tables.get(row.table());
    if (table == null) {
      return;
    }
    Host host = hostOf(row.host(), arrivalNanos);
    int subject = host == null ? -1 : table.subjects().findOrAdd(row.host(), row.subject());
    if (host == null || subject < 0) {
      counts.refused.increment();
      return;
    }
    long nanos = row.timeNanos() + host.clockOffsetNanos();
    if (writable(host, nanos)) {
      counts.rows.increment();
      table.put(subject, Math.floorDiv(nanos, SECOND), row);
      if (row.table() == Table.PORT && row.has(UP)) {
        noteLink(subject, nanos, row.longValue(UP) != 0);
      }
    }
  }

  private boolean writable(Host host, long nanos) {
    long slot = Math.floorDiv(nanos, SECOND);
    if (!host.clockBelieved()) {
      counts.unsettled.increment();
    } else if (slot <= sealedEdge) {
      counts.late.increment();
    } else if (slot > sealedEdge + AHEAD) {
      counts.ahead.increment();
    } else {
      return true;
    }
    return false;
  }

  private void noteLink(int port, long nanos, boolean up) {
    LinkHistory before = links.get(port);
    LinkHistory after = before == null ? LinkHistory.first(nanos, up) : before.with(nanos, up);
    if (!after.equals(before)) {
      links.put(port, after);
    }
  }

  private void place(Step step, long arrivalNanos) {
    Host host = hostOf(step.row().host(), arrivalNanos);
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
    Host host = hostOf(event.host(), arrivalNanos);
    if (host == null) {
      counts.refused.increment();
      return;
    }
    switch (event.name()) {
      case "lockstep.agent.stopped" -> host.stopped(event.timeNanos());
      case "lockstep.network.link.down" -> noteLink(event, host, false);
      case "lockstep.network.link.up" -> noteLink(event, host, true);
      case "lockstep.network.counter.saturated" -> noteSaturated(event);
      default -> {}
    }
  }

  private void noteLink(Event event, Host host, boolean up) {
    int port = port(event);
    if (port >= 0) {
      long nanos = event.timeNanos() + host.clockOffsetNanos();
      if (!links.containsKey(port)) {
        noteLink(port, nanos, !up);
      }
      noteLink(port, nanos, up);
    }
  }

  private void noteSaturated(Event event) {
    int port = port(event);
    Metric errors = Contract.metric("hw.errors");
    if (port >= 0 && errors != null) {
      var attributes = Map.of("hw.type", "network");
      Column column =
          errors.column(name -> attributes.getOrDefault(name, event.attributes().get(name)));
      if (column != null && column.table() == Table.PORT) {
        ports().saturated(port, column);
      }
    }
  }

  private int port(Event event) {
    int port = ports().subjects().findOrAdd(event.host(), event.subject());
    if (port < 0) {
      counts.refused.increment();
    }
    return port;
  }

  private TableWindow ports() {
    return table(Table.PORT);
  }

  // --- Reading: any thread, sealed slots and iterations only.

  /// The newest sealed slot, a Unix second; [Long#MIN_VALUE] before anything came.
  public long sealedEdge() {
    return sealedEdge;
  }

  /// The first slot after the start: nothing is known of earlier ones. [Long#MAX_VALUE] before
  /// anything came.
  public long sinceSlot() {
    return sinceSlot;
  }

  /// The collector's clock as it was last told, Unix nanoseconds; 0 before anything came.
  public long nowNanos() {
    return nowNanos;
  }

  /// The subjects of a table in the order of their indexes; those of [Table#GPU], [Table#PORT] and
  /// [Table#HOST] only. Indexes never change.
  public List<Watched> subjects(Table table) {
    return table(table).subjects().list();
  }

  /// The index of a subject; −1 when it was never seen.
  public int subject(Table table, String host, String subject) {
    return table(table).subjects().find(host, subject);
  }

  /// The value in a slot; NaN when it is absent, not sealed or out of the window.
  public double at(Column column, int subject, long slot) {
    TableWindow table = table(column.table());
    int place = table.place(column);
    long edge = sealedEdge;
    boolean readable = edge != Long.MIN_VALUE && slot <= edge && slot > edge - SECONDS;
    return readable ? table.get(place, subject, slot) : Double.NaN;
  }

  /// The newest sealed value that is at most [#FRESH_SECONDS] old; NaN when there is none.
  @Override
  public double latest(Column column, int subject) {
    return latest(column, subject, FRESH_SECONDS);
  }

  /// The newest value in the last so many sealed slots; NaN when there is none.
  public double latest(Column column, int subject, int seconds) {
    int age = age(column, subject, seconds);
    return age == NEVER ? Double.NaN : at(column, subject, sealedEdge - age);
  }

  /// How many slots before the sealed edge the newest value stands: 0 when it is in the newest
  /// sealed slot, [#NEVER] when there is none in the window.
  public int ageSeconds(Column column, int subject) {
    return age(column, subject, SECONDS);
  }

  private int age(Column column, int subject, int seconds) {
    long edge = sealedEdge;
    for (int age = 0; age < seconds; age++) {
      if (!Double.isNaN(at(column, subject, edge - age))) {
        return age;
      }
    }
    return NEVER;
  }

  /// The values of so many slots, oldest first; NaN where absent.
  ///
  /// @param lastSlot the newest of them
  public float[] range(Column column, int subject, long lastSlot, int seconds) {
    var values = new float[seconds];
    for (int i = 0; i < seconds; i++) {
      values[i] = (float) at(column, subject, lastSlot - seconds + 1 + i);
    }
    return values;
  }

  /// What is known of a counter: whether a missing increase means anything.
  public CounterState counter(Column column, int subject) {
    return table(column.table()).state(column, subject);
  }

  @Override
  public float[] last(Column column, int subject, int seconds) {
    return range(column, subject, sealedEdge, seconds);
  }

  @Override
  public long edgeNanos() {
    return (sealedEdge + 1) * SECOND;
  }

  /// When a port went down and up; null when nothing is known of it.
  @Override
  public @Nullable LinkHistory link(int port) {
    return links.get(port);
  }

  /// The UUID of a host's GPU with that index; null when it is not known.
  public @Nullable String gpu(String host, String index) {
    return gpuByIndex.getOrDefault(host, Map.of()).get(index);
  }

  /// The index of a host's GPU with that UUID; null when it is not known.
  public @Nullable String gpuIndex(String host, String uuid) {
    for (var entry : gpuByIndex.getOrDefault(host, Map.of()).entrySet()) {
      if (entry.getValue().equals(uuid)) {
        return entry.getKey();
      }
    }
    return null;
  }

  /// Every host that was ever heard of, in no order.
  public Collection<Host> hosts() {
    return Collections.unmodifiableCollection(hosts.values());
  }

  /// The host of that name; null when it was never heard of.
  public @Nullable Host host(String name) {
    return hosts.get(name);
  }

  /// The attempts of jobs that were heard in the last hour, the first heard first.
  public List<JobWindow> jobs() {
    return jobs.list();
  }

  /// What was taken and what was refused since the start.
  public Counts counts() {
    return counts.now();
  }

  private TableWindow table(Table table) {
    TableWindow window = tables.get(table);
    if (window == null) {
      throw new IllegalArgumentException(
          "the window keeps " + TABLES + " second by second, not " + table);
    }
    return window;
  }
}
