package io.lockstep.dashboards;

import io.lockstep.collector.store.QuestDbQuery;
import io.lockstep.collector.store.QuestDbServer;
import io.lockstep.collector.store.ReadAccess;
import io.lockstep.collector.store.RollUps;
import io.lockstep.collector.store.SeriesStore;
import io.lockstep.collector.store.StoreResult;
import io.lockstep.collector.store.StoreWriter;
import io.lockstep.simulator.ClusterSpec;
import io.lockstep.simulator.Fault;
import io.lockstep.simulator.Injected;
import io.lockstep.simulator.Parcel;
import io.lockstep.simulator.Simulation;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.BatchId;
import io.lockstep.telemetry.rows.Batch;
import io.lockstep.telemetry.rows.BatchReader;
import io.lockstep.telemetry.rows.Event;
import io.lockstep.telemetry.rows.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/// A QuestDB with two clusters in it: one from the simulator with faults, and one of two servers
/// whose every value is known.
final class StoredClusters implements AutoCloseable {
  static final String SIMULATED = "demo";
  static final String KNOWN = "known";
  static final int SECONDS = 240;

  /// GPUs of the known cluster, two a server, and what they say: constant but for the counters.
  static final int KNOWN_GPUS = 4;

  private static final Duration LONG = Duration.ofMinutes(2);

  private final Path folder;
  private final SeriesStore store;
  final Instant from;
  final Instant to;

  StoredClusters(Path folder) throws Exception {
    this.folder = folder;
    var config =
        new SeriesStore.Config(
            SeriesStore.Kind.QUESTDB,
            new QuestDbServer.Config(
                0,
                256,
                Duration.ofDays(7),
                RollUps.Config.DEFAULT,
                io.lockstep.telemetry.config.ByteSize.ofMebibytes(64),
                Map.of()),
            new ReadAccess(true, "127.0.0.1:0", "", false),
            SeriesStore.Influx.DEFAULT,
            new StoreWriter.Config(Duration.ofMillis(20), 256, 4096, 1));
    var ahead = new AtomicReference<>(Duration.ZERO);
    InstantSource clock = () -> Instant.now().plus(ahead.get());
    this.store = SeriesStore.open(config, folder, clock);
    store.firstReady().toCompletableFuture().get(LONG.toSeconds(), TimeUnit.SECONDS);
    // Not on a second, so that ranges have a fraction.
    this.to = Instant.ofEpochSecond(Instant.now().getEpochSecond()).plusMillis(120);
    this.from = to.minusSeconds(SECONDS);
    simulate();
    write(List.of(known()));
    awaitApplied();
    ahead.set(Duration.ofMinutes(10)); // as if the last minutes were over
    RollUps minutes = Objects.requireNonNull(store.rollUps());
    long end = System.nanoTime() + LONG.toNanos();
    while (minutes.state().waiting() > 0 && System.nanoTime() < end) {
      Thread.sleep(50);
    }
    awaitApplied();
  }

  private void simulate() throws Exception {
    var spec = ClusterSpec.withSpare(10, 3, 1.0);
    var faults =
        List.of(
            Fault.parse("gpu-lost@node-0009/3,start=60s"),
            Fault.parse("gpu-slow,start=30s"),
            Fault.parse("port-down@node-0009/mlx5_2/1,start=100s"));
    var simulation = new Simulation(spec, Injected.place(spec, faults), nanos(from));
    var parcels = new ArrayList<Parcel>();
    for (int i = 0; i < SECONDS; i++) {
      simulation.advance(parcels::add);
    }
    var reader = new BatchReader(BatchReader.Limits.DEFAULT);
    var batches = new ArrayList<Batch>();
    for (Parcel parcel : parcels) {
      batches.add(
          reader.read(
              SIMULATED, _ -> true, "", parcel.signal(), parcel.id(), parcel.body(), nanos(to)));
    }
    write(batches);
  }

