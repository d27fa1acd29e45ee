package io.lockstep.agent.sample;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// The one place where samplers are listed.
public final class Samplers {
  private Samplers() {}

  /// How often each source is read, and what of it.
  ///
  /// @param host the host as a whole: time between two rounds, which is also what its shares of
  ///   processor time are over
  /// @param hostSlow what changes slowly about the host; the same as the agent's own cost, whose
  ///   table it shares
  /// @param infiniband devices by name, as in `mlx5_0`
  /// @param disks by the kernel's name, as in `nvme0n1`
  /// @param filesystems by where they are mounted
  /// @param interfaces network interfaces by name, as in `eth0`
  public record Config(
      Duration host,
      Duration hostSlow,
      Choice infiniband,
      Choice disks,
      Choice filesystems,
      Choice interfaces) {
    public static final Config DEFAULT =
        new Config(
            Duration.ofSeconds(1),
            Duration.ofSeconds(10),
            Choice.all(Duration.ofSeconds(1)),
            DiskSampler.DEFAULT,
            FilesystemSampler.DEFAULT,
            InterfaceSampler.DEFAULT);

    public Config {
      Choice.checkInterval(host);
      Choice.checkInterval(hostSlow);
    }
  }

  /// Every sampler of this agent.
  ///
  /// @param root `/`, or a folder that holds a captured `proc/` and `sys/`, of which alone the
  ///   samplers then speak
  public static List<Sampler> all(Config config, Path root) {
    return List.of(
        new HostSampler(root, config.host()),
        new HostSlowSampler(root, config.hostSlow()),
        new InfinibandSampler(root, config.infiniband()),
        new DiskSampler(root, config.disks()),
        new InterfaceSampler(root, config.interfaces()),
        new FilesystemSampler(root, false, config.filesystems()),
        new FilesystemSampler(root, true, config.filesystems()));
  }

  /// Whether this is the running host, not a captured tree.
  static boolean live(Path root) {
    return root.toAbsolutePath().normalize().equals(Path.of("/"));
  }
}
