package io.lockstep.launcher;

import io.lockstep.simulator.NvmlStandIn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// What happens around an agent in a long time, made short: each step of ten minutes something is
/// other than before, and after some hours all has been tried.
final class SoakWorld implements AutoCloseable {
  private static final int HOUR = 6;
  private static final int PARTS = 8;
  private static final int PROCESSES = 4;

  private final BenchServer server;
  private final BenchReceiver receiver;
  private final Map<Integer, List<Process>> jobs = new HashMap<>();

  SoakWorld(BenchServer server, BenchReceiver receiver) {
    this.server = server;
    this.receiver = receiver;
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
    for (Process former : jobs.getOrDefault(gpu, List.of())) {
      gpus.unset(gpu, "process " + former.pid());
      former.destroy();
    }
    var processes = new ArrayList<Process>();
    for (int rank = 0; rank < PROCESSES; rank++) {
      var builder = new ProcessBuilder("sleep", "86400");
      builder.environment().put("RANK", String.valueOf(rank));
      processes.add(builder.start());
      gpus.process(gpu, processes.getLast().pid(), 1_000_000_000L + step);
    }
    jobs.put(gpu, processes);
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

  @Override
  public void close() {
    jobs.values().forEach(job -> job.forEach(Process::destroy));
  }
}
