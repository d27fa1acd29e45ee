package io.lockstep.telemetry.kernel;

import io.lockstep.telemetry.kernel.HostLines.Row;
import io.lockstep.telemetry.kernel.KernelEvent.Kind;
import java.util.List;

/// What the kernel says of drives and file systems, and of what programs ran into.
final class StorageLines {
  private static final String NVME = "Linux kernel source, drivers/nvme/host";
  private static final String MD = "Linux kernel source, drivers/md";
  private static final String FS = "Linux kernel source, fs";

  /// Of a disk that can be taken out, or is a file, an error is no fault of the server's.
  private static final String DISK = "(?!sr[0-9]|fd[0-9]|loop|nbd)([a-z][A-Za-z0-9_/!-]{0,63})";

  /// A file system, where the line names one.
  private static final String NAMED =
      "(?:(?:EXT[234]-fs|BTRFS|XFS|F2FS-fs|JFS)(?: \\(([^)]{1,64})\\))?: )?";

  static final List<Row> ROWS =
      List.of(
          HostLines.row(
              Kind.STORAGE,
              "nvme (nvme[0-9]{1,4}): (?:Removing after probe failure|Disabling device after reset"
                  + " failure|Device not ready; aborting)",
              "A drive did not come back after it was reset; what is on it can't be reached.",
              Blame.HARDWARE,
              Remedy.RESTART_SERVER,
              NVME),
          HostLines.row(
              Kind.STORAGE,
              "nvme (nvme[0-9]{1,4}): controller is down; will reset",
              "A drive's controller does not answer; the driver resets it.",
              Blame.HARDWARE,
              Remedy.CHECK_CONNECTIONS,
              NVME),
          HostLines.row(
              Kind.STORAGE,
              "(?:I/O|critical (?:medium|target|space allocation)) error, dev " + DISK + ", sector",
              "A drive could not read or write.",
              Blame.HARDWARE,
              Remedy.CHECK_CONNECTIONS,
              "Linux kernel source, block/blk-core.c"),
          HostLines.row(
              Kind.STORAGE,
              NAMED + "Remounting filesystem" + " read-only",
              "A file system takes no writes any more, after an error.",
              Blame.HARDWARE,
              Remedy.RESTART_SERVER,
              FS),
          HostLines.row(
              Kind.STORAGE,
              "BTRFS [a-z]+ \\(device ([^) :]{1,64})[^)]{0,64}\\): forced readonly",
              "A file system takes no writes any more, after an error.",
              Blame.HARDWARE,
              Remedy.RESTART_SERVER,
              FS),
          HostLines.row(
              Kind.STORAGE,
              "XFS \\(([^)]{1,64})\\): (?!User initiated).*(?:Shutting down filesystem"
                  + "|Filesystem has been shut down)",
              "A file system was shut down after an error.",
              Blame.HARDWARE,
              Remedy.RESTART_SERVER,
              FS + "/xfs/xfs_fsops.c"),
          HostLines.row(
              Kind.STORAGE,
              NAMED + "I/O error while writing superblock",
              "A file system could not write what it needs to be found again.",
              Blame.HARDWARE,
              Remedy.CHECK_CONNECTIONS,
              FS),
          HostLines.row(
              Kind.STORAGE,
              "md/raid\\S{1,32}: Disk failure on (\\S{1,64}) detected, failing array",
              "An array of drives lost one that it can't do without; what is on it is lost.",
              Blame.HARDWARE,
              Remedy.RESTART_SERVER,
              MD),
          HostLines.row(
              Kind.STORAGE,
              "md/raid\\S{1,32}: Disk failure on ([^ ,]{1,64}), disabling device",
              "An array of drives lost one, and goes on without it.",
              Blame.HARDWARE,
              Remedy.CHECK_CONNECTIONS,
              MD),
          HostLines.row(
              Kind.STORAGE,
              "nvme (nvme[0-9]{1,4}): I/O .*timeout, reset controller",
              "A drive did not answer in time; the driver resets it.",
              Blame.HARDWARE,
              Remedy.CHECK_CONNECTIONS,
              NVME),
          HostLines.row(
              Kind.STORAGE,
              "block (nvme\\S{1,32}): no available path - failing I/O",
              "No path leads to a drive any more.",
              Blame.HARDWARE,
              Remedy.CHECK_CONNECTIONS,
              NVME),
          HostLines.row(
              Kind.STORAGE,
              "Buffer I/O error on dev " + DISK + ", logical block",
              "A drive could not read or write.",
              Blame.HARDWARE,
              Remedy.CHECK_CONNECTIONS,
              "Linux kernel source, fs/buffer.c"),
          HostLines.row(
              Kind.STORAGE,
              "attempt to access beyond end of device",
              "Somebody wanted of a drive what is behind its end: it, or its file system, is not as"
                  + " it was.",
              Blame.DRIVER,
              Remedy.CONTACT_SUPPORT,
              "Linux kernel source, block/blk-core.c"),
          HostLines.row(
              Kind.SEGFAULT,
              "(?:(\\S{1,64})\\[[0-9]+]: )?segfault at .* in libnccl\\.so",
              "A program was ended because NCCL used memory that is not its.",
              Blame.APPLICATION,
              Remedy.RESTART_APPLICATION,
              "Linux kernel source, arch/x86/mm/fault.c"),
          HostLines.row(
              Kind.PEERMEM,
              "nvidia-peermem .*ERROR detected invalid context",
              "GPUDirect RDMA gave back memory of a program that is gone.",
              Blame.APPLICATION,
              Remedy.RESTART_APPLICATION,
              "open-gpu-kernel-modules, nvidia-peermem"),
          HostLines.row(
              Kind.FILE_LIMIT,
              "VFS: file-max limit [0-9]+ reached",
              "No program can open one more file: the server's limit (fs.file-max) is reached.",
              Blame.APPLICATION,
              Remedy.RESTART_APPLICATION,
              "Linux kernel source, fs/file_table.c"));

  private StorageLines() {}
}
