package io.lockstep.collector.http;

import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The feeds of all clusters. Clusters come with their first agent, so they are asked for anew.
final class Feeds {
  private final Vertx vertx;
  private final Supplier<List<Views>> views;
  private final InstantSource clock;
  private final HttpCounts counts;
  private final Map<String, Feed> known = new LinkedHashMap<>();

  /// @param views one per cluster, the configured one first; never empty
  Feeds(Vertx vertx, Supplier<List<Views>> views, InstantSource clock, HttpCounts counts) {
    this.vertx = vertx;
    this.views = views;
    this.clock = clock;
    this.counts = counts;
  }

  /// The names of the clusters that the visitor may see, the configured one first.
  List<String> clusters(Visitor visitor) {
    return views.get().stream().map(Views::cluster).filter(visitor::sees).toList();
  }

  /// The feed of a cluster; null when there is none that the visitor may see.
  ///
  /// @param cluster null for the first that the visitor may see
  @Nullable Feed of(@Nullable String cluster, Visitor visitor) {
    for (Views one : views.get()) {
      boolean wanted = cluster == null || one.cluster().equals(cluster);
      if (wanted && visitor.sees(one.cluster())) {
        return known.computeIfAbsent(one.cluster(), _ -> new Feed(vertx, one, clock, counts));
      }
    }
    return null;
  }

  /// Lets every feed tell its readers what has changed.
  void tick() {
    known.values().forEach(Feed::tick);
  }
}
