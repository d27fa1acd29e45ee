package io.lockstep.agent.expose;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Metric;
import io.lockstep.telemetry.contract.Subject;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.exposition.PrometheusText;
import io.lockstep.telemetry.otlp.Sample;
import io.opentelemetry.api.common.AttributeKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What the newest samples say of one GPU, by the contract's columns; of its instances where it is
/// split; and of the jobs on both.
final class DcgmGpu {
  private static final Column NUMBER = Contract.column(Table.PART, "mig_gpu_instance");
  private static final String JOB = "lockstep.gpu.job.processes";

  /// dcgm-exporter's names of what a job is called, in its order.
  private static final String[][] JOB_LABELS = {
    {"container", "k8s.container.name"},
    {"hpc_job", "slurm.job.id"},
    {"namespace", "k8s.namespace.name"},
    {"pod", "k8s.pod.name"}
  };

  /// One instance that computes.
  ///
  /// @param profile as in `3g.40gb`, of the GPU instance that it is in; empty where untold
  record Instance(String profile, Map<Column, Sample> values) {
    /// The driver's number of the GPU instance; null where untold.
    @Nullable Integer number() {
      Sample number = values.get(NUMBER);
      return number == null ? null : (Integer) (int) number.value();
    }
  }

  private final Map<Column, Sample> values = new HashMap<>();
  private final Map<String, Instance> instances = new TreeMap<>();
  private final Map<String, TreeSet<String>> jobs = new TreeMap<>();

  /// By UUID.
  static SortedMap<String, DcgmGpu> of(List<Sample> samples) {
    SortedMap<String, DcgmGpu> gpus = new TreeMap<>();
    for (Sample sample : samples) {
      Metric metric = sample.metric();
      if (metric.name().equals(JOB)) {
        gpu(gpus, sample, "hw.id").noteJob(sample);
      } else if (metric.subject().equals(Subject.MIG)) {
        gpu(gpus, sample, "hw.parent").noteInstance(sample);
      } else {
        noteValue(gpus, sample);
      }
    }
    gpus.values().removeIf(gpu -> gpu.values.isEmpty());
    return gpus;
  }

  private static void noteValue(Map<String, DcgmGpu> gpus, Sample sample) {
    for (Column column : sample.metric().columns()) {
      boolean ofGpu = column.table() == Table.GPU || column.table() == Table.GPU_SLOW;
      if (ofGpu && sample.isOf(column)) {
        gpu(gpus, sample, sample.metric().subject().attribute()).values.put(column, sample);
      }
    }
  }

  private static DcgmGpu gpu(Map<String, DcgmGpu> gpus, Sample sample, String attribute) {
    return gpus.computeIfAbsent(text(sample, attribute), _ -> new DcgmGpu());
  }

  private static String text(Sample sample, String attribute) {
    String text = sample.attributes().get(AttributeKey.stringKey(attribute));
    return text == null ? "" : text;
  }

  private void noteJob(Sample sample) {
    var labels = new StringBuilder();
    for (String[] label : JOB_LABELS) {
      String value = text(sample, label[1]);
      if (!value.isEmpty()) {
        labels.append(",").append(label[0]).append("=\"");
        labels.append(PrometheusText.escaped(value)).append('"');
      }
    }
    String instance = text(sample, "lockstep.gpu.mig.uuid");
    jobs.computeIfAbsent(instance, _ -> new TreeSet<>()).add(labels.toString());
  }

  private void noteInstance(Sample sample) {
    String profile = text(sample, "hw.name");
    Instance instance =
        instances.computeIfAbsent(
            text(sample, "hw.id"),
            _ -> new Instance(profile.replaceFirst("^[0-9]+c\\.", ""), new HashMap<>()));
    for (Column column : sample.metric().columns()) {
      if (sample.isOf(column)) {
        instance.values.put(column, sample);
      }
    }
  }

  /// By column; those of the tables of GPUs.
  Map<Column, Sample> values() {
    return values;
  }

  /// By the driver's number of the GPU instance. Instances that compute share the memory of the GPU
  /// instance that they are in: one speaks for all.
  SortedMap<Integer, Instance> instances() {
    SortedMap<Integer, Instance> numbered = new TreeMap<>();
    instances
        .values()
        .forEach(instance -> {
          Integer number = instance.number();
          if (number != null) {
            numbered.putIfAbsent(number, instance);
          }
        });
    return numbered;
  }

  /// Labels of each job that uses the GPU; one that is empty where none does.
  List<String> jobs() {
    return jobs(jobs.keySet());
  }

  /// Of each that uses a GPU instance.
  List<String> jobs(int number) {
    return jobs(
        instances.entrySet().stream()
            .filter(one -> Integer.valueOf(number).equals(one.getValue().number()))
            .map(Map.Entry::getKey)
            .toList());
  }

  /// What is no job has no labels, and is told where nothing else is.
  private List<String> jobs(Iterable<String> uuids) {
    var all = new TreeSet<String>();
    uuids.forEach(uuid -> all.addAll(jobs.getOrDefault(uuid, new TreeSet<>())));
    all.remove("");
    return all.isEmpty() ? List.of("") : new ArrayList<>(all);
  }
}
