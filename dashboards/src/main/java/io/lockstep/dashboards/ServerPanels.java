package io.lockstep.dashboards;

import static io.lockstep.dashboards.Sql.SERVER;
import static io.lockstep.dashboards.Sql.SERVER_LATELY;
import static io.lockstep.dashboards.Sql.SERVER_NOW;
import static io.lockstep.dashboards.Sql.lines;
import static io.lockstep.dashboards.Sql.linesBy;
import static io.lockstep.dashboards.Sql.ratesBySubject;

import java.util.List;
import java.util.Map;

/// One server and its ports.
final class ServerPanels {
  static final List<Panel> ALL =
      List.of(
          Panel.table(
                  "GPUs of the server",
                  "What each GPU said last, of a lost one what it was before. The index is the"
                      + " driver's and shifts when a GPU is lost; the UUID stays.",
                  Map.of(
                      "state", Panel.STATE,
                      "utilization", "percentunit",
                      "power", "watt",
                      "power limit", "watt",
                      "temperature", "celsius",
                      "SM clock", "hertz",
                      "memory used", "bytes",
                      "memory", "bytes"),
                  """
                  SELECT s.gpu_index AS "index", g.subject AS "GPU", g.state AS "state", g.utilization AS "utilization",
                    g.power AS "power", s.power_limit AS "power limit", g.temperature AS "temperature", g.clock_sm AS "SM clock",
                    g.memory_used AS "memory used", s.memory AS "memory", s.pcie_generation AS "PCIe generation", s.pcie_width AS "PCIe lanes"
                  FROM (SELECT * FROM gpu WHERE %s LATEST ON ts PARTITION BY subject) g
                  LEFT JOIN (SELECT * FROM gpu_slow WHERE %s LATEST ON ts PARTITION BY subject) s ON s.subject = g.subject
                  ORDER BY "index", "GPU" LIMIT 64\
                  """
                      .formatted(SERVER_NOW, SERVER_LATELY))
              .with(Meanings.GPU)
              .wide(24),
          Panel.lines(
              "Processors",
              "Share of the time in which processors were busy: mean over all cores, the busiest"
                  + " core, and waiting for disks.",
              "percentunit",
              lines(
                  "avg(cpu_mean) AS \"mean\", max(cpu_max) AS \"busiest core\","
                      + " avg(cpu_iowait) AS \"waiting for disks\"",
                  "host",
                  SERVER)),
          Panel.lines(
              "Memory",
              "Memory in use, and what programs can still have.",
              "bytes",
              lines(
                  "avg(memory_used) AS \"used\", min(memory_available) AS \"available\"",
                  "host",
                  SERVER)),
          Panel.lines(
              "Traffic of ports",
              "Bytes received and transmitted each second, by port.",
              "Bps",
              ratesBySubject("received", " received", "port", SERVER),
              ratesBySubject("transmitted", " transmitted", "port", SERVER)),
          Panel.states(
              "Ports",
              "Whether each port can carry traffic: down when it was at any time of the interval.",
              Meanings.PORT,
              linesBy("subject", "min(up)", "port", SERVER)),
          Panel.lines(
                  "Errors of ports",
                  "Errors each second: the link went down, symbols, packets received in error.",
                  "cps",
                  ratesBySubject("link_downed", " link down", "port", SERVER),
                  ratesBySubject("symbol_error", " symbol", "port", SERVER),
                  ratesBySubject("port_rcv_errors", " received in error", "port", SERVER))
              .wide(12));

  private ServerPanels() {}
}
