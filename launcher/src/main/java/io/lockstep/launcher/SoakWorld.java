package io.lockstep.launcher;

import io.lockstep.simulator.NvmlStandIn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// What happens around an agent in a long time, made short: each step of ten minutes something is
/// other than before, and after some hours all has been tried.
final class SoakWorld {
  private static final int HOUR = 6;
  private static final int PARTS = 8;
  private static final int PROCESSES = 4;
  private static final int FIRST_PID = 5_000_000; // above what a kernel gives

  private final BenchServer server;
  private final BenchReceiver receiver;
  private final Path proc;

  private SoakWorld(BenchServer server, BenchReceiver receiver) {
    this.server = server;
    this.receiver = receiver;
    this.proc = server.root().resolve("proc");
  }

  /// Puts a folder that jobs can be put into in the place of the link to this machine's `/proc`.
  static SoakWorld of(BenchServer server, BenchReceiver receiver) throws IOException {
    var world = new SoakWorld(server, receiver);
    Files.delete(world.proc);
    Files.createDirectory(world.proc);
    try (Stream<Path> all = Files.list(Path.of("/proc"))) {
      for (Path file : all.toList()) {
        if (!file.getFileName().toString().matches("[0-9]+")) {
          Files.createSymbolicLink(world.proc.resolve(file.getFileName()), file);
        }
      }
    }
    return world;
  }

  /// Makes it another world.
  ///
  /// @param step from 1 on
  void change(int step) throws IOException {
    int gpu = step % PARTS;
    NvmlStandIn gpus = server.gpus();
    if (gpus != null) {
      gpus.set(gpu, "temperature", 40 + step % 45);
      gpus.set(gpu, "power", 100_000 + step * 7919 % 600_000);
      job(gpus, gpu, step);
      if (step % 6 == 1) {
        gpus.set(gpu, "code", 15); // lost, for the next half an hour
      }
      gpus.unset((step + PARTS - 3) % PARTS, "code");
      gpus.write();
      if (step % 9 == 0) {
        server.reportXid(gpu, 31);
      }
    }
    if (step % 5 == 0) {
      server.xid(gpu, 43 + step % 3, step);
    }
    port(step);
    // away for three hours of every nine
    receiver.away(step / HOUR % 9 >= 6);
  }

  /// The former job of a GPU ends, another begins.
  private void job(NvmlStandIn gpus, int gpu, int step) throws IOException {
    for (int process = 0; process < PROCESSES; process++) {
      int former = FIRST_PID + (step - PARTS) * PROCESSES + process;
      gpus.unset(gpu, "process " + former);
      delete(proc.resolve(String.valueOf(former)));
      int pid = FIRST_PID + step * PROCESSES + process;
      Path folder = Files.createDirectories(proc.resolve(String.valueOf(pid)));
      Files.writeString(
          folder.resolve("cgroup"),
          "0::/system.slice/slurmstepd.scope/job_%d/step_0/user/task_%d\n"
              .formatted(1000 + step, process));
      Files.writeString(folder.resolve("environ"), "RANK=" + process + "\0");
      Files.copy(Path.of("/proc/self/stat"), folder.resolve("stat"));
      gpus.process(gpu, pid, 1_000_000_000L + step);
    }
  }

  /// A port's files vanish; they are there again half an hour later.
  private void port(int step) throws IOException {
    Path devices = server.root().resolve("sys/class/infiniband");
    delete(devices.resolve("mlx5_" + step % PARTS));
    server.restore((step + PARTS - 3) % PARTS);
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path file : all.toList().reversed()) {
        Files.delete(file);
      }
    }
  }
}
