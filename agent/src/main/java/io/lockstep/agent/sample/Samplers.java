package io.lockstep.agent.sample;

import io.lockstep.agent.sample.check.CheckSampler;
import io.lockstep.agent.sample.inventory.InventoryConfig;
import io.lockstep.agent.sample.inventory.InventorySampler;
import io.lockstep.agent.sample.isolated.IsolatedGpus;
import io.lockstep.agent.sample.jobs.GpuJobs;
import io.lockstep.agent.sample.jobs.GpuUse;
import io.lockstep.agent.sample.kernel.KernelLogSampler;
import io.lockstep.agent.sample.nvml.NvmlConfig;
import io.lockstep.agent.sample.nvml.NvmlSampler;
import io.lockstep.agent.sample.textfile.TextfileSampler;
import io.lockstep.telemetry.otlp.Occurrence;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The one place where samplers are listed.
public final class Samplers {
  private Samplers() {}

  /// How often each source is read, and what of it.
  ///
  /// @param host the host as a whole: time between two rounds, which is also what its shares of
  ///   processor time are over
  /// @param hostSlow what changes slowly about the host; the same as the agent's own cost, whose
  ///   table it shares
  /// @param hardware memory, PCIe, NUMA nodes, processors and RAIDs: time between two rounds
  /// @param sensors temperatures, fans, voltages and power by device and label, as in
  ///   `nvme0/Composite`; and NVMe disks
  /// @param gpu GPUs, through NVML
  /// @param kernelLog the kernel's log
  /// @param infiniband devices by name, as in `mlx5_0`
  /// @param rails InfiniBand devices in the order of the cluster's rails, as in `[mlx5_0, mlx5_3]`;
  ///   empty to go by the GPUs beside them
  /// @param disks by the kernel's name, as in `nvme0n1`
  /// @param filesystems by where they are mounted
  /// @param interfaces network interfaces by name, as in `eth0`: traffic and links
  /// @param checks the site's own checks, which are run
  /// @param textfile folders of files in Prometheus' text format
  /// @param inventory what this server should have
  public record Config(
      Duration host,
      Duration hostSlow,
      Duration hardware,
      Choice sensors,
      NvmlConfig gpu,
      KernelLogSampler.Config kernelLog,
      Choice infiniband,
      List<String> rails,
      Choice disks,
      Choice filesystems,
      Choice interfaces,
      CheckSampler.Config checks,
      TextfileSampler.Config textfile,
      InventoryConfig inventory) {
    public static final Config DEFAULT =
        new Config(
            Duration.ofSeconds(1),
            Duration.ofSeconds(10),
            Duration.ofMinutes(1),
            SensorSampler.DEFAULT,
            NvmlConfig.DEFAULT,
            KernelLogSampler.Config.DEFAULT,
            Choice.all(Duration.ofSeconds(1)),
            List.of(),
            DiskSampler.DEFAULT,
            FilesystemSampler.DEFAULT,
            InterfaceSampler.DEFAULT,
            CheckSampler.Config.DEFAULT,
            TextfileSampler.Config.DEFAULT,
            InventoryConfig.DEFAULT);

    public Config {
      Choice.checkInterval("host", host);
      Choice.checkInterval("host_slow", hostSlow);
      Choice.checkInterval("hardware", hardware);
      rails = List.copyOf(rails);
    }

    /// The same with another NVML library.
    public Config withNvml(String library) {
      return with(gpu.withLibrary(library), kernelLog);
    }

    /// The same with NVML in the agent's own process.
    public Config inThread() {
      return with(gpu.inThread(), kernelLog);
    }

    /// The same with another file in the place of the kernel's log.
    public Config withKernelLog(Path file) {
      return with(gpu, kernelLog.withFile(file));
    }

    private Config with(NvmlConfig gpus, KernelLogSampler.Config kernel) {
      return new Config(
          host,
          hostSlow,
          hardware,
          sensors,
          gpus,
          kernel,
          infiniband,
          rails,
          disks,
          filesystems,
          interfaces,
          checks,
          textfile,
          inventory);
    }
  }

