package io.lockstep.launcher;

import io.lockstep.simulator.NvmlStandIn;
import io.lockstep.telemetry.rules.InfinibandCounters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A server that an agent can read, made of files: ports below `sys/`, a kernel log, and GPUs
/// through the stand-in for NVML, where there is a `gcc` to build it with.
final class BenchServer {
  /// NVML's type of such an event.
  private static final long XID = 8;

  /// What it is called unless it is given another name.
  static final String NAME = "bench";

  private static final String[][] PORT = {
    {"state", "4: ACTIVE"},
    {"phys_state", "5: LinkUp"},
    {"rate", "400 Gb/sec (4X NDR)"},
    {"link_layer", "InfiniBand"},
    {"counters/link_downed", "0"},
    {"counters/symbol_error", "0"},
    {"counters/port_rcv_data", "1000"},
    {"counters/port_xmit_data", "1000"},
  };

  private final Path folder;
  private final @Nullable NvmlStandIn gpus;
  private int reported;

  private BenchServer(Path folder, @Nullable NvmlStandIn gpus) {
    this.folder = folder;
    this.gpus = gpus;
  }

  /// Makes the files.
  ///
  /// @param ports how many ports, one on each device
  /// @param gpus how many GPUs, up to 64; none without a `gcc`
  static BenchServer make(Path folder, int ports, int gpus)
      throws IOException, InterruptedException {
    Files.createDirectories(folder.resolve("root/proc"));
    Path library = Files.createDirectories(folder.resolve("nvml"));
    NvmlStandIn standIn = NvmlStandIn.possible() ? new NvmlStandIn(library) : null;
    if (standIn != null) {
      standIn.gpus(gpus);
    }
    var server = new BenchServer(folder, standIn);
    Files.createFile(server.kernelLog());
    for (int port = 0; port < ports; port++) {
      for (String[] file : PORT) {
        server.put(port, file[0], file[1]);
      }
    }
    return server;
  }

  /// Gives every port all counters that the agent knows, and the server this machine's processors
  /// and memory: as much to read as there is on a real one.
  void fill(int ports) throws IOException {
    Files.delete(root().resolve("proc"));
    Files.createSymbolicLink(root().resolve("proc"), Path.of("/proc"));
    for (int port = 0; port < ports; port++) {
      fillPort(port);
    }
  }

  private void fillPort(int port) throws IOException {
    for (InfinibandCounters.Counter counter : InfinibandCounters.all()) {
      put(port, counter.folder() + "/" + counter.file(), String.valueOf(1000 + port));
    }
  }

  /// Makes a port's files again, as they were in the beginning.
  void restore(int port) throws IOException {
    for (String[] file : PORT) {
      put(port, file[0], file[1]);
    }
    fillPort(port);
  }

  private Path kernelLog() {
    return folder.resolve("kmsg");
  }

  /// Where its `sys/` is.
  Path root() {
    return folder.resolve("root");
  }

  /// The library that its GPUs are read through.
  String library() {
    return folder.resolve("nvml/libnvidia-ml.so.1").toString();
  }

  /// Whether it has GPUs.
  boolean hasGpus() {
    return gpus != null;
  }

  /// Its GPUs, where it has some.
  @Nullable NvmlStandIn gpus() {
    return gpus;
  }

  /// What the agent's configuration says of it, YAML.
  String configuration() {
    return configuration(NAME);
  }

  /// The same of a server with another name.
  String configuration(String name) {
    return configuration(name, kernelLog());
  }

  /// The same with this machine's own kernel log where it can be read: a device, on which the agent
  /// waits, where a file has to be looked at.
  String configurationWithDevice() {
    Path device = Path.of("/dev/kmsg");
    return configuration(NAME, Files.isReadable(device) ? device : kernelLog());
  }

  private String configuration(String name, Path kernelLog) {
    String library = gpus == null ? "" : "  gpu: {library: " + gpus.library() + "}\n";
    return """
    host: %s
    root: %s
    samplers:
    %s  kernel_log: {file: %s}
    """
        .formatted(name, Site.quoted(root()), library, Site.quoted(kernelLog));
  }

  /// The id of a port.
  static String port(int port) {
    return "mlx5_" + port + "/1";
  }

  /// Takes a port down.
  void takeDown(int port) throws IOException {
    put(port, "phys_state", "2: Polling");
    put(port, "state", "1: DOWN");
  }

  private void put(int port, String name, String value) throws IOException {
    Path file = folder.resolve("root/sys/class/infiniband/mlx5_" + port + "/ports/1").resolve(name);
    Files.createDirectories(file.getParent());
    Path next = file.resolveSibling(file.getFileName() + ".next");
    Files.writeString(next, value + "\n");
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
  }

  /// Lets a GPU fall off the bus, of which only NVML knows.
  void lose(int gpu) throws IOException {
    if (gpus != null) {
      gpus.set(gpu, "code", 15);
      gpus.write();
    }
  }

  /// Lets a call about a GPU never return.
  void hang(int gpu) throws IOException {
    if (gpus != null) {
      gpus.set(gpu, "hang power", 1);
      gpus.write();
    }
  }

  /// Lets NVML report an XID, of which the kernel's log says nothing.
  void reportXid(int gpu, int code) throws IOException {
    if (gpus != null) {
      gpus.event(++reported, gpu, XID, code);
      gpus.write();
    }
  }

  /// Lets a process use a GPU, under the kernel's files that a captured `/proc` has of it.
  ///
  /// @param memory what it holds of the GPU's, bytes
  /// @param cgroup the lines of its `cgroup`
  /// @param environment what it was started with, as in `RANK=3`
  void use(int gpu, long pid, long memory, String cgroup, List<String> environment)
      throws IOException {
    Path proc = Files.createDirectories(root().resolve("proc/" + pid));
    Files.writeString(proc.resolve("cgroup"), cgroup);
    Files.writeString(proc.resolve("environ"), String.join("\0", environment) + "\0");
    Files.copy(Path.of("/proc/" + pid + "/stat"), proc.resolve("stat"));
    if (gpus != null) {
      gpus.process(gpu, pid, memory);
      gpus.write();
    }
  }

  /// Writes an XID of a GPU into the kernel's log, of which NVML says nothing.
  void xid(int gpu, int code, long sequence) throws IOException {
    String line =
        "4,%d,%d,-;NVRM: Xid (PCI:%s): %d, pid=4711, name=python3, bench\n"
            .formatted(sequence, System.nanoTime() / 1000, pci(gpu), code);
    Files.writeString(kernelLog(), line, StandardOpenOption.APPEND);
  }

  /// A GPU's place on the bus as the kernel writes it.
  static String pci(int gpu) {
    String full = NvmlStandIn.pci(gpu).toLowerCase(java.util.Locale.ROOT);
    return full.substring(4, full.indexOf('.'));
  }
}
