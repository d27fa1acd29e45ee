package io.lockstep.collector.store;

import io.lockstep.telemetry.config.Authorities;
import io.lockstep.telemetry.config.FileProblem;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.rows.Batch;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The time series store: keeps batches in a journal, and brings them into the store. By default a
/// QuestDB of its own beside the collector, else any store that takes InfluxDB's line protocol.
public final class SeriesStore implements AutoCloseable {
  /// Which store.
  public enum Kind {
    /// QuestDB as a child process, started and supervised by the collector.
    QUESTDB,
    /// An external store: InfluxDB 1.8 or newer, VictoriaMetrics, or another that takes
    /// `/api/v2/write`.
    INFLUX
  }

  /// Which store, and how it is written to.
  public record Config(
      Kind kind,
      QuestDbServer.Config questdb,
      ReadAccess readAccess,
      Influx influx,
      StoreWriter.Config writer) {
    public static final Config DEFAULT =
        new Config(
            Kind.QUESTDB,
            QuestDbServer.Config.DEFAULT,
            ReadAccess.DEFAULT,
            Influx.DEFAULT,
            StoreWriter.Config.DEFAULT);

    public Config {
      if (kind != Kind.QUESTDB && readAccess.enabled()) {
        throw new IllegalArgumentException(
            "read_access opens the default store only: set enabled: false, or kind: questdb");
      }
    }
  }

  /// An external store. Used only with `kind: influx`.
  ///
  /// @param url its address, `http` or `https`, with the path before `/api/v2/write` if there is
  ///   one: `http://influx.example:8086`, `http://vminsert.example:8480/insert/0/influx`
  /// @param tokenFile file that holds its token, or, with a user, the password; read again when it
  ///   changes; empty when it asks for none
  /// @param user user name for stores that ask for user and password; empty for token or nothing
  /// @param caFile PEM of the authorities that its certificate may come from; empty for Java's
  /// @param org InfluxDB's organization; VictoriaMetrics ignores it
  /// @param bucket InfluxDB's bucket, `database/retention policy` on 1.8; VictoriaMetrics ignores
  ///   it
  /// @param gzip whether requests are compressed, at 0.6 CPU-seconds per million values
  public record Influx(
      String url,
      String tokenFile,
      String user,
      String caFile,
      String org,
      String bucket,
      boolean gzip) {
    public static final Influx DEFAULT =
        new Influx("http://127.0.0.1:8086", "", "", "", "lockstep", "lockstep", true);

    public Influx {
      URI parsed = URI.create(url);
      boolean http = "http".equals(parsed.getScheme()) || "https".equals(parsed.getScheme());
      if (!http || parsed.getHost() == null) {
        throw new IllegalArgumentException("url must be http://HOST:PORT, is " + url);
      }
      if (parsed.getUserInfo() != null || parsed.getQuery() != null) {
        throw new IllegalArgumentException(
            "url must be without user and question mark: user, token_file and bucket say those");
      }
      if (!caFile.isEmpty() && !"https".equals(parsed.getScheme())) {
        throw new IllegalArgumentException("ca_file is for https, url is " + url);
      }
    }

    private @Nullable Authorities trust() throws IOException {
      if (caFile.isEmpty()) {
        return null;
      }
      Path pem = Path.of(caFile);
      try {
        return Authorities.read(pem).orElseThrow(() -> new CertificateException("no certificate"));
      } catch (GeneralSecurityException e) {
        throw new IOException(
            "store.influx.ca_file "
                + pem
                + " must hold certificates, PEM: -----BEGIN CERTIFICATE-----",
            e);
      } catch (IOException e) {
        throw new IOException("store.influx.ca_file " + FileProblem.words(pem, e), e);
      }
    }
  }

  private final Config config;
  private final @Nullable QuestDbServer server;
  private final Supplier<@Nullable StoreAddress> address;
  private final StoreReach reach;
  private final RefusedLines refused;
  private final Journal journal;
  private final StoreWriter writer;
  private final @Nullable RollUps rollUps;

