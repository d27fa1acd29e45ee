package io.lockstep.simulator;

import java.util.UUID;

/// What is made up: servers of eight GPUs and eight InfiniBand ports, and one synchronous job over
/// all of them.
///
/// Ranks are numbered as Megatron-LM does: tensor-parallel fastest, then data, then pipeline. A
/// server is one tensor-parallel group.
///
/// @param servers at least 1
/// @param seed everything random comes from it
/// @param stepSeconds length of a healthy step, seconds
public record ClusterSpec(int servers, long seed, double stepSeconds) {
  /// GPUs, and InfiniBand ports, of each server.
  public static final int PER_SERVER = 8;

  public ClusterSpec {
    if (servers < 1 || servers > 100_000) {
      throw new IllegalArgumentException("servers must be 1 to 100000, is " + servers);
    }
    if (!(stepSeconds >= 0.1 && stepSeconds <= 600)) {
      throw new IllegalArgumentException("step time must be 0.1 to 600 s, is " + stepSeconds);
    }
  }

  /// Pipeline stages of the job: 4 where the servers divide by 4 and leave each stage two servers
  /// or more, else 1.
  public int stages() {
    return servers % 4 == 0 && servers >= 8 ? 4 : 1;
  }

  /// Servers of one pipeline stage, which is also the size of a data-parallel group.
  public int serversPerStage() {
    return servers / stages();
  }

  public int ranks() {
    return servers * PER_SERVER;
  }

  /// `node-0001` for server 0.
  public String host(int server) {
    return "node-%04d".formatted(server + 1);
  }

  /// The UUID of a GPU, in NVIDIA's form.
  public String gpu(int server, int index) {
    long high = Noise.bits(seed, 71, server, index);
    long low = Noise.bits(seed, 72, server, index);
    return "GPU-" + new UUID(high, low);
  }

  /// `mlx5_0/1` for port 0.
  public static String port(int index) {
    return "mlx5_" + index + "/1";
  }

  int stage(int server) {
    return server / serversPerStage();
  }
}
