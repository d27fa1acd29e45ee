package io.lockstep.agent.doctor;

import io.lockstep.agent.sample.PciBus;
import io.lockstep.agent.sample.nvml.NvmlSampler;
import io.lockstep.telemetry.otlp.Occurrence;
import io.lockstep.telemetry.otlp.Sample;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// GPUs: whether there are any, whether NVML answers for each, and how they are set up.
final class GpuCheck {
  private GpuCheck() {}

  static List<Diagnosis> of(NvmlSampler sampler, Path root) throws InterruptedException {
    SamplerCheck check = SamplerCheck.of(sampler);
    int onBus = PciBus.gpus(root).size();
    long found = check.events().stream().filter(one -> is(one, "lockstep.gpu.found")).count();
    var all = new ArrayList<Diagnosis>();
    for (Occurrence event : check.events()) {
      if (is(event, "lockstep.gpu.state.changed")) {
        String state = event.attributes().get("lockstep.gpu.state");
        all.add(Diagnosis.bad("gpu", event.body(), "docs/runbooks/gpu-" + state + ".md"));
      }
    }
    if (found == 0) {
      return all.isEmpty() ? List.of(nothing(sampler, onBus)) : all;
    }
    String driver =
        check.events().stream()
            .map(one -> one.attributes().getOrDefault("hw.driver_version", ""))
            .filter(one -> !one.isEmpty())
            .findFirst()
            .orElse("unknown");
    String some = found + (found == 1 ? " GPU" : " GPUs") + ", driver " + driver;
    if (onBus > found) {
      all.addFirst(
          Diagnosis.bad(
              "gpu",
              some + "; " + (onBus - found) + " more on the PCI bus that the driver does not have",
              "nvidia-smi -L; look for XID and `fallen off the bus` in the kernel's log"));
    } else {
      all.addFirst(Diagnosis.good("gpu", some));
    }
    if (!sampler.trouble().isEmpty()) {
      all.add(
          Diagnosis.bad(
              "gpu",
              sampler.trouble(),
              "nvidia-smi -q says more; a GPU that is lost comes back by a reset or a reboot"));
    }
    check.failures().forEach(failure -> all.add(Diagnosis.warning("gpu", failure, mend(failure))));
    persistence(check.samples(), all);
    all.addAll(GpuJobsCheck.of(check, root));
    return all;
  }

  private static String mend(String failure) {
    return failure.contains("nvmlGpm") && failure.contains("no permission")
        ? "how busy a GPU's parts are may be read by root alone (RmProfilingAdminOnly: 1 in"
            + " /proc/driver/nvidia/params): allow it with `options nvidia"
            + " NVreg_RestrictProfilingToAdminUsers=0` in /etc/modprobe.d, or set samplers.gpu.gpm:"
            + " off"
        : "what this GPU or driver does not have is not asked again";
  }

  private static boolean is(Occurrence event, String name) {
    return event.name().equals(name);
  }

  private static Diagnosis nothing(NvmlSampler sampler, int onBus) {
    String trouble = sampler.trouble().isEmpty() ? "the driver tells of no GPU" : sampler.trouble();
    boolean unknown = trouble.startsWith("JNA");
    if (onBus == 0 && !sampler.libraryIsNamed() && !unknown) {
      String why = trouble.split(";", 2)[0];
      return Diagnosis.absent("gpu", "no NVIDIA GPU on this server (" + why + ")");
    }
    String there =
        onBus == 0
            ? ""
            : onBus + (onBus == 1 ? " NVIDIA GPU" : " NVIDIA GPUs") + " on the PCI bus; ";
    int mend = trouble.indexOf(';');
    return mend < 0
        ? Diagnosis.bad("gpu", there + trouble, "nvidia-smi -L says more")
        : Diagnosis.bad(
            "gpu", there + trouble.substring(0, mend), trouble.substring(mend + 1).strip());
  }

  private static void persistence(List<Sample> samples, List<Diagnosis> all) {
    long off =
        samples.stream()
            .filter(one -> one.metric().name().equals("lockstep.gpu.persistence.enabled"))
            .filter(one -> one.value() == 0)
            .count();
    if (off > 0) {
      all.add(
          Diagnosis.warning(
              "gpu",
              "persistence mode is off on " + off + (off == 1 ? " GPU" : " GPUs"),
              "systemctl enable --now nvidia-persistenced (or nvidia-smi -pm 1): without it the"
                  + " driver unloads when nobody uses the GPU, and forgets what it counted"));
    }
  }
}