  /// Where samplers keep what must outlast a run, how long a round may take, and where what happens
  /// between two rounds goes.
  ///
  /// @param folder null to keep nothing
  /// @param deadline of a round of what is read by many threads: GPUs, InfiniBand devices
  /// @param events gets what happened at once, on any thread
  public record Surroundings(
      @Nullable Path folder,
      Duration deadline,
      InstantSource clock,
      Consumer<List<Occurrence>> events) {}

  /// Every sampler of this agent.
  ///
  /// @param root `/`, or a folder that holds a captured `proc/` and `sys/`, of which alone the
  ///   samplers then speak; a captured host's GPUs are read from a library that is named, its
  ///   kernel's log from a file that is named
  public static List<Sampler> all(Config config, Path root, Surroundings around) {
    var samplers = new ArrayList<Sampler>();
    Path folder = around.folder();
    boolean driver = live(root) || !config.gpu().library().equals(NvmlConfig.DEFAULT.library());
    var ledger = new GpuLedger(driver);
    if (driver) {
      NvmlConfig gpus = config.gpu().withExpected(config.inventory().gpus());
      samplers.add(gpus(gpus, root, around, ledger));
    }
    if (live(root) || !config.kernelLog().file().equals(KernelLogSampler.Config.DEFAULT.file())) {
      samplers.add(
          new KernelLogSampler(
              config.kernelLog(),
              folder == null ? null : folder.resolve("kernel-log.tsv"),
              ledger,
              around.clock(),
              around.events()));
    }
    samplers.addAll(ofFiles(config, root, around));
    samplers.add(new InventorySampler(config.inventory(), root, folder, ledger));
    if (live(root) && !config.textfile().folders().isEmpty()) {
      samplers.add(new TextfileSampler(config.textfile()));
    }
    if (live(root) && config.checks().runsAny()) {
      samplers.add(
          new CheckSampler(
              config.checks(),
              folder == null ? null : folder.resolve("checks.tsv"),
              around.clock(),
              around.events()));
    }
    return List.copyOf(samplers);
  }

  /// Who uses the GPUs goes where it becomes jobs.
  private record Jobs(GpuJobs jobs) implements NvmlSampler.Users {
    @Override
    public void take(List<GpuUse> uses, Notes notes) throws InterruptedException {
      jobs.read(uses, notes);
    }

    @Override
    public void close() {
      jobs.close();
    }
  }

  private static Sampler gpus(NvmlConfig config, Path root, Surroundings around, GpuLedger ledger) {
    Path folder = around.folder();
    var jobs = new Jobs(new GpuJobs(root));
    return switch (config.isolation()) {
      case THREAD ->
          new NvmlSampler(
              config,
              around.deadline(),
              folder == null ? null : folder.resolve("gpus.tsv"),
              ledger,
              around.clock(),
              jobs,
              around.events());
      case PROCESS ->
          new IsolatedGpus(config, around.deadline(), folder, ledger, jobs, around.events());
    };
  }

  private static List<Sampler> ofFiles(Config config, Path root, Surroundings around) {
    Path folder = around.folder();
    return List.of(
        new HostSampler(root, config.host()),
        new HostSlowSampler(root, config.hostSlow()),
        new HardwareSampler(root, config.hardware()),
        new SensorSampler(root, config.sensors()),
        new LinkSampler(root, config.interfaces()),
        new InfinibandSampler(
            root,
            config.infiniband(),
            config.rails(),
            around.deadline(),
            folder == null ? null : folder.resolve("ports.txt")),
        new DiskSampler(root, config.disks()),
        new InterfaceSampler(root, config.interfaces()),
        new FilesystemSampler(root, false, config.filesystems()),
        new FilesystemSampler(root, true, config.filesystems()));
  }

  /// Whether this is the running host, not a captured tree.
  public static boolean live(Path root) {
    return root.toAbsolutePath().normalize().equals(Path.of("/"));
  }

  /// Whether files stay open from round to round: where they are the kernel's own, also of a host
  /// whose `/` stands in a folder of this container. Captured ones may be replaced by others.
  static boolean kept(Path root) {
    try {
      return live(root) || Files.getFileStore(root.resolve("proc")).type().equals("proc");
    } catch (IOException _) {
      return false; // no such folder
    }
  }
}
