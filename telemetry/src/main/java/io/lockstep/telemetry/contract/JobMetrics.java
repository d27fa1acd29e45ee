package io.lockstep.telemetry.contract;

import static io.lockstep.telemetry.contract.Column.Type.INT;
import static io.lockstep.telemetry.contract.Column.Type.LONG;
import static io.lockstep.telemetry.contract.Rows.stored;
import static io.lockstep.telemetry.contract.Table.PART;

/// Who uses a GPU, as its server's kernel tells it, every ten seconds.
final class JobMetrics {
  private JobMetrics() {}

  static void addTo(Rows rows) {
    rows.narrow(
        "lockstep.gpu.job.processes",
        "{process}",
        Subject.HARDWARE,
        "Processes of one job on the GPU that hw.id names. Which job: slurm.job.id and"
            + " slurm.step.id, k8s.pod.uid, k8s.pod.name and k8s.namespace.name, container.id,"
            + " lockstep.process.unit, as far as they are known; its rank: dl.rank and"
            + " dl.world_size, where it has one there. At most 8 jobs of a GPU.");
    rows.narrow(
        "lockstep.gpu.job.memory.usage",
        "By",
        Subject.HARDWARE,
        "Memory of the GPU that the same processes hold.");
    rows.upDownCounter(
        "lockstep.gpu.jobs",
        "{job}",
        Subject.GPU_PART,
        "Jobs that use the GPU; also containers, services and people's sessions.",
        stored(PART, "gpu_jobs", INT));
    rows.upDownCounter(
        "lockstep.gpu.jobs.omitted",
        "{job}",
        Subject.GPU_PART,
        "Jobs that use the GPU and are not named, because there are more than 8.",
        stored(PART, "gpu_jobs_omitted", INT));
    rows.upDownCounter(
        "lockstep.gpu.memory.unowned",
        "By",
        Subject.GPU_PART,
        "Memory in use on a GPU that has no process, 0 where it has one; absent where the agent"
            + " does not see every process of the server.",
        stored(PART, "gpu_memory_unowned", LONG));
  }
}
