package io.lockstep.agent.expose;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.exposition.PrometheusText;
import io.lockstep.telemetry.otlp.Sample;
import io.opentelemetry.api.common.AttributeKey;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// GPUs under the names, labels and units of
/// [dcgm-exporter](https://github.com/NVIDIA/dcgm-exporter) 4.5, so that dashboards and alerts made
/// for it go on working. What the agent does not read is not there.
public final class DcgmText {
  private static final double MEBI = 1 << 20;

  private static final List<DcgmRow> ROWS = DcgmRow.ALL;

  private static final Column MEMORY = Contract.column(Table.GPU_SLOW, "memory");
  private static final Column MEMORY_USED = Contract.column(Table.GPU, "memory_used");
  private static final Column RESERVED = Contract.column(Table.GPU_SLOW, "memory_reserved");

  /// dcgm-exporter's names of what a job is called, in its order.
  private static final String[][] JOB_LABELS = {
    {"container", "k8s.container.name"},
    {"hpc_job", "slurm.job.id"},
    {"namespace", "k8s.namespace.name"},
    {"pod", "k8s.pod.name"}
  };

  private DcgmText() {}

  /// Prometheus' text format.
  ///
  /// @param host this server's name
  public static String of(Newest newest, String host) {
    Map<String, Map<Column, Sample>> gpus = new TreeMap<>();
    List<Sample> samples = newest.samples();
    samples.forEach(sample -> note(sample, gpus));
    Map<String, Newest.Gpu> known = newest.gpus();
    Map<String, List<String>> labels = new HashMap<>();
    Map<String, Set<String>> jobs = jobs(samples);
    gpus.keySet()
        .forEach(uuid -> {
          String gpu = labels(uuid, known.get(uuid), host);
          Set<String> users = jobs.getOrDefault(uuid, Set.of(""));
          labels.put(uuid, users.stream().map(job -> gpu + job + "}").toList());
        });
    var text = new StringBuilder();
    for (DcgmRow row : ROWS) {
      var lines = new StringBuilder();
      gpus.forEach((uuid, values) -> {
        Sample sample = values.get(row.column());
        if (sample != null) {
          line(lines, row.name(), labels.get(uuid), number(row, sample));
        }
      });
      family(text, row.name(), row.type(), row.help(), lines);
    }
    free(text, gpus, labels);
    xids(text, gpus, known, labels);
    return text.toString();
  }

  /// As dcgm-exporter labels a GPU's values with who uses it: once for each job.
  private static Map<String, Set<String>> jobs(List<Sample> samples) {
    Map<String, Set<String>> jobs = new HashMap<>();
    for (Sample sample : samples) {
      if (sample.metric().name().equals("lockstep.gpu.job.processes")) {
        var text = new StringBuilder();
        for (String[] label : JOB_LABELS) {
          String value = sample.attributes().get(AttributeKey.stringKey(label[1]));
          if (value != null) {
            text.append(",").append(label[0]).append("=\"");
            text.append(PrometheusText.escaped(value)).append('"');
          }
        }
        String gpu = String.valueOf(sample.attributes().get(AttributeKey.stringKey("hw.id")));
        jobs.computeIfAbsent(gpu, _ -> new TreeSet<>()).add(text.toString());
      }
    }
    jobs.values().forEach(some -> some.removeIf(one -> one.isEmpty() && some.size() > 1));
    return jobs;
  }

  private static void note(Sample sample, Map<String, Map<Column, Sample>> gpus) {
    for (DcgmRow row : ROWS) {
      if (sample.isOf(row.column())) {
        values(sample, gpus).put(row.column(), sample);
        return;
      }
    }
    if (sample.isOf(MEMORY)) {
      values(sample, gpus).put(MEMORY, sample);
    }
  }

  private static Map<Column, Sample> values(Sample sample, Map<String, Map<Column, Sample>> gpus) {
    String attribute = sample.metric().subject().attribute();
    String uuid = String.valueOf(sample.attributes().get(AttributeKey.stringKey(attribute)));
    return gpus.computeIfAbsent(uuid, _ -> new HashMap<>());
  }

  /// What is neither in use nor kept by the driver, where it says how much that is.
  private static void free(
      StringBuilder text, Map<String, Map<Column, Sample>> gpus, Map<String, List<String>> labels) {
    var lines = new StringBuilder();
    gpus.forEach((uuid, values) -> {
      Sample all = values.get(MEMORY);
      Sample used = values.get(MEMORY_USED);
      if (all != null && used != null) {
        Sample kept = values.get(RESERVED);
        double reserved = kept == null ? 0 : kept.value();
        long free = (long) ((all.value() - reserved - used.value()) / MEBI);
        line(lines, "DCGM_FI_DEV_FB_FREE", labels.get(uuid), String.valueOf(free));
      }
    });
    family(text, "DCGM_FI_DEV_FB_FREE", "gauge", "Memory not in use (MiB).", lines);
  }

  private static void xids(
      StringBuilder text,
      Map<String, Map<Column, Sample>> gpus,
      Map<String, Newest.Gpu> known,
      Map<String, List<String>> labels) {
    var lines = new StringBuilder();
    gpus.keySet()
        .forEach(uuid -> {
          Newest.Gpu gpu = known.get(uuid);
          String xid = gpu == null ? "0" : String.valueOf(gpu.xid());
          line(lines, "DCGM_FI_DEV_XID_ERRORS", labels.get(uuid), xid);
        });
    family(text, "DCGM_FI_DEV_XID_ERRORS", "gauge", "The last XID; 0 before any.", lines);
  }

  private static void family(
      StringBuilder text, String name, String type, String help, StringBuilder lines) {
    if (!lines.isEmpty()) {
      text.append("# HELP ").append(name).append(' ').append(help).append('\n');
      text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
      text.append(lines);
    }
  }

  private static void line(
      StringBuilder lines, String name, @Nullable List<String> labels, String value) {
    for (String one : labels == null ? List.<String>of() : labels) {
      lines.append(name).append(one).append(' ').append(value).append('\n');
    }
  }

  /// In dcgm-exporter's order, without the end.
  private static String labels(String uuid, Newest.@Nullable Gpu gpu, String host) {
    Map<String, String> found = gpu == null ? Map.of() : gpu.found();
    String index = found.getOrDefault("lockstep.gpu.index", "");
    String pci = found.getOrDefault("lockstep.gpu.pci.address", "");
    return "{gpu=\""
        + PrometheusText.escaped(index)
        + "\",UUID=\""
        + PrometheusText.escaped(uuid)
        + "\",pci_bus_id=\""
        + PrometheusText.escaped(pci.isEmpty() ? "" : "0000" + pci.toUpperCase(Locale.ROOT))
        + "\",device=\""
        + (index.isEmpty() ? "" : "nvidia" + PrometheusText.escaped(index))
        + "\",modelName=\""
        + PrometheusText.escaped(found.getOrDefault("hw.name", ""))
        + "\",Hostname=\""
        + PrometheusText.escaped(host)
        + "\",DCGM_FI_DRIVER_VERSION=\""
        + PrometheusText.escaped(found.getOrDefault("hw.driver_version", ""))
        + "\"";
  }

  /// As DCGM writes it: whole numbers, also of MiB, without a point; others to six digits behind
  /// it.
  private static String number(DcgmRow row, Sample sample) {
    double exact = sample.value() * row.factor();
    double value = row.factor() < 1 ? Math.floor(exact) : exact;
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? String.valueOf((long) value)
        : String.format(Locale.ROOT, "%f", value);
  }
}
