package io.lockstep.collector.window;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.rows.Batch;
import io.lockstep.telemetry.rows.GpuJob;
import io.lockstep.telemetry.rules.CounterState;
import io.lockstep.telemetry.rules.LinkHistory;
import io.lockstep.telemetry.rules.Links;
import io.lockstep.telemetry.rules.Readings;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The last ten minutes of one cluster in memory, second by second, its last day in spans of ten
/// minutes, and the last iterations of its jobs.
///
/// **Slots.** A slot is one second and is named by its Unix second. A sample's slot is its own time
/// plus its host's measured clock offset ([Host#clockOffsetNanos()]). Slots are sealed
/// [#LAG_SECONDS] behind the collector's clock; what comes for a sealed slot is refused and
/// counted. A gauge's value is the sample's; a counter's is its increase since the subject's sample
/// before ([Counters]). NaN is absent: no sample came, or a counter's increase is not known. After
/// a start the window is empty, and [#sinceSlot()] says from when on it can know anything; what was
/// known before may come back from the store ([#recall]).
///
/// **Threads.** One thread calls [#append] and [#seal]. Any thread may call the rest: it sees
/// sealed slots and sealed iterations only, and those do not change.
///
/// **The past.** Of what was sealed, spans of ten minutes are kept for twenty-four hours: how many
/// seconds had a value, the least, the mean and the most ([Span]); of parts there are none.
///
/// **Memory.** [WindowSize] reckons it: at most 2 GiB for 10,000 GPUs, 10,000 ports, 1,250 hosts
/// and 10,000 ranks. A small cluster takes what its subjects take.
public final class Window implements Readings {
  /// How far back readers can look.
  public static final int SECONDS = 600;

  /// A slot is sealed when it has been over for so long.
  public static final int LAG_SECONDS = 2;

  /// [#ageSeconds] of what has no value in the whole window.
  public static final int NEVER = Integer.MAX_VALUE;

  /// How old [#latest(Column, int)] may be at most.
  public static final int FRESH_SECONDS = 5;

  /// How far ahead of the collector's clock a sample may be.
  public static final int AHEAD_SECONDS = 10;

  private static final long FULL_NANOS = 60_000_000_000L;

  /// How much of a cluster there is room for; what is beyond is refused and counted.
  ///
  /// @param gpus GPUs, each UUID ever seen since the start
  /// @param ports InfiniBand and RoCE ports
  /// @param hosts servers
  /// @param parts of servers that are judged: site checks, items of the inventory
  /// @param jobs attempts of jobs at a time
  /// @param ranks ranks of all jobs together
  public record Config(int gpus, int ports, int hosts, int parts, int jobs, int ranks) {
    public static final Config DEFAULT = new Config(24_000, 24_000, 4_000, 48_000, 64, 24_000);

    public Config {
      List<Integer> all = List.of(gpus, ports, hosts, parts, jobs, ranks);
      if (all.stream().anyMatch(one -> one < 1)) {
        throw new IllegalArgumentException(
            "window: gpus, ports, hosts, parts, jobs and ranks must be above 0, are " + all);
      }
    }
  }

  private final String cluster;
  private final Tables tables;
  private final Hosts hosts;
  private final Links links = new Links();
  private final Jobs jobs;
  private final Counts.Open counts = new Counts.Open();
  private final Appender appender;
  private long refusedBefore;
  private long fullUntilNanos;
  private volatile boolean full;
  private volatile Memory.State state = Memory.State.BACK;
  private volatile String reason = "";

  public Window(String cluster) {
    this(cluster, Config.DEFAULT);
  }

  public Window(String cluster, Config config) {
    this.cluster = cluster;
    this.tables = new Tables(config);
    this.hosts = new Hosts(config.hosts);
    this.jobs = new Jobs(config.jobs, config.ranks);
    this.appender = new Appender(tables, hosts, links, jobs, counts);
  }

  /// The cluster that all subjects belong to.
  public String cluster() {
    return cluster;
  }

  // Writing: one thread.

