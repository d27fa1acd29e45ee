package io.lockstep.telemetry.contract;

import java.util.List;

/// The events, as [Contract#events()] gives them.
final class EventTypes {
  private static final List<String> JOB =
      List.of(
          "hw.id",
          "slurm.job.id",
          "slurm.step.id",
          "k8s.pod.uid",
          "k8s.pod.name",
          "k8s.namespace.name",
          "k8s.container.name",
          "container.id",
          "container.name",
          "lockstep.process.unit",
          "lockstep.gpu.mig.uuid",
          "process.pid",
          "dl.rank",
          "dl.world_size",
          "dl.local_rank",
          "training.attempt");

  /// What is told of a GPU; of those behind the index what its driver says.
  private static final List<String> GPU =
      List.of(
          "hw.id",
          "hw.name",
          "hw.serial_number",
          "hw.driver_version",
          "lockstep.gpu.pci.address",
          "lockstep.gpu.index",
          "hw.firmware_version",
          "lockstep.gpu.brand",
          "lockstep.gpu.architecture",
          "lockstep.gpu.compute_capability",
          "lockstep.gpu.board.part_number",
          "lockstep.gpu.board.id",
          "lockstep.gpu.board.several",
          "lockstep.gpu.minor",
          "lockstep.gpu.module",
          "lockstep.gpu.numa_node",
          "lockstep.gpu.cpus",
          "lockstep.gpu.inforom.image",
          "lockstep.gpu.inforom.oem",
          "lockstep.gpu.inforom.ecc",
          "lockstep.gpu.inforom.power",
          "lockstep.gpu.gsp.version",
          "lockstep.gpu.driver_model",
          "lockstep.gpu.compute_mode",
          "lockstep.gpu.persistence",
          "lockstep.gpu.ecc",
          "lockstep.gpu.mig",
          "lockstep.gpu.chassis",
          "lockstep.gpu.slot",
          "lockstep.gpu.tray",
          "lockstep.gpu.fabric.cluster",
          "lockstep.gpu.fabric.clique",
          "lockstep.nvml.version",
          "lockstep.cuda.version");