  private SeriesStore(
      Config config,
      @Nullable QuestDbServer server,
      Supplier<@Nullable StoreAddress> address,
      Path folder,
      InstantSource clock)
      throws IOException {
    this.config = config;
    this.server = server;
    this.address = address;
    this.reach = new StoreReach(clock, () -> server == null ? "" : server.shortOfRoom());
    this.refused =
        new RefusedLines(
            folder.resolve("refused.jsonl"),
            (long) config.writer().refusedMebibytes() << 20,
            clock);
    boolean questdb = config.kind() == Kind.QUESTDB;
    this.rollUps =
        questdb && config.questdb().rollups().enabled()
            ? new RollUps(
                new StaleMinutes(folder.resolve("rollups"), nanos(clock)), this::query, clock)
            : null;
    if (rollUps == null) {
      // Or nobody would know of the minutes between, once they are switched on again.
      Files.deleteIfExists(folder.resolve("rollups"));
    }
    var target =
        new LinePost.Target(
            config.influx().org(),
            config.influx().bucket(),
            !questdb && config.influx().gzip(),
            questdb ? null : config.influx().trust());
    this.journal =
        new Journal(folder.resolve("journal"), (long) config.writer().journalMebibytes() << 20);
    this.writer =
        new StoreWriter(
            config.writer(),
            questdb ? Long.MAX_VALUE : (long) config.writer().requestKibibytes() << 10,
            new LineProtocol(questdb),
            journal,
            new LinePost(address, target),
            refused,
            this::suspended,
            reach,
            rollUps == null ? null : rollUps.stale(),
            clock);
  }

  private static long nanos(InstantSource clock) {
    return clock.millis() * 1_000_000;
  }

  /// Opens the store; returns before a supervised QuestDB is up.
  ///
  /// @param folder the collector's folder for the store: QuestDB's data in `questdb`, what is not
  ///   stored yet in `journal`, refused lines
  /// @throws IOException when the folder can't be made or a file of an external store can't be used
  public static SeriesStore open(Config config, Path folder, InstantSource clock)
      throws IOException {
    Files.createDirectories(folder);
    return switch (config.kind()) {
      case QUESTDB -> {
        var server =
            new QuestDbServer(
                config.questdb(),
                config.readAccess(),
                folder.resolve("questdb"),
                QuestDbServer.ownClassPath(),
                clock);
        var store = new SeriesStore(config, server, server::address, folder, clock);
        server.start();
        yield store;
      }
      case INFLUX ->
          new SeriesStore(config, null, new ExternalAddress(config.influx()), folder, clock);
    };
  }

  /// Keeps a batch for the store: its wide rows when it has a batch id, its points, events and
  /// steps always. Any thread; writes to a file.
  public StoreResult write(Batch batch) {
    return writer.write(batch);
  }

  /// Done when the store has all that was kept until now, also what would wait for others of its
  /// time.
  public CompletionStage<?> flush() {
    return writer.flush();
  }

  /// Done when the store is up for the first time; fails with an [IOException] that says what is in
  /// the way, such as another process on the data folder. At once for an external store.
  public CompletionStage<?> firstReady() {
    QuestDbServer own = server;
    return own == null ? CompletableFuture.completedStage("") : own.firstReady();
  }

  /// The supervised QuestDB, for questions in SQL; null while it is not up, and for an external
  /// store.
  public @Nullable QuestDbQuery query() {
    StoreAddress now = address.get();
    return server == null || now == null ? null : new QuestDbQuery(now);
  }

  /// What makes the rows of one minute; null where there are none.
  public @Nullable RollUps rollUps() {
    return rollUps;
  }

  /// The supervised QuestDB; null for an external store.
  public @Nullable QuestDbServer server() {
    return server;
  }

  public StoreState state() {
    QuestDbServer own = server;
    StoreAddress now = address.get();
    var tables = new TreeMap<String, String>();
    if (own != null) {
      own.state().suspended().forEach((table, why) -> tables.put(table.tableName(), why));
    }
    return new StoreState(
        config.kind().name().toLowerCase(Locale.ROOT),
        now == null ? "" : now.url(),
        reach.reachable(),
        reach.since(),
        reason(own),
        journal.bytes(),
        journal.max(),
        writer.storedLines(),
        writer.storedValues(),
        refused.count(),
        writer.skippedRows(),
        writer.later(),
        tables,
        own == null ? null : own.state());
  }

  private String reason(@Nullable QuestDbServer own) {
    if (own == null) {
      return reach.reason();
    }
    ServerState server = own.state();
    return switch (server.phase()) {
      case STARTING -> "it is starting";
      case DOWN, HUNG -> server.reason();
      case STOPPED -> "it was stopped";
      case READY ->
          server.suspended().isEmpty()
              ? reach.reason()
              : "suspended tables: " + server.suspended() + server.room().words();
    };
  }

  private Set<Table> suspended() {
    QuestDbServer own = server;
    return own == null ? Set.of() : own.state().suspended().keySet();
  }

  /// Sends what is kept, stops a supervised QuestDB in order; some seconds at most.
  @Override
  public void close() throws IOException {
    writer.close();
    journal.close();
    if (rollUps != null) {
      rollUps.close();
    }
    if (server != null) {
      server.close();
    }
    refused.close();
  }
}
