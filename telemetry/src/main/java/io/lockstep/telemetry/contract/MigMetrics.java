package io.lockstep.telemetry.contract;

import static io.lockstep.telemetry.contract.Column.Type.INT;
import static io.lockstep.telemetry.contract.Column.Type.LONG;
import static io.lockstep.telemetry.contract.Rows.stored;
import static io.lockstep.telemetry.contract.Table.PART;

/// What is known of one instance of a GPU that is split (MIG), every ten seconds. `hw.id` is the
/// instance's UUID, `hw.parent` the GPU's, `hw.name` the profile.
final class MigMetrics {
  private MigMetrics() {}

  static void addTo(Rows rows) {
    var mig = Subject.MIG;
    rows.upDownCounter(
        "lockstep.gpu.mig.memory.usage",
        "By",
        mig,
        "Memory in use on the MIG instance.",
        stored(PART, "mig_memory_used", LONG));
    rows.upDownCounter(
        "lockstep.gpu.mig.memory.limit",
        "By",
        mig,
        "Memory of the MIG instance.",
        stored(PART, "mig_memory", LONG));
    rows.upDownCounter(
        "lockstep.gpu.mig.memory.reserved",
        "By",
        mig,
        "Memory of the MIG instance that driver and firmware keep for themselves.",
        stored(PART, "mig_memory_reserved", LONG));
    rows.upDownCounter(
        "lockstep.gpu.mig.multiprocessors",
        "{multiprocessor}",
        mig,
        "Multiprocessors of the MIG instance.",
        stored(PART, "mig_multiprocessors", INT));
    rows.upDownCounter(
        "lockstep.gpu.mig.slices",
        "{slice}",
        mig,
        "Slices of the GPU that the MIG instance's GPU instance has, of 7.",
        stored(PART, "mig_slices", INT));
    rows.gauge(
        "lockstep.gpu.mig.gpu_instance",
        "{number}",
        mig,
        "The driver's number of the GPU instance that the MIG instance is in.",
        stored(PART, "mig_gpu_instance", INT));
    rows.gauge(
        "lockstep.gpu.mig.compute_instance",
        "{number}",
        mig,
        "The driver's number of the compute instance within its GPU instance.",
        stored(PART, "mig_compute_instance", INT));
    rows.counter(
        "lockstep.gpu.mig.errors",
        "{error}",
        mig,
        "Uncorrected errors of the MIG instance's SRAM since the driver was loaded.",
        stored(PART, "mig_sram_uncorrected", LONG));
  }
}
