package io.lockstep.agent.doctor;

import io.lockstep.agent.Config;
import io.lockstep.agent.sample.Sampler;
import io.lockstep.agent.sample.Samplers;
import io.lockstep.agent.sample.check.CheckSampler;
import io.lockstep.agent.sample.inventory.InventorySampler;
import io.lockstep.agent.sample.kernel.KernelLogSampler;
import io.lockstep.agent.sample.nvml.NvmlSampler;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/// Looks at everything that the agent would read, write and speak to, with the agent's own code and
/// configuration, and changes nothing.
public final class Doctor {
  private static final Duration DEADLINE = Duration.ofSeconds(8);

  private Doctor() {}

  /// Looks at all of it; takes some seconds where something does not answer.
  ///
  /// @param version the agent's
  public static List<Diagnosis> look(Config config, String version) throws InterruptedException {
    var all = new ArrayList<Diagnosis>();
    all.add(
        Diagnosis.good(
            "version",
            "agent "
                + version
                + ", Java "
                + Runtime.version()
                + ", Linux "
                + System.getProperty("os.version")));
    sources(config, all);
    if (Samplers.live(config.root())) {
      all.add(ClockCheck.of());
    }
    Diagnosis spool = PlaceCheck.spool(config.spool());
    all.add(spool);
    all.addAll(CrashCheck.of(config.spool().folder().toAbsolutePath(), Instant.now()));
    all.add(PlaceCheck.listen(config.listen(), spool.finding().endsWith("an agent runs")));
    for (URI url : config.collectors()) {
      all.add(CollectorCheck.of(url, config.send(), version));
    }
    return all;
  }

  private static void sources(Config config, List<Diagnosis> all) throws InterruptedException {
    // What a GPU reports while this runs is the running agent's to tell.
    var around = new Samplers.Surroundings(null, DEADLINE, InstantSource.system(), _ -> {});
    for (Sampler sampler : Samplers.all(config.samplers().inThread(), config.root(), around)) {
      if (sampler instanceof NvmlSampler gpus) {
        all.addAll(GpuCheck.of(gpus, config.root()));
        gpus.close();
      } else if (sampler instanceof KernelLogSampler) {
        all.add(KernelLogCheck.of(config.samplers().kernelLog().file()));
      } else if (sampler.name().equals("hardware")) {
        all.addAll(HardwareCheck.of(SamplerCheck.of(sampler), config.root()));
      } else if (sampler instanceof InventorySampler inventory) {
        all.add(InventoryCheck.of(inventory, config.spool().folder()));
      } else if (sampler instanceof CheckSampler) {
        all.addAll(SiteChecks.of(config.samplers().checks()));
      } else if (sampler.name().equals("infiniband")) {
        all.add(NetworkCheck.of(SamplerCheck.of(sampler), config.root()));
      } else {
        all.add(SamplerCheck.of(sampler).plain());
      }
    }
  }
}
