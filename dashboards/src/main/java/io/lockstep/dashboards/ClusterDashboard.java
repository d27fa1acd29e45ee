package io.lockstep.dashboards;

import java.util.List;

/// The dashboard `Lockstep cluster`: from the cluster to a server to its GPUs, each a row of panels
/// of its own.
final class ClusterDashboard {
  /// A row of panels under one title.
  ///
  /// @param interval the shortest between two points of a line, as in `10s`
  record Section(String title, String interval, List<Panel> panels) {
    Section {
      panels = List.copyOf(panels);
    }
  }

  /// What a user chooses at the top.
  ///
  /// @param name as in `${cluster}`
  /// @param label for people
  /// @param query its values; `__text` and `__value` where they differ
  /// @param all what stands for all of them where several may be chosen; empty where one is
  record Variable(String name, String label, String query, String all) {}

  /// Marks on every panel over time.
  ///
  /// @param query columns `time`, `text`, `tags`
  /// @param color one of Grafana's names
  record Marks(String name, String query, String color, boolean shown) {}

  static final String UID = "lockstep-cluster";
  static final String TITLE = "Lockstep cluster";

  /// What there was in the range, or a little before: these rows come every ten seconds.
  private static final String SEEN = "ts BETWEEN dateadd('s', -30, $__timeFrom()) AND $__timeTo()";

  static final List<Variable> VARIABLES =
      List.of(
          new Variable(
              "cluster",
              "Cluster",
              "SELECT DISTINCT cluster FROM host_slow WHERE " + SEEN + " ORDER BY cluster",
              ""),
          new Variable(
              "host",
              "Server",
              "SELECT DISTINCT host FROM host_slow WHERE "
                  + SEEN
                  + " AND cluster = ${cluster:sqlstring} ORDER BY host",
              ""),
          new Variable(
              "gpu",
              "GPU",
              """
              SELECT concat(gpu_index, ' · ', subject) AS __text, subject AS __value
              FROM (SELECT g.subject, s.gpu_index
                FROM (SELECT subject FROM gpu WHERE %s
                  UNION SELECT subject FROM gpu_slow
                  WHERE %s AND cluster = ${cluster:sqlstring} AND host = ${host:sqlstring}) g
                LEFT JOIN (SELECT subject, last(gpu_index) AS gpu_index FROM gpu_slow
                  WHERE %s GROUP BY subject) s ON s.subject = g.subject)
              ORDER BY gpu_index, subject\
              """
                  .formatted(Sql.SERVER_NOW, SEEN, Sql.SERVER_LATELY),
              Sql.ALL_GPUS));

  static final List<Marks> MARKS =
      List.of(
          new Marks("XIDs and SXids", EventSql.marks(EventSql.GPU, EventSql.SWITCH), "red", true),
          new Marks("Links down", EventSql.marks(EventSql.LINK_DOWN), "orange", false),
          new Marks("Kernel faults", EventSql.marks(EventSql.KERNEL), "yellow", false));

  static final List<Section> SECTIONS =
      List.of(
          // Servers report each second at a moment of their own: a sum needs a few rounds of all.
          new Section("Cluster $cluster", "10s", ClusterPanels.ALL),
          new Section("Server $host", "1s", ServerPanels.ALL),
          new Section("GPUs of $host", "1s", GpuPanels.ALL),
          new Section("Days and months of $cluster, $host", "1m", HistoryPanels.ALL));

  private ClusterDashboard() {}
}
