package io.lockstep.collector.receive;

import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Keeps account of series by sender and host, and gives places to new ones as long as there are
/// any. Not safe for threads.
final class SeriesBook {
  /// A sender alone has four fifths of all, two have four ninths each.
  private static final int TIMES_FREE = 4;

  /// A host takes as much room to keep account of as some series.
  private static final int SERIES_OF_HOST = 16;

  private static final int EXPLOSIONS_MAX = 128;

  private static final class Account {
    private final String name;
    private final Map<String, HostSeries> hosts = new HashMap<>();
    private int series;
    private @Nullable Explosion explosion;

    Account(String name) {
      this.name = name;
    }
  }

  private static final class HostSeries {
    private final Account sender;
    private final String name;
    private int series;
    private @Nullable Explosion explosion;

    HostSeries(Account sender, String name) {
      this.sender = sender;
      this.name = name;
    }
  }

  private final int hostMax;
  private final int max;
  private final int hostsMax;
  private final SeriesKey hashes;
  private final SeriesTable<HostSeries> table;
  private final Map<String, Account> senders = new HashMap<>();
  private int hosts;
  private int explosions;

  /// @param epochs for how many a series that is not heard keeps its place
  /// @param random makes hashes that nobody can foresee
  SeriesBook(SeriesLimit.Config config, int epochs, RandomGenerator random) {
    this.hostMax = config.hostMax();
    this.max = config.max();
    this.hostsMax = max / SERIES_OF_HOST;
    this.hashes = new SeriesKey(random);
    this.table = new SeriesTable<>(epochs, this::forget);
  }

  int series() {
    return table.size();
  }

  int hosts() {
    return hosts;
  }

  void advance(long epoch) {
    table.advance(epoch);
  }

  private void forget(HostSeries host) {
    host.sender.series--;
    host.series--;
    if (host.series > 0) {
      return;
    }
    hosts--;
    explosions -= host.explosion == null ? 0 : 1;
    host.sender.hosts.remove(host.name);
    if (host.sender.hosts.isEmpty()) {
      explosions -= host.sender.explosion == null ? 0 : 1;
      senders.remove(host.sender.name);
    }
  }

  /// What stands for a series.
  long key(String... parts) {
    return hashes.of(parts);
  }

  /// Whether a series has a place; it keeps it then.
  boolean hear(long key) {
    return table.hear(key);
  }

  /// Gives a place to a series that has none, where there is one.
  boolean add(String sender, long key, Explosion.Series series) {
    Account account = senders.get(sender);
    HostSeries host = account == null ? null : account.hosts.get(series.host());
    boolean room = !isFull(host) && hasRoom(account, host);
    if (room) {
      host = host == null ? newHost(sender, series.host()) : host;
      account = host.sender;
      table.add(key, host);
      host.series++;
      account.series++;
    }
    watch(account, host, series);
    return room;
  }

  private boolean isFull(@Nullable HostSeries host) {
    return host != null && host.series >= hostMax;
  }

  private boolean hasRoom(@Nullable Account account, @Nullable HostSeries host) {
    int left = max - table.size();
    int hostsLeft = hostsMax - hosts;
    if (left <= 0 || (host == null && hostsLeft <= 0)) {
      return false;
    }
    return account == null
        || (account.series < (long) TIMES_FREE * left
            && (host != null || account.hosts.size() < TIMES_FREE * hostsLeft));
  }

  private HostSeries newHost(String sender, String name) {
    Account account = senders.computeIfAbsent(sender, Account::new);
    var host = new HostSeries(account, name);
    account.hosts.put(name, host);
    hosts++;
    return host;
  }

  /// Begins to look at what is new when half of the bound is reached: most have never so many.
  private void watch(
      @Nullable Account account, @Nullable HostSeries host, Explosion.Series series) {
    if (host != null) {
      if (host.explosion == null && 2L * host.series >= hostMax) {
        host.explosion = newExplosion();
      }
      if (host.explosion != null) {
        host.explosion.add(series);
      }
    }
    if (account != null) {
      boolean many = account.series >= hostMax || account.hosts.size() >= hostsMax / 4;
      if (account.explosion == null && many) {
        account.explosion = newExplosion();
      }
      if (account.explosion != null) {
        account.explosion.add(series);
      }
    }
  }

  private @Nullable Explosion newExplosion() {
    if (explosions >= EXPLOSIONS_MAX) {
      return null;
    }
    explosions++;
    return new Explosion(hashes);
  }

  /// Why that host of that sender has no place for another series.
  String reason(String sender, String hostName) {
    Account account = senders.get(sender);
    HostSeries host = account == null ? null : account.hosts.get(hostName);
    if (host != null && isFull(host)) {
      return told(
          "host "
              + hostName
              + " has "
              + host.series
              + " series, as many as it may"
              + " (series.host_max)",
          host.explosion);
    }
    int series = account == null ? 0 : account.series;
    int many = account == null ? 0 : account.hosts.size();
    return told(
        "sender "
            + sender
            + " has "
            + series
            + " series of "
            + many
            + " hosts, and others need the room that is left (series.max)",
        account == null ? null : account.explosion);
  }

  private static String told(String why, @Nullable Explosion explosion) {
    return explosion == null ? why : why + ": " + explosion.words() + "; leave it out";
  }
}