  private Batch known() {
    var rows = new ArrayList<Row>();
    for (int second = 0; second < SECONDS; second++) {
      long time = nanos(from.plusSeconds(second));
      for (int i = 0; i < KNOWN_GPUS; i++) {
        // Each server at a moment of its own.
        rows.add(gpu(i, second, i < 2 ? time : time + 500_000_000));
      }
      rows.add(port(second, time));
      rows.add(host("a", time));
      rows.add(host("b", time));
    }
    var id = new BatchId("known", 1, 0);
    var events =
        List.of(
            event(1, EventSql.SWITCH, "lockstep.nvswitch.sxid", "20034"),
            event(2, EventSql.KERNEL, "error.type", "pcie"));
    return new Batch(KNOWN, id, rows, List.of(), events, List.of(), 0, "");
  }

  private Event event(int number, String name, String attribute, String value) {
    return new Event(
        "known/" + number,
        nanos(from.plusSeconds(100)),
        "b",
        "lockstep-agent",
        name,
        17,
        "",
        name + " " + value,
        Map.of(attribute, value));
  }

  private static Row gpu(int index, int second, long time) {
    var row = new Row(Table.GPU, index < 2 ? "a" : "b", "GPU-known-" + index, time);
    row.set(Contract.column(Table.GPU, "utilization"), 0.25 * (index + 1));
    row.set(Contract.column(Table.GPU, "power"), 300.0 + 100 * index);
    row.set(Contract.column(Table.GPU, "temperature"), 40.0 + 10 * index);
    row.set(Contract.column(Table.GPU, "clock_sm"), 1e9 + 1e8 * index);
    row.set(
        Contract.column(Table.GPU, "clock_event_reasons"), new long[] {0, 0x20, 0x40, 4}[index]);
    row.set(Contract.column(Table.GPU, "memory_used"), 1_000_000_000L * (index + 1));
    row.set(Contract.column(Table.GPU, "state"), 1L);
    row.set(Contract.column(Table.GPU, "ecc_corrected"), index == 1 ? second : 0L);
    row.set(Contract.column(Table.GPU, "ecc_uncorrected"), index == 2 ? 1L : 0L);
    return row;
  }

  /// 1 GB/s come in, 2 GB/s go out.
  private static Row port(int second, long time) {
    var row = new Row(Table.PORT, "a", "mlx5_0/1", time);
    row.set(Contract.column(Table.PORT, "up"), 1L);
    row.set(Contract.column(Table.PORT, "rate"), 5e10);
    row.set(Contract.column(Table.PORT, "received"), 1_000_000_000L * second);
    row.set(Contract.column(Table.PORT, "transmitted"), 2_000_000_000L * second);
    return row;
  }

  private static Row host(String host, long time) {
    var row = new Row(Table.HOST, host, Table.HOST_SUBJECT, time);
    row.set(Contract.column(Table.HOST, "cpu_mean"), 0.5);
    row.set(Contract.column(Table.HOST, "memory_used"), 4_000_000_000L);
    return row;
  }

  private void write(List<Batch> batches) throws Exception {
    for (Batch batch : batches) {
      StoreResult result = store.write(batch);
      if (!(result instanceof StoreResult.Kept kept) || kept.refused() > 0) {
        throw new IllegalStateException("not kept: " + result);
      }
    }
    store.flush().toCompletableFuture().get(LONG.toSeconds(), TimeUnit.SECONDS);
  }

  private void awaitApplied() throws Exception {
    QuestDbQuery query = Objects.requireNonNull(store.query());
    long end = System.nanoTime() + LONG.toNanos();
    while (query.number("SELECT count() FROM wal_tables() WHERE sequencerTxn <> writerTxn") > 0) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("what was stored is not to be seen");
      }
      Thread.sleep(50);
    }
  }

  /// A connection as Grafana has it: the reading user, simple queries, no TLS.
  Connection connect() throws Exception {
    var properties = new Properties();
    properties.put("user", ReadAccess.USER);
    properties.put("password", Files.readString(folder.resolve("questdb/read-password")).strip());
    properties.put("preferQueryMode", "simple");
    properties.put("sslmode", "disable");
    int port = Objects.requireNonNull(store.server()).readPort();
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:" + port + "/" + ReadAccess.DATABASE, properties);
  }

  private static long nanos(Instant time) {
    return time.getEpochSecond() * 1_000_000_000L + time.getNano();
  }

  @Override
  public void close() throws IOException {
    store.close();
  }
}
