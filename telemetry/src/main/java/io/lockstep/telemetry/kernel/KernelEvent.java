package io.lockstep.telemetry.kernel;

import java.util.Locale;

/// A broken part, as one line of the kernel's log tells of it.
///
/// @param kind of event
/// @param code the XID's or SXid's number; −1 where there is none
/// @param device whom it is about, as the line writes it: a PCI address, a process, a memory
///   controller; empty where it does not say
/// @param link number of the NVLink; −1 where it is about none
/// @param meaning what it means
/// @param line the line without what log writers put before it
public record KernelEvent(
    Kind kind, int code, String device, int link, Meaning meaning, String line) {
  /// What lines are recognized.
  public enum Kind {
    /// The NVIDIA driver reports an error of a GPU.
    XID,
    /// NVSwitch's driver reports an error.
    SXID,
    /// A GPU fell off the bus, and the line is no XID.
    GPU_LOST,
    /// The driver could not set up an NVLink.
    NVLINK,
    /// PCIe reports an error (AER), or a device that is gone.
    PCIE,
    /// A network adapter of the mlx5 family.
    MLX5,
    /// A processor's machine check, or an error that firmware reports.
    MCE,
    /// The server's memory.
    EDAC,
    /// A process was killed for want of memory.
    OOM,
    /// A task or a processor that does not go on.
    HUNG_TASK,
    /// The NVIDIA driver can't take a GPU into service.
    GPU_INIT,
    /// A drive or a file system.
    STORAGE,
    /// A program was ended within a library that matters here.
    SEGFAULT,
    /// GPUDirect RDMA's memory.
    PEERMEM,
    /// No more files can be opened.
    FILE_LIMIT;

    /// As programs write it: `hung-task`.
    public String label() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }
}