  /// Takes a batch.
  ///
  /// @param arrivalNanos when it came, by the collector's clock, Unix nanoseconds
  /// @return false when it had been taken before, or there is no room for its sender
  public boolean append(Batch batch, long arrivalNanos) {
    tables.advance(arrivalNanos);
    return appender.append(batch, arrivalNanos);
  }

  /// Says that what was known before the start may come back from the store.
  public void awaitRecall() {
    tables.hold(true);
    state = Memory.State.READING;
  }

  /// The index of a subject, given now when it is new; −1 when there is no room for it.
  public int subjectToRecall(Table table, String host, String subject) {
    return tables.kept(table).subjects().findOrAdd(host, subject);
  }

  /// Takes back what was known before the start. What came since stays as it is.
  public void recall(Recalled recalled) {
    tables.recall(recalled);
    recalled.links().forEach(links::recall);
    recalled.jobs().forEach(jobs::recall);
    state = Memory.State.BACK;
  }

  /// Says that nothing comes back.
  public void forgo(String why) {
    tables.hold(false);
    reason = why;
    state = Memory.State.LOST;
  }

  /// Spans that were closed since the last call, for the store; oldest first.
  public Map<Table, List<ClosedSpan>> takeClosedSpans() {
    return tables.takeClosedSpans();
  }

  /// Seals what is due.
  ///
  /// @param nowNanos the collector's clock, Unix nanoseconds; going backwards has no effect
  public void seal(long nowNanos) {
    tables.advance(nowNanos);
    jobs.seal(nowNanos);
    long refused = counts.now().refused();
    if (refused > refusedBefore) {
      refusedBefore = refused;
      fullUntilNanos = nowNanos + FULL_NANOS;
    }
    full = nowNanos < fullUntilNanos;
  }

  // Reading: any thread, sealed slots and iterations only.

  /// The newest sealed slot, a Unix second; [Long#MIN_VALUE] before anything came.
  public long sealedEdge() {
    return tables.sealedEdge();
  }

  /// The first slot of which something may be known: the first after the start, or, when what was
  /// known before came back from the store, one before it. [Long#MAX_VALUE] before anything came.
  public long sinceSlot() {
    return tables.sinceSlot();
  }

  /// The collector's clock as it was last told, Unix nanoseconds; 0 before anything came.
  public long nowNanos() {
    return tables.nowNanos();
  }

  /// The subjects of a table in the order of their indexes; those of [Table#GPU], [Table#PORT],
  /// [Table#HOST] and [Table#PART] only, of the last those that have a live column. Indexes never
  /// change.
  public List<Watched> subjects(Table table) {
    return tables.kept(table).subjects().list();
  }

  /// The index of a subject; −1 when it was never seen.
  public int subject(Table table, String host, String subject) {
    return tables.kept(table).subjects().find(host, subject);
  }

  /// The value in a slot; NaN when it is absent, not sealed or out of the window.
  public double at(Column column, int subject, long slot) {
    return tables.at(column, subject, slot);
  }

  /// The newest sealed value that is at most [Table#freshSeconds()] old; NaN when there is none.
  @Override
  public double latest(Column column, int subject) {
    return latest(column, subject, column.table().freshSeconds());
  }

  /// The newest value in the last so many sealed slots; NaN when there is none.
  public double latest(Column column, int subject, int seconds) {
    int age = age(column, subject, seconds);
    return age == NEVER ? Double.NaN : at(column, subject, sealedEdge() - age);
  }

  /// How many slots before the sealed edge the newest value stands: 0 when it is in the newest
  /// sealed slot, [#NEVER] when there is none in the window.
  public int ageSeconds(Column column, int subject) {
    return age(column, subject, SECONDS);
  }

