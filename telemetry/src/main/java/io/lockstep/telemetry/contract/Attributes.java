package io.lockstep.telemetry.contract;

import java.util.List;
import java.util.Set;

/// The attributes, as [Contract#attributes()] gives them.
final class Attributes {
  static final Set<String> DESCRIPTIVE =
      Set.of(
          "hw.driver_version",
          "hw.firmware_version",
          "hw.id",
          "hw.model",
          "hw.name",
          "hw.parent",
          "hw.serial_number",
          "hw.type",
          "hw.vendor");

  static final List<Attribute> ALL =
      List.of(
          resource(
              "host.name", "The server; must be the sender's own, where the sender is one host."),
          resource(
              "service.name", "`lockstep-agent` from agents; the training program's own name."),
          resource("service.version", "Version of the sender."),
          resource("process.pid", "Process id of the training process."),
          resource("dl.rank", "Rank of the training process, from 0."),
          resource("dl.world_size", "Ranks of the job."),
          resource("dl.data_parallel.rank", "Place in the data-parallel group."),
          resource("dl.pipeline_parallel.rank", "Pipeline stage, from 0."),
          resource("dl.tensor_parallel.rank", "Place in the tensor-parallel group."),
          resource("dl.expert_parallel.rank", "Place in the expert-parallel group."),
          resource("dl.context_parallel.rank", "Place in the context-parallel group."),
          resource("gpu.index", "Index of the rank's GPU on its host, where `hw.id` is not known."),
          resource(
              "slurm.job.id", "Slurm's job id; the job's id where `training.job.id` is absent."),
          resource("training.job.id", "The job; may stand on the span instead."),
          resource("training.attempt", "Restart count of the job, else its start time."),
          span("training.iteration", "Number of the step within the attempt; never on a metric."),
          point("hw.id", "GPU: its UUID. Port: `device/port`."),
          point("hw.parent", "The hardware that a sensor sits on: the GPU's UUID."),
          point("hw.type", "Kind of hardware: `gpu`, `network`, `temperature`, `fan`."),
          point("hw.sensor_location", "Where a sensor sits: `gpu` or `memory`."),
          point("error.type", "ECC: `corrected`, `uncorrected`. Port: the kernel's counter name."),
          point("network.io.direction", "`receive` or `transmit`."),
          point("lockstep.network.cast", "`unicast` or `multicast`."),
          point("network.interface.name", "Name of a network interface."),
          point("disk.io.direction", "`read` or `write`."),
          point("cpu.mode", "`user`, `system`, `nice`, `iowait`, `interrupt`, `steal`, `idle`."),
          point("system.device", "A disk or the device of a file system."),
          point("system.filesystem.mountpoint", "Where a file system is mounted."),
          point("system.filesystem.state", "`used`, `free`, `reserved`."),
          point("system.memory.state", "`used`, `free`, `buffers`, `cached`."),
          point("system.paging.state", "`used`, `free`."),
          point("system.paging.direction", "`in`, `out`."),
          point("lockstep.aggregation", "`mean`, `min` or `max` over cores."),
          point("lockstep.gpu.clock.domain", "`sm`, `memory`, `graphics`, `video`."),
          point(
              "lockstep.gpu.clock.event_reason",
              "`sw_power_cap`, `sw_thermal`, `hw_thermal`, `hw_power_brake`, `sync_boost`, and the"
                  + " policies of NVML's nvmlPerfPolicyType."),
          point(
              "lockstep.gpu.pipe",
              "`graphics`, `sm`, `sm_occupancy`, `tensor`, `dram`, `integer`, `fp64`, `fp32`, `fp16`,"
                  + " `tensor_half`, `tensor_double`, `tensor_integer`."),
          point("lockstep.gpu.engine", "`encoder`, `decoder`, `jpeg`, `ofa` (optical flow)."),
          point("lockstep.gpu.power.scope", "`gpu`, `module`, `memory`."),
          point(
              "lockstep.gpu.limit",
              "Of power: `default`, `min`, `max`, `requested`, `module`. Of temperature: `shutdown`,"
                  + " `slowdown`, `memory_max`, `gpu_max`."),
          point(
              "lockstep.gpu.event",
              "`performance_state`, `clock`, `single_bit_ecc`, `power_source`."),
          point("lockstep.gpu.setting", "`current` or `pending`."),
          point("lockstep.gpu.ecc.counter", "`volatile` or `aggregate`."),
          point(
              "lockstep.gpu.memory.place",
              "`dram`, `sram`, `l1_cache`, `l2_cache`, `register_file`, `texture`, `cbu`, `all`; of"
                  + " the SRAM: `sm`, `pcie`, `microcontroller`, `other`."),
          point("lockstep.gpu.row_remap.availability", "`max`, `high`, `partial`, `low`, `none`."),
          point(
              "lockstep.gpu.page_retirement.cause",
              "`single_bit_ecc`, `double_bit_ecc`, `pending`."),
          point(
              "lockstep.gpu.fabric.condition",
              "`degraded_bandwidth`, `route_recovery`, `route_unhealthy`, `access_timeout_recovery`,"
                  + " `misconfiguration`, `partition_assigned`."),
          point("lockstep.nvlink.id", "An NVLink: the GPU's UUID, a slash, the link's number."),
          point("lockstep.nvlink.ber", "`raw`, `effective`, `symbol`."),
          point("lockstep.gpu.nvlink.state", "`active` or `lost`."),
          point("lockstep.gpu.pcie.link.property", "`lanes` or `generations`."),
          point("lockstep.gpu.row_remap.state", "`corrected`, `uncorrected`, `pending`, `failed`."),
          point("lockstep.network.rdma.counter", "The kernel's name of the hw_counter."),
          point("lockstep.host.pressure.resource", "`cpu`, `memory`, `io`."),
          point("lockstep.host.pressure.share", "`some` or `full`."),
          point("lockstep.host.task.state", "`all`, `runnable`, `blocked`, `stuck` …"),
          point("lockstep.host.memory.kind", "What memory is used for: `dirty`, `shared` …"),
          point("lockstep.host.hugepages.state", "`all`, `free`, `reserved`, `surplus`."),
          point("lockstep.host.clock.error", "`estimated` or `max`."),
          point("lockstep.host.socket.kind", "`all`, `tcp`, `udp` …"),
          point("lockstep.host.tcp.event", "`retransmitted`, `listen_drops` …"),
          point("lockstep.host.udp.event", "`errors` or `receive_buffer_full` …"),
          point("lockstep.host.softnet.event", "`processed`, `dropped`, `squeezed`."),
          point("system.paging.fault.type", "`major`, `minor`."),
          point("lockstep.numa.outcome", "`hit`, `miss`, `foreign`."),
          point("lockstep.pci.error.severity", "`correctable`, `nonfatal`, `fatal`."),
          point("lockstep.pci.link.value", "`current` or `limit`."),
          point("hw.state", "`ok`, `degraded` or `failed`."),
          point("hw.limit_type", "`critical`."),
          point("lockstep.raid.disk.state", "`all` or `active`."),
          point("lockstep.cpu.throttle.scope", "`socket` or `cores`."),
          point("lockstep.network.bond.member.state", "`all` or `up`."),
          point("lockstep.network.interface.event", "`pause_received`, `symbol_errors` …"),
          point("slurm.step.id", "Slurm's step: a number, `batch`, `extern`, `interactive`."),
          point("k8s.pod.uid", "The pod's UID."),
          point("k8s.pod.name", "The pod's name, where the kubelet's log folders tell it."),
          point("k8s.namespace.name", "The pod's namespace."),
          point("k8s.container.name", "The container's name in its pod."),
          point("container.id", "The container's id: 64 hexadecimal digits."),
          point("container.name", "The container's name, where it has no id: LXC."),
          point(
              "lockstep.process.unit",
              "The service, or the person's slice, of a process in no job: `user-1000.slice`."),
          point("lockstep.gpu.mig.uuid", "The MIG instance that a job uses: its UUID."),
          event("dl.local_rank", "Rank among those on the server."),
          point("lockstep.agent.sampler", "Name of a sampler."),
          point("lockstep.check.name", "A site check: its file's name, or its own."),
          point(
              "lockstep.check.value.name", "What a check's value is of, by the check's own word."),
          point(
              "lockstep.inventory.item",
              "What is counted or compared: `gpu.count`, `net/eth0.mtu`."),
          point("lockstep.textfile.name", "A file of a textfile folder, with its folder."),
          event("lockstep.check.state", "`ok`, `warning`, `critical`, `unknown`, `removed`."),
          event("lockstep.check.state.before", "The state before; empty at a check's first run."),
          event("lockstep.check.output", "First line of what the check wrote."),
          event("lockstep.inventory.expected", "What should be there."),
          event("lockstep.inventory.found", "What is there; empty when nothing is."),
          event("lockstep.inventory.difference", "In words; empty when all is as it should be."),
          point("lockstep.agent.forward", "Name of a further destination of the agent's."),
          point("lockstep.agent.forward.outcome", "`sent`, `dropped`, `refused`."),
          event("lockstep.agent.source", "What of a sampler's source: a file, a device, a mount."),
          event("lockstep.rule", "Id of a rule: the name of its runbook."),
          event("error.message", "What went wrong, in one line."),
          event("process.executable.name", "Name of a process, as the kernel has it."),
          event("hw.name", "The product's name."),
          event("hw.serial_number", "Serial number of the board."),
          event("hw.driver_version", "Version of the driver."),
          event("lockstep.gpu.brand", "As `NVIDIA` or `Tesla`."),
          event("lockstep.gpu.architecture", "As `Hopper`."),
          event("lockstep.gpu.compute_capability", "CUDA compute capability: `9.0`."),
          event("lockstep.gpu.board.part_number", "Part number of the board."),
          event(
              "lockstep.gpu.board.id",
              "Number of the board within the server; GPUs of one board have the same."),
          event("lockstep.gpu.board.several", "Whether the board has several GPUs: `yes` or `no`."),
          event("lockstep.gpu.minor", "Number of the device file: `/dev/nvidia3`."),
          event("lockstep.gpu.module", "Number of the module on the baseboard."),
          event("lockstep.gpu.numa_node", "NUMA node of the GPU."),
          event("lockstep.gpu.cpus", "CPUs nearest to the GPU: `0-31,64-95`."),
          event("lockstep.gpu.inforom.image", "Version of the InfoROM."),
          event("lockstep.gpu.inforom.oem", "Version of its OEM object."),
          event("lockstep.gpu.inforom.ecc", "Version of its ECC object."),
          event("lockstep.gpu.inforom.power", "Version of its power object."),
          event("lockstep.gpu.gsp.version", "Version of the GPU system processor's firmware."),
          event("lockstep.gpu.driver_model", "On Windows: `WDDM`, `WDM`, `MCDM`."),
          event("lockstep.gpu.compute_mode", "`default`, `exclusive process`, `prohibited`."),
          event("lockstep.gpu.persistence", "Persistence mode: `on` or `off`."),
          event("lockstep.gpu.ecc", "ECC mode: `on`, `off`, or both where a reset will change it."),
          event("lockstep.gpu.mig", "MIG mode, the same way."),
          event("lockstep.gpu.chassis", "Serial number of the chassis, as of GB200."),
          event("lockstep.gpu.slot", "Slot in the chassis."),
          event("lockstep.gpu.tray", "Compute tray in the chassis."),
          event("lockstep.gpu.fabric.cluster", "UUID of the NVLink fabric."),
          event(
              "lockstep.gpu.fabric.clique",
              "Group of GPUs within the fabric that reach one another."),
          event("lockstep.nvml.version", "Version of NVML."),
          event("lockstep.cuda.version", "The newest CUDA that the driver supports."),
          event(
              "lockstep.event.count",
              "How many there were since the last such event; absent for one that is told by itself."),
          event("lockstep.gpu.pci.address", "Where the GPU sits: `0000:18:00.0`."),
          event("lockstep.gpu.state", "`ok`, `lost`, `reset-required`, `unresponsive`, `missing`."),
          event("lockstep.gpu.xid", "NVIDIA's number of the error."),
          event("lockstep.nvswitch.sxid", "NVIDIA's number of the NVSwitch's error."),
          event("lockstep.kernel.sequence", "Number of the record in the kernel's log."),
          event(
              "lockstep.kernel.device",
              "What a record of the kernel's log is about: a PCI address, a process, a memory"
                  + " controller."),
          event("lockstep.error.count", "How many errors more there are."),
          event("hw.model", "Model of a part."),
          event("hw.firmware_version", "Version of a part's firmware; of a GPU its VBIOS."),
          event("lockstep.network.driver", "Kernel module of an adapter: `mlx5_core`."),
          event("lockstep.network.board", "The maker's id of an adapter's board."),
          event("lockstep.network.node.guid", "GUID of an adapter."),
          event(
              "lockstep.network.port.gid", "The first GID of a port; its end is the port's GUID."),
          event("lockstep.network.port.lid", "Address of a port in its InfiniBand network."),
          event(
              "lockstep.network.port.rail", "Which of the cluster's rails it belongs to, from 0."),
          event("lockstep.network.pci.address", "Where an adapter sits: `0000:5e:00.0`."),
          event("lockstep.network.virtual", "`true` where it is a virtual function."),
          event("lockstep.numa.node", "NUMA node that a part sits at."),
          event("host.cpu.model.name", "Model of the processors."),
          event("os.description", "The distribution with its version."),
          event("os.version", "Release of the kernel."),
          event("lockstep.host.microcode", "Version of the processors' microcode."),
          event("lockstep.host.boot", "Id of the boot; another after each start of the server."),
          event("lockstep.host.tainted", "The kernel's taint flags, as a number; 0 for none."),
          event("lockstep.host.vendor", "Maker of the server."),
          event("lockstep.host.product", "Product name of the server."),
          event("lockstep.host.board", "Name of the server's board."),
          event("lockstep.host.bios", "Version of the server's firmware."),
          event("lockstep.host.clock.source", "What the kernel tells the time by: `tsc`."),
          event("lockstep.host.cpu.governor", "How the processors' clock is governed."),
          event("lockstep.host.cpu.smt", "Whether cores run two threads: `on`, `off` …"),
          event("lockstep.host.nvidia.driver", "The NVIDIA driver's own words of its version."),
          event("lockstep.host.modules", "Loaded modules that GPU and network need."),
          event("lockstep.host.kernel.flags", "Of the kernel's command line, what matters here."),
          event("lockstep.gpu.state.before", "The state before the change."),
          event("training.checkpoint.duration", "Time that saving took, s."));

  private Attributes() {}

  private static Attribute resource(String name, String help) {
    return new Attribute(name, "resource", help);
  }

  private static Attribute point(String name, String help) {
    return new Attribute(name, "point", help);
  }

  private static Attribute event(String name, String help) {
    return new Attribute(name, "event", help);
  }

  private static Attribute span(String name, String help) {
    return new Attribute(name, "span", help);
  }
}
