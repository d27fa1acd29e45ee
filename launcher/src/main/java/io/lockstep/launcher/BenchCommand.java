package io.lockstep.launcher;

import picocli.CommandLine.Command;

/// `lockstep bench`: measures Lockstep itself, with real daemons on this machine.
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    description = "Measures Lockstep itself, with real daemons on this machine.",
    subcommands = {
      AlertBench.class,
      AgentBench.class,
      IngestBench.class,
      ChaosBench.class,
      WindowBench.class
    })
final class BenchCommand {}