  private int age(Column column, int subject, int seconds) {
    long edge = sealedEdge();
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

  /// The sum of a column over the last sealed slots: by how much a counter has grown; NaN when none
  /// of them has a value.
  public double sum(Column column, int subject, int seconds) {
    double sum = 0;
    boolean any = false;
    for (float value : last(column, subject, seconds)) {
      any |= !Float.isNaN(value);
      sum += Float.isNaN(value) ? 0 : value;
    }
    return any ? sum : Double.NaN;
  }

  /// What there was in the last twenty-four hours, in spans of ten minutes, oldest first; without
  /// those that had no value or of which nothing is known, and without the one that is not over. Of
  /// [Table#GPU], [Table#PORT] and [Table#HOST].
  public List<Span> past(Column column, int subject) {
    long now = Past.span(sealedEdge());
    var spans = new ArrayList<Span>();
    for (long index = now - Past.SPANS; index < now; index++) {
      Span span = tables.span(column, subject, index);
      if (span != null) {
        spans.add(span);
      }
    }
    return spans;
  }

  /// Whether a live column's values are increases of a counter.
  public boolean counts(Column column) {
    return LiveColumns.of(column.table()).counter(column) >= 0;
  }

  /// What is known of a counter: whether a missing increase means anything.
  public CounterState counter(Column column, int subject) {
    return tables.kept(column.table()).state(column, subject);
  }

  @Override
  public float[] last(Column column, int subject, int seconds) {
    return range(column, subject, sealedEdge(), seconds);
  }

  @Override
  public long edgeNanos() {
    return (sealedEdge() + 1) * 1_000_000_000L;
  }

  /// When a port went down and up; null when nothing is known of it.
  @Override
  public @Nullable LinkHistory link(int port) {
    return links.get(port);
  }

  /// What the last event about a part said, in one line; null when none was heard since the start.
  public @Nullable String words(String host, String subject) {
    PartSaid said = said(host, subject);
    return said == null ? null : said.words();
  }

  /// The same with all that it said.
  public @Nullable PartSaid said(String host, String subject) {
    return appender.said(host, subject);
  }

  /// The UUID of a host's GPU with that index; null when it is not known.
  public @Nullable String gpu(String host, String index) {
    GpuNames gpus = appender.gpus(host);
    return gpus == null ? null : gpus.uuid(index);
  }

  /// The index of a host's GPU with that UUID; null when it is not known.
  public @Nullable String gpuIndex(String host, String uuid) {
    GpuNames gpus = appender.gpus(host);
    return gpus == null ? null : gpus.index(uuid);
  }

  /// Whether the index of a GPU was another's too: then it does not say which GPU is meant.
  public boolean gpuMoved(String host, String uuid) {
    GpuNames gpus = appender.gpus(host);
    return gpus != null && gpus.moved(uuid);
  }

  /// The jobs that use a GPU, as its server's agent last said; empty when there is none, or nobody
  /// knows.
  public List<GpuJob> gpuJobs(String host, String gpu) {
    return appender.gpuJobs().of(host, gpu, nowNanos());
  }

  /// The same of each GPU of a host that its agent spoke of, by UUID.
  public Map<String, List<GpuJob>> gpuJobs(String host) {
    return appender.gpuJobs().of(host, nowNanos());
  }

  /// Every host that was ever heard of, in no order.
  public Collection<Host> hosts() {
    return hosts.all();
  }

  /// The host of that name; null when it was never heard of.
  public @Nullable Host host(String name) {
    return hosts.get(name);
  }

  /// The attempts of jobs that were heard in the last hour, the first heard first.
  public List<JobWindow> jobs() {
    return jobs.list();
  }

  /// Whether something was refused in the last minute because there is no room for it.
  public boolean full() {
    return full;
  }

  /// Whether it has back what was known before the start.
  public Memory memory() {
    return new Memory(
        state, reason, tables.startSlot(), tables.sinceSlot(), tables.pastSinceSlot());
  }

  /// What it takes now.
  public WindowSize size() {
    long iterations = jobs.list().stream().mapToLong(JobWindow::bytes).sum();
    return new WindowSize(tables.ringBytes(), tables.pastBytes(), iterations);
  }

  /// What was taken and what was refused since the start.
  public Counts counts() {
    return counts.now();
  }
}
