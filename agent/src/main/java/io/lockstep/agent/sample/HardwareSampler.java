package io.lockstep.agent.sample;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/// Reads what the kernel itself keeps of the server's parts: errors of memory and PCIe, links, NUMA
/// nodes, processors, RAIDs; and what the server is. None of it asks a device, so none of it hangs
/// with one.
public final class HardwareSampler implements Sampler, AutoCloseable {
  private final Text text = new Text();
  private final Duration interval;
  private final MemoryControllers memory;
  private final PciDevices pci;
  private final NumaNodes nodes;
  private final Sockets sockets;
  private final Raids raids;
  private final HostFacts facts;
  private long round;

  /// @param root `/`, or a folder that holds a captured `proc/` and `sys/`
  public HardwareSampler(Path root, Duration interval) {
    this.interval = interval;
    Path sys = root.resolve("sys");
    var states = new PartStates();
    var errors = new ErrorCounts();
    memory = new MemoryControllers(sys, states, errors);
    pci = new PciDevices(sys, states, errors);
    nodes = new NumaNodes(sys, Samplers.kept(root));
    sockets = new Sockets(sys);
    facts = new HostFacts(root);
    raids = new Raids(root.resolve("proc"), Samplers.kept(root), states);
  }

  @Override
  public String name() {
    return "hardware";
  }

  @Override
  public Duration interval() {
    return interval;
  }

  @Override
  public Reading sample(Instant now) {
    var notes = new Notes(name(), now, round++);
    facts.read(notes, text);
    memory.read(notes, text);
    pci.read(notes, text);
    nodes.read(notes, text);
    sockets.read(notes, text);
    raids.read(notes, text);
    return notes.reading();
  }

  /// Lets go of the files.
  @Override
  public void close() {
    nodes.close();
    raids.close();
  }
}
