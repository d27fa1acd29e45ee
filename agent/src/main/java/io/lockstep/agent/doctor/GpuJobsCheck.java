package io.lockstep.agent.doctor;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.Sample;
import io.opentelemetry.api.common.AttributeKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Who uses the GPUs: whether jobs and their ranks can be seen.
final class GpuJobsCheck {
  private static final Column JOBS = Contract.column(Table.PART, "gpu_jobs");
  private static final Column UNOWNED = Contract.column(Table.PART, "gpu_memory_unowned");

  /// What a driver may hold of a GPU's memory for itself.
  private static final long OWN_BYTES = 1L << 30;

  private GpuJobsCheck() {}

  static List<Diagnosis> of(SamplerCheck check, Path root) {
    var all = new ArrayList<Diagnosis>();
    List<Sample> jobs = named(check, "lockstep.gpu.job.processes");
    if (check.samples().stream().noneMatch(one -> one.isOf(JOBS))) {
      all.add(
          Diagnosis.warning(
              "gpu jobs",
              "the driver does not say which processes use the GPUs",
              "a GPU that is split (MIG) shows them to root only"));
      return all;
    }
    boolean seesAll = check.samples().stream().anyMatch(one -> one.isOf(UNOWNED));
    if (!seesAll) {
      all.add(
          Diagnosis.warning(
              "gpu jobs",
              "not every process of the server is seen",
              "in a container the agent needs the host's process name space: hostPID: true, or"
                  + " --pid=host"));
    }
    unowned(check, all);
    all.add(Diagnosis.good("gpu jobs", jobs.isEmpty() ? "nobody uses a GPU" : jobs(jobs)));
    unknown(jobs, root, all);
    ranks(jobs, all);
    return all;
  }

  private static List<Sample> named(SamplerCheck check, String metric) {
    return check.samples().stream().filter(one -> one.metric().name().equals(metric)).toList();
  }

  private static String jobs(List<Sample> jobs) {
    long ranks = jobs.stream().filter(one -> has(one, "dl.rank")).count();
    return jobs.size()
        + (jobs.size() == 1 ? " use of a GPU by a job" : " uses of GPUs by jobs")
        + ", "
        + ranks
        + " with a rank";
  }

  private static boolean has(Sample sample, String attribute) {
    return sample.attributes().get(AttributeKey.stringKey(attribute)) != null;
  }

  private static void unowned(SamplerCheck check, List<Diagnosis> all) {
    long some =
        check.samples().stream()
            .filter(one -> one.isOf(UNOWNED) && one.value() > OWN_BYTES)
            .count();
    if (some > 0) {
      all.add(
          Diagnosis.warning(
              "gpu jobs",
              some + (some == 1 ? " GPU has" : " GPUs have") + " memory in use and no process",
              "fuser -v /dev/nvidia*; where nobody holds it, nvidia-smi -r -i INDEX gives it back"));
    }
  }

  private static void unknown(List<Sample> jobs, Path root, List<Diagnosis> all) {
    long unknown = jobs.stream().filter(one -> one.attributes().size() == 1).count();
    if (unknown == 0) {
      return;
    }
    boolean hidden = false;
    try {
      hidden = Files.readString(root.resolve("proc/self/mounts")).contains("hidepid=");
    } catch (IOException _) {
      // then that is not known either
    }
    all.add(
        Diagnosis.warning(
            "gpu jobs",
            "of some processes nothing is known",
            hidden
                ? "/proc is mounted with hidepid: give the agent's user the group of its gid= option"
                : "cat /proc/PID/cgroup as the agent's user says why"));
  }

  private static void ranks(List<Sample> jobs, List<Diagnosis> all) {
    boolean scheduled =
        jobs.stream().anyMatch(one -> has(one, "slurm.job.id") || has(one, "k8s.pod.uid"));
    if (scheduled && jobs.stream().noneMatch(one -> has(one, "dl.rank"))) {
      all.add(
          Diagnosis.warning(
              "gpu jobs",
              "the jobs' ranks are not known",
              "what a process was started with is shown to root and to CAP_SYS_PTRACE only; where"
                  + " that is wanted: systemctl edit lockstep-agent, AmbientCapabilities and"
                  + " CapabilityBoundingSet: CAP_SYSLOG CAP_SYS_PTRACE"));
    }
  }
}
