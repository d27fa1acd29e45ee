package io.lockstep.agent;

import io.lockstep.agent.sample.Reading;
import io.lockstep.agent.sample.Sampler;
import io.lockstep.agent.send.Sender;
import io.lockstep.agent.spool.Spool;
import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.Sample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/// What the agent itself costs and how its spool stands. Its columns stand in the table `host_slow`
/// beside those of a sampler with the same interval: both run in one tick, so one batch writes the
/// row.
final class OwnCost implements Sampler {
  private static final Column CPU = column("agent_cpu_time");
  private static final Column MEMORY = column("agent_memory");
  private static final Column SPOOL = column("agent_spool");
  private static final Column BATCHES = column("agent_spool_batches");
  private static final Column DROPPED = column("agent_dropped");
  private static final Column SENT = column("agent_sent");
  private static final Column REFUSED = column("agent_training_refused");

  private final Spool spool;
  private final Sender sender;
  private final LongAdder refused;

  /// @param refused requests that the listener answered with an error
  OwnCost(Spool spool, Sender sender, LongAdder refused) {
    this.refused = refused;
    this.spool = spool;
    this.sender = sender;
  }

  private static Column column(String name) {
    return Contract.column(Table.HOST_SLOW, name);
  }

  @Override
  public String name() {
    return "agent";
  }

  @Override
  public Duration interval() {
    return Duration.ofSeconds(10);
  }

  @Override
  public Reading sample(Instant now) throws IOException {
    return new Reading(samples(), List.of());
  }

  /// The values as they are now.
  List<Sample> samples() throws IOException {
    var samples = new ArrayList<Sample>();
    ProcessHandle.current()
        .info()
        .totalCpuDuration()
        .ifPresent(time -> samples.add(Sample.of(CPU, "", time.toNanos() / 1e9)));
    long resident = residentBytes();
    if (resident > 0) {
      samples.add(Sample.of(MEMORY, "", resident));
    }
    Spool.State state = spool.state();
    samples.add(Sample.of(SPOOL, "", state.bytes()));
    samples.add(Sample.of(BATCHES, "", state.batches()));
    samples.add(Sample.of(DROPPED, "", state.dropped()));
    samples.add(Sample.of(SENT, "", sender.sent()));
    samples.add(Sample.of(REFUSED, "", refused.sum()));
    return samples;
  }

  /// From the line `VmRSS: 51234 kB` of `/proc/self/status`; 0 where there is none.
  private static long residentBytes() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.isReadable(status)) {
      return 0;
    }
    for (String line : Files.readAllLines(status)) {
      if (line.startsWith("VmRSS:")) {
        return 1024 * Long.parseLong(line.replaceAll("[^0-9]", ""));
      }
    }
    return 0;
  }
}
