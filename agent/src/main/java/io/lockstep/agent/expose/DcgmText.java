package io.lockstep.agent.expose;

import io.lockstep.telemetry.exposition.PrometheusText;
import io.lockstep.telemetry.otlp.Sample;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// GPUs under the names, labels and units of
/// [dcgm-exporter](https://github.com/NVIDIA/dcgm-exporter) 4.5, so that dashboards and alerts made
/// for it go on working. What the agent does not read is not there.
///
/// A GPU that is split has its memory by instance, with the labels `GPU_I_PROFILE` and `GPU_I_ID`;
/// all else is the whole GPU's, and stands there once.
public final class DcgmText {
  private final StringBuilder text = new StringBuilder();
  private final Map<String, DcgmGpu> gpus;
  private final Map<String, Newest.Gpu> known;
  private final Map<String, List<String>> labels = new HashMap<>();
  private final String host;

  private DcgmText(Newest newest, String host) {
    gpus = DcgmGpu.of(newest.samples());
    known = newest.gpus();
    this.host = host;
  }

  /// Prometheus' text format.
  ///
  /// @param host this server's name
  public static String of(Newest newest, String host) {
    return new DcgmText(newest, host).write();
  }

  private String write() {
    gpus.forEach((uuid, gpu) -> labels.put(uuid, labels(uuid, "", gpu.jobs())));
    DcgmRow.ALL.forEach(this::row);
    DcgmMemory.FAMILIES.forEach(this::memory);
    xids();
    return text.toString();
  }

  private void row(DcgmRow row) {
    var lines = new StringBuilder();
    gpus.forEach((uuid, gpu) -> {
      Sample sample = gpu.values().get(row.column());
      line(lines, row.name(), labels.get(uuid), sample == null ? null : row.value(sample));
    });
    family(row.name(), row.type(), row.help(), lines);
  }

  private void memory(DcgmMemory.Family family) {
    String name = "DCGM_FI_DEV_" + family.name();
    var lines = new StringBuilder();
    gpus.forEach((uuid, gpu) -> {
      Map<Integer, DcgmGpu.Instance> instances = gpu.instances();
      if (instances.isEmpty()) {
        line(lines, name, labels.get(uuid), family.value().apply(DcgmMemory.ofGpu(gpu.values())));
      }
      instances.forEach((number, instance) -> {
        String which =
            ",GPU_I_PROFILE=\""
                + PrometheusText.escaped(instance.profile())
                + "\",GPU_I_ID=\""
                + number
                + "\"";
        String value = family.value().apply(DcgmMemory.ofInstance(instance.values()));
        line(lines, name, labels(uuid, which, gpu.jobs(number)), value);
      });
    });
    family(name, "gauge", family.help(), lines);
  }

  private void xids() {
    var lines = new StringBuilder();
    gpus.keySet()
        .forEach(uuid -> {
          Newest.Gpu gpu = known.get(uuid);
          String xid = gpu == null ? "0" : String.valueOf(gpu.xid());
          line(lines, "DCGM_FI_DEV_XID_ERRORS", labels.get(uuid), xid);
        });
    family("DCGM_FI_DEV_XID_ERRORS", "gauge", "The last XID; 0 before any.", lines);
  }

  private void family(String name, String type, String help, StringBuilder lines) {
    if (!lines.isEmpty()) {
      text.append("# HELP ").append(name).append(' ').append(help).append('\n');
      text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
      text.append(lines);
    }
  }

  private static void line(
      StringBuilder lines, String name, @Nullable List<String> labels, @Nullable String value) {
    for (String one : labels == null || value == null ? List.<String>of() : labels) {
      lines.append(name).append(one).append(' ').append(value).append('\n');
    }
  }

  /// In dcgm-exporter's order: once for each job, as it does.
  ///
  /// @param instance labels of the instance; empty for the GPU as a whole
  private List<String> labels(String uuid, String instance, List<String> jobs) {
    Newest.Gpu gpu = known.get(uuid);
    Map<String, String> found = gpu == null ? Map.of() : gpu.found();
    String index = found.getOrDefault("lockstep.gpu.index", "");
    String pci = found.getOrDefault("lockstep.gpu.pci.address", "");
    String one =
        "{gpu=\""
            + PrometheusText.escaped(index)
            + "\",UUID=\""
            + PrometheusText.escaped(uuid)
            + "\",pci_bus_id=\""
            + PrometheusText.escaped(pci.isEmpty() ? "" : "0000" + pci.toUpperCase(Locale.ROOT))
            + "\",device=\""
            + (index.isEmpty() ? "" : "nvidia" + PrometheusText.escaped(index))
            + "\",modelName=\""
            + PrometheusText.escaped(found.getOrDefault("hw.name", ""))
            + "\""
            + instance
            + ",Hostname=\""
            + PrometheusText.escaped(host)
            + "\",DCGM_FI_DRIVER_VERSION=\""
            + PrometheusText.escaped(found.getOrDefault("hw.driver_version", ""))
            + "\"";
    return jobs.stream().map(job -> one + job + "}").toList();
  }
}