  static final List<EventType> ALL =
      List.of(
          new EventType(
              "lockstep.agent.started",
              "INFO",
              "An agent started; its run number begins anew.",
              List.of("service.version")),
          new EventType(
              "lockstep.agent.stopped",
              "INFO",
              "An agent was asked to stop and did: its silence from now on is meant.",
              List.of()),
          new EventType(
              "lockstep.agent.moved",
              "INFO",
              "An agent went back to the first of its collectors: its silence at this one is meant.",
              List.of()),
          new EventType(
              "lockstep.agent.reader.failed",
              "WARN",
              "A sampler, or one of its sources, can't be read any more; said once.",
              List.of("lockstep.agent.sampler", "lockstep.agent.source", "error.message")),
          new EventType(
              "lockstep.agent.reader.recovered",
              "INFO",
              "What could not be read can be read again.",
              List.of("lockstep.agent.sampler", "lockstep.agent.source")),
          new EventType(
              "lockstep.agent.sampler.shed",
              "WARN",
              "The agent is over its budget and gives up a sampler.",
              List.of("lockstep.agent.sampler", "error.message")),
          new EventType(
              "lockstep.agent.sampler.resumed",
              "INFO",
              "The agent is within its budget again and takes a sampler back.",
              List.of("lockstep.agent.sampler")),
          new EventType(
              "lockstep.agent.verdict.began",
              "WARN",
              "While no collector heard the agent, it found a fault by the rules itself: a mark, no"
                  + " incident.",
              List.of("hw.id", "lockstep.rule")),
          new EventType(
              "lockstep.agent.verdict.over",
              "INFO",
              "A fault that the agent found by itself is over.",
              List.of("hw.id", "lockstep.rule")),
          new EventType(
              "lockstep.agent.verdict.dropped",
              "INFO",
              "A fault of before the agent's restart whose part is neither there nor expected any"
                  + " more: it is over, here and in the collector's incident.",
              List.of("hw.id", "lockstep.rule")),
          new EventType(
              "lockstep.check.changed",
              "WARN",
              "A site check has another outcome than before, or is not configured any more"
                  + " (`removed`).",
              List.of(
                  "lockstep.check.name",
                  "lockstep.check.state",
                  "lockstep.check.state.before",
                  "lockstep.check.output")),
          new EventType(
              "lockstep.inventory.changed",
              "WARN",
              "A part of the server is not what it should be, or is again.",
              List.of(
                  "lockstep.inventory.item",
                  "lockstep.inventory.expected",
                  "lockstep.inventory.found",
                  "lockstep.inventory.difference")),
          new EventType(
              "lockstep.network.link.down",
              "WARN",
              "A port went from active to another state.",
              List.of("hw.id", "lockstep.network.port.state")),
          new EventType(
              "lockstep.network.link.up", "INFO", "A port became active again.", List.of("hw.id")),
          new EventType(
              "lockstep.network.port.found",
              "INFO",
              "A port was found, or something about it is other than before.",
              List.of(
                  "hw.id",
                  "hw.model",
                  "hw.firmware_version",
                  "hw.driver_version",
                  "lockstep.network.driver",
                  "lockstep.network.board",
                  "lockstep.network.node.guid",
                  "lockstep.network.port.gid",
                  "lockstep.network.port.lid",
                  "lockstep.network.port.rail",
                  "lockstep.network.pci.address",
                  "lockstep.network.virtual",
                  "lockstep.numa.node",
                  "network.interface.name")),
          new EventType(
              "lockstep.network.counter.saturated",
              "WARN",
              "A counter of a port reached its ceiling and counts no further until cleared.",
              List.of("hw.id", "error.type")),
          new EventType(
              "lockstep.network.counter.reset",
              "INFO",
              "A counter of a port went down: it was cleared, or the device was reset.",
              List.of("hw.id", "error.type")),
          new EventType(
              "lockstep.gpu.found",
              "INFO",
              "A GPU was found: at the agent's start, or later.",
              GPU),
          new EventType(
              "lockstep.gpu.changed",
              "INFO",
              "What the driver tells of a GPU beyond its values is not as it was: its firmware, how"
                  + " it is set up, its place in the fabric. The body says what, the attributes are"
                  + " the present ones.",
              GPU),
          new EventType(
              "lockstep.gpu.notice",
              "INFO",
              "A GPU reported what is no fault by itself: `single_bit_ecc` (a corrected memory error),"
                  + " `power_source`; one a minute, with how many there were.",
              List.of("hw.id", "lockstep.gpu.pci.address", "error.type", "lockstep.event.count")),
          new EventType(
              "lockstep.gpu.state.changed",
              "WARN",
              "A GPU answers again or no longer, is lost, missing, or must be reset.",
              List.of(
                  "hw.id",
                  "lockstep.gpu.pci.address",
                  "lockstep.gpu.state",
                  "lockstep.gpu.state.before",
                  "error.message")),
          new EventType(
              "lockstep.gpu.job.started",
              "INFO",
              "A job began to use a GPU, or was found doing so at the agent's start.",
              JOB),
          new EventType(
              "lockstep.gpu.job.ended", "INFO", "A job does not use a GPU any more.", JOB),
          new EventType(
              "lockstep.gpu.mig.changed",
              "INFO",
              "The driver says that a GPU was split anew; which instances came and went is told next.",
              List.of("hw.id", "lockstep.gpu.pci.address", "lockstep.event.count")),
          new EventType(
              "lockstep.gpu.mig.added",
              "INFO",
              "A GPU was split anew, and has this MIG instance.",
              List.of("hw.id", "hw.name", "lockstep.gpu.mig.uuid")),
          new EventType(
              "lockstep.gpu.mig.removed",
              "INFO",
              "A GPU was split anew, or is whole again: this MIG instance is gone.",
              List.of("hw.id", "hw.name", "lockstep.gpu.mig.uuid")),
          new EventType(
              "lockstep.gpu.xid",
              "ERROR",
              "The driver reported an error of a GPU: an XID.",
              List.of(
                  "hw.id",
                  "lockstep.gpu.pci.address",
                  "lockstep.gpu.xid",
                  "lockstep.event.count",
                  "lockstep.kernel.sequence")),
          new EventType(
              "lockstep.nvswitch.sxid",
              "ERROR",
              "NVSwitch's driver reported an error: an SXid.",
              List.of("hw.id", "lockstep.nvswitch.sxid", "lockstep.kernel.sequence")),
          new EventType(
              "lockstep.kernel.fault",
              "ERROR",
              "The kernel's log tells of something broken: `nvlink`, `pcie`, `mlx5`, `mce`, `edac`,"
                  + " `oom`, `hung-task`, `gpu-init`, `storage`, `segfault`, `peermem`, `file-limit`.",
              List.of("hw.id", "error.type", "lockstep.kernel.device", "lockstep.kernel.sequence")),
          new EventType(
              "lockstep.gpu.memory.error",
              "ERROR",
              "A GPU reported an uncorrectable or a retired part of its memory.",
              List.of("hw.id", "lockstep.gpu.pci.address", "error.type", "lockstep.event.count")),
          new EventType(
              "lockstep.gpu.recovery.requested",
              "ERROR",
              "The driver asks for a GPU to be recovered, or says that it is unavailable.",
              List.of("hw.id", "lockstep.gpu.pci.address", "error.type", "lockstep.event.count")),
          new EventType(
              "lockstep.host.found",
              "INFO",
              "What a server is: at the agent's start, and when something about it has changed.",
              List.of(
                  "host.cpu.model.name",
                  "os.description",
                  "os.version",
                  "lockstep.host.microcode",
                  "lockstep.host.boot",
                  "lockstep.host.tainted",
                  "lockstep.host.vendor",
                  "lockstep.host.product",
                  "lockstep.host.board",
                  "lockstep.host.bios",
                  "lockstep.host.clock.source",
                  "lockstep.host.cpu.governor",
                  "lockstep.host.cpu.smt",
                  "lockstep.host.nvidia.driver",
                  "lockstep.host.modules",
                  "lockstep.host.kernel.flags")),
          new EventType(
              "lockstep.hardware.state.changed",
              "WARN",
              "A part of the server has a fault, has another than before, or is as it should be"
                  + " again; a fault that lasts is said again every quarter of an hour.",
              List.of("hw.id", "hw.type", "hw.state")),
          new EventType(
              "lockstep.hardware.error",
              "ERROR",
              "A part of the server counted errors of a kind of which each one matters.",
              List.of("hw.id", "hw.type", "error.type", "lockstep.error.count")),
          new EventType(
              "lockstep.process.stuck",
              "WARN",
              "A process has waited in the kernel for a minute and does not come back.",
              List.of("process.pid", "process.executable.name")),
          new EventType(
              "training.started", "INFO", "A training job's rank started.", List.of("dl.rank")),
          new EventType(
              "training.ended", "INFO", "A training job's rank ended.", List.of("dl.rank")),
          new EventType(
              "training.checkpoint.saved",
              "INFO",
              "The job saved a checkpoint.",
              List.of("training.iteration", "training.checkpoint.duration")),
          new EventType(
              "training.checkpoint.failed",
              "ERROR",
              "The job could not save a checkpoint.",
              List.of("training.iteration", "error.message")));

  private EventTypes() {}
}
