package io.lockstep.simulator;

import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.Sample;
import java.util.List;

/// A server's disks, file systems, management interface and the agent's own state: what is read
/// every ten seconds. The state of the agent's spool is not here: it is the sender's to know.
final class PartModel {
  private static final long FILESYSTEM_BYTES = 3_700_000_000_000L;
  private static final String DISK = "nvme0n1";
  private static final String ROOT = "/";
  private static final String INTERFACE = "eth0";
  private static final List<String> SAMPLERS =
      List.of("host", "host-slow", "infiniband", "disks", "filesystems", "interfaces");

  /// The series; servers share them.
  static final class Names {
    private final Series diskRead = part("disk_read", DISK);
    private final Series diskWritten = part("disk_written", DISK);
    private final Series diskReads = part("disk_reads", DISK);
    private final Series diskWrites = part("disk_writes", DISK);
    private final Series diskTime = part("disk_io_time", DISK);
    private final Series filesystemUsed = part("filesystem_used", ROOT);
    private final Series filesystemFree = part("filesystem_free", ROOT);
    private final Series filesystemReserved = part("filesystem_reserved", ROOT);
    private final Series filesystemLimit = part("filesystem_limit", ROOT);
    private final Series received = part("network_received", INTERFACE);
    private final Series transmitted = part("network_transmitted", INTERFACE);
    private final Series packetsReceived = part("network_packets_received", INTERFACE);
    private final Series packetsTransmitted = part("network_packets_transmitted", INTERFACE);
    private final List<Sample> interfaceErrors =
        List.of(
            part("network_errors_received", INTERFACE).at(0L),
            part("network_errors_transmitted", INTERFACE).at(0L),
            part("network_dropped_received", INTERFACE).at(0L),
            part("network_dropped_transmitted", INTERFACE).at(0L));
    private final List<Series> samplerDurations =
        SAMPLERS.stream().map(name -> part("sampler_duration", name)).toList();
    private final List<Sample> samplersWell =
        SAMPLERS.stream()
            .flatMap(name ->
                java.util.stream.Stream.of(
                    part("sampler_success", name).at(1L), part("sampler_age", name).at(0.0)))
            .toList();
    private final Series agentTime = Series.of(Table.HOST_SLOW, "agent_cpu_time", "");
    private final Series agentMemory = Series.of(Table.HOST_SLOW, "agent_memory", "");

    private static Series part(String column, String subject) {
      return Series.of(Table.PART, column, subject);
    }
  }

  private final Names names;
  private final Chance chance;
  private double read;
  private double written;
  private double in;
  private double out;
  private double busySeconds;
  private double agentSeconds;

  PartModel(Names names, Chance chance) {
    this.names = names;
    this.chance = chance;
    Chance first = chance.of("first");
    read = first.between(1e11, 1e13, 0);
    written = first.between(1e11, 1e13, 1);
    in = first.between(1e11, 1e13, 2);
    out = first.between(1e11, 1e13, 3);
    busySeconds = first.between(1e3, 1e5, 4);
  }

  /// Lives through one interval; a checkpoint goes over the management network to storage.
  void tick(long tick, double seconds, Activity activity) {
    Chance now = chance.of(tick);
    read += 2e6 * seconds * now.uniform(0);
    written += 6e6 * seconds * (0.5 + now.uniform(1));
    in += (3e6 + 2e7 * activity.compute()) * seconds * (0.8 + 0.4 * now.uniform(2));
    out += (2e6 + 2.5e9 * activity.checkpoint()) * seconds * (0.8 + 0.4 * now.uniform(3));
    busySeconds += 0.004 * seconds * (0.5 + now.uniform(4));
    agentSeconds += 0.008 * seconds * (0.9 + 0.2 * now.uniform(5));
  }

  /// One round of samples.
  void sample(long tick, List<Sample> samples) {
    Chance now = chance.of("round").of(tick);
    samples.add(names.diskRead.at((long) read));
    samples.add(names.diskWritten.at((long) written));
    samples.add(names.diskReads.at((long) (read / 65_536)));
    samples.add(names.diskWrites.at((long) (written / 32_768)));
    samples.add(names.diskTime.at(busySeconds));
    long used = 410_000_000_000L + (long) (written / 1000);
    long reserved = FILESYSTEM_BYTES / 20;
    samples.add(names.filesystemUsed.at(used));
    samples.add(names.filesystemFree.at(FILESYSTEM_BYTES - used - reserved));
    samples.add(names.filesystemReserved.at(reserved));
    samples.add(names.filesystemLimit.at(FILESYSTEM_BYTES));
    samples.add(names.received.at((long) in));
    samples.add(names.transmitted.at((long) out));
    samples.add(names.packetsReceived.at((long) (in / 1100)));
    samples.add(names.packetsTransmitted.at((long) (out / 1300)));
    samples.addAll(names.interfaceErrors);
    for (int i = 0; i < SAMPLERS.size(); i++) {
      samples.add(names.samplerDurations.get(i).at(0.001 * (i + 1) * (0.9 + 0.4 * now.uniform(i))));
    }
    samples.addAll(names.samplersWell);
    samples.add(names.agentTime.at(agentSeconds));
    samples.add(names.agentMemory.at(61L * 1024 * 1024 + 4096L * now.below(300, 9)));
  }
}
