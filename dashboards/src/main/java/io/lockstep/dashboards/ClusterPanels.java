package io.lockstep.dashboards;

import static io.lockstep.dashboards.Sql.CLUSTER;
import static io.lockstep.dashboards.Sql.CLUSTER_LATELY;
import static io.lockstep.dashboards.Sql.CLUSTER_NOW;
import static io.lockstep.dashboards.Sql.lines;

import java.util.List;
import java.util.Map;

/// The whole cluster.
final class ClusterPanels {
  private static final String LATEST =
      "(SELECT * FROM gpu WHERE " + CLUSTER_NOW + " LATEST ON ts PARTITION BY subject)";

  static final List<Panel> ALL =
      List.of(
          Panel.number(
              "Servers",
              "Servers that reported in the last minute.",
              Panel.PLAIN,
              "SELECT count_distinct(host) AS \"servers\" FROM host WHERE " + CLUSTER_NOW),
          Panel.number(
              "GPUs that answer",
              "GPUs that answered their driver in the last minute.",
              Panel.PLAIN,
              "SELECT sum(CASE WHEN state = 1 THEN 1 ELSE 0 END) AS \"answer\" FROM " + LATEST),
          Panel.number(
              "GPUs that do not",
              "GPUs that are lost, missing, hang, or must be reset. A server that is silent reports"
                  + " none of its GPUs.",
              Panel.PLAIN,
              "SELECT sum(CASE WHEN state > 1 THEN 1 ELSE 0 END) AS \"do not answer\" FROM "
                  + LATEST),
          Panel.number(
              "XIDs and SXids",
              "Errors of GPUs and NVSwitches that the driver reported in the range.",
              Panel.PLAIN,
              EventSql.errors()),
          Panel.number(
              "Power of all GPUs",
              "Sum of what all GPUs drew last.",
              "watt",
              "SELECT sum(power) AS \"power\" FROM " + LATEST),
          Panel.number(
              "Hottest GPU",
              "The highest temperature of a GPU just now.",
              "celsius",
              "SELECT max(temperature) AS \"hottest\" FROM " + LATEST),
          Panel.lines(
              "Utilization of GPUs",
              "Share of the time in which a kernel was running: mean over all GPUs, and the idlest.",
              "percentunit",
              lines(
                  "avg(utilization) AS \"mean\", min(utilization) AS \"lowest\"", "gpu", CLUSTER)),
          Panel.lines(
              "Power of all GPUs over time",
              "Mean power of a GPU times the number of GPUs that report it.",
              "watt",
              lines(
                  "avg(power) * count_distinct(subject) AS \"all GPUs\"",
                  "gpu",
                  CLUSTER + " AND power IS NOT NULL")),
          Panel.lines(
              "Temperature of GPUs",
              "Mean and hottest GPU; the memory where GPUs report it.",
              "celsius",
              lines(
                  "avg(temperature) AS \"mean\", max(temperature) AS \"hottest\","
                      + " max(temperature_memory) AS \"hottest memory\"",
                  "gpu",
                  CLUSTER)),
          Panel.lines(
              "Clock of GPUs",
              "SM clock: mean over all GPUs, and the slowest of those that work.",
              "hertz",
              lines(
                  "avg(clock_sm) AS \"mean\", min(CASE WHEN (clock_event_reasons & 1) = 0 THEN"
                      + " clock_sm END) AS \"slowest at work\"",
                  "gpu",
                  CLUSTER)),
          Panel.lines(
              "GPUs held back",
              "GPUs whose clock was held back in the interval, by reason. Power caps are usual"
                  + " under full load.",
              Panel.PLAIN,
              lines(
                  heldBack(96, "heat")
                      + ", "
                      + heldBack(128, "power brake")
                      + ", "
                      + heldBack(8, "hardware slowdown")
                      + ", "
                      + heldBack(4, "power cap"),
                  "gpu",
                  CLUSTER + " AND clock_event_reasons IS NOT NULL")),
          Panel.lines(
              "Ports down",
              "InfiniBand and RoCE ports that were down in the interval.",
              Panel.PLAIN,
              lines(
                  "count_distinct(CASE WHEN up = 0 THEN concat(host, '/', subject) END) AS"
                      + " \"down\"",
                  "port",
                  CLUSTER + " AND up IS NOT NULL")),
          Panel.table(
                  "Hottest servers",
                  "The last minute, by server; a click on a server shows it below.",
                  Map.of(
                      "hottest GPU", "celsius",
                      "power", "watt",
                      "utilization", "percentunit"),
                  """
                  SELECT host AS "server", max(temperature) AS "hottest GPU", sum(power) AS "power", avg(utilization) AS "utilization", count() AS "GPUs"
                  FROM %s GROUP BY host ORDER BY "hottest GPU" DESC LIMIT 20\
                  """
                      .formatted(LATEST))
              .wide(12),
          Panel.table(
                  "Servers by their last word",
                  "When each server was heard last, the most silent first; whoever was silent for"
                      + " two hours is not shown.",
                  Map.of(),
                  """
                  SELECT host AS "server", ts AS "heard last"
                  FROM (SELECT host, ts FROM host_slow WHERE %s LATEST ON ts PARTITION BY host)
                  ORDER BY ts LIMIT 10\
                  """
                      .formatted(CLUSTER_LATELY))
              .wide(12),
          Panel.table(
                  "GPUs in trouble",
                  "GPUs that do not answer, ask for recovery, have lost links or lanes, or memory"
                      + " rows that wait to be remapped.",
                  Map.of("since", "s", "state", Panel.STATE),
                  """
                  SELECT host AS "server", subject AS "GPU", state AS "state", state_age AS "since", recovery_action AS "recovery action",
                    nvlink_lost AS "NVLinks lost", pcie_lanes_lost AS "PCIe lanes lost", row_remaps_pending AS "remaps pending", row_remaps_failed AS "remaps failed"
                  FROM %s WHERE state > 1 OR recovery_action > 0 OR nvlink_lost > 0 OR pcie_lanes_lost > 0 OR row_remaps_pending > 0 OR row_remaps_failed > 0
                  ORDER BY "server", "GPU" LIMIT 50\
                  """
                      .formatted(LATEST))
              .with(Meanings.GPU)
              .wide(24),
          Panel.table(
              "Memory errors of GPUs",
              "GPUs with ECC errors since their driver was loaded, the gravest first.",
              Map.of(),
              """
              SELECT host AS "server", subject AS "GPU", ecc_uncorrected AS "uncorrected", ecc_corrected AS "corrected"
              FROM %s WHERE ecc_uncorrected > 0 OR ecc_corrected > 0
              ORDER BY "uncorrected" DESC, "corrected" DESC LIMIT 20\
              """
                  .formatted(LATEST)),
          Panel.table(
                  "Ports in trouble",
                  "Ports that are down, or whose link was down since the counters began.",
                  Map.of("rate", "Bps", "link", Panel.STATE),
                  """
                  SELECT host AS "server", subject AS "port", up AS "link", rate AS "rate", link_downed AS "times down", symbol_error AS "symbol errors"
                  FROM (SELECT * FROM port WHERE %s LATEST ON ts PARTITION BY host, subject)
                  WHERE up = 0 OR link_downed > 0 ORDER BY "link", "times down" DESC LIMIT 20\
                  """
                      .formatted(CLUSTER_NOW))
              .with(Meanings.PORT),
          Panel.table(
                  "Errors of GPUs and switches",
                  "The newest XIDs and SXids that the driver reported.",
                  Map.of(),
                  EventSql.newestErrors())
              .wide(24));

  private ClusterPanels() {}

  private static String heldBack(int bits, String name) {
    return "count_distinct(CASE WHEN (clock_event_reasons & "
        + bits
        + ") > 0 THEN subject END) AS \""
        + name
        + "\"";
  }
}
