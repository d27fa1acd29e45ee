package io.lockstep.dashboards;

import static io.lockstep.dashboards.Sql.CLUSTER_MINUTES;
import static io.lockstep.dashboards.Sql.GPU;
import static io.lockstep.dashboards.Sql.GPU_NAME;
import static io.lockstep.dashboards.Sql.SERVER;
import static io.lockstep.dashboards.Sql.lines;
import static io.lockstep.dashboards.Sql.linesBy;

import java.util.List;

/// Days and months, from the store's rows of one minute.
final class HistoryPanels {
  static final List<Panel> ALL =
      List.of(
          Panel.lines(
              "Utilization of GPUs, by the minute",
              "Mean over all GPUs, and the idlest.",
              "percentunit",
              lines(
                  "avg(utilization_mean) AS \"mean\", min(utilization_min) AS \"lowest\"",
                  "gpu_1m",
                  CLUSTER_MINUTES)),
          Panel.lines(
              "Power of all GPUs, by the minute",
              "Mean power of a GPU times the number of GPUs that report it.",
              "watt",
              lines(
                  "avg(power_mean) * count_distinct(subject) AS \"all GPUs\"",
                  "gpu_1m",
                  CLUSTER_MINUTES + " AND power_mean IS NOT NULL")),
          Panel.lines(
              "Temperature of GPUs, by the minute",
              "Mean, and the hottest moment of a GPU.",
              "celsius",
              lines(
                  "avg(temperature_mean) AS \"mean\", max(temperature_max) AS \"hottest\"",
                  "gpu_1m",
                  CLUSTER_MINUTES)),
          Panel.lines(
              "Steps of training, by the minute",
              "How long a step took: mean over all ranks, by job.",
              "s",
              linesBy("job", "avg(step_mean)", "rank_1m", CLUSTER_MINUTES)),
          Panel.lines(
              "Processors, by the minute",
              "Share of the time in which processors were busy: mean over all cores, and the"
                  + " busiest core.",
              "percentunit",
              lines(
                  "avg(cpu_mean_mean) AS \"mean\", max(cpu_max_max) AS \"busiest core\"",
                  "host_1m",
                  SERVER)),
          Panel.lines(
              "Memory, by the minute",
              "Memory in use, and the least that programs could still have.",
              "bytes",
              lines(
                  "avg(memory_used_mean) AS \"used\", min(memory_available_min) AS"
                      + " \"available\"",
                  "host_1m",
                  SERVER)),
          Panel.lines(
                  "Power, by the minute",
                  "Power drawn by each GPU.",
                  "watt",
                  linesBy(GPU_NAME, "avg(power_mean)", "gpu_1m", GPU))
              .wide(12),
          Panel.lines(
                  "Temperature, by the minute",
                  "The hottest moment of each GPU in each interval.",
                  "celsius",
                  linesBy(GPU_NAME, "max(temperature_max)", "gpu_1m", GPU))
              .wide(12));

  private HistoryPanels() {}
}
