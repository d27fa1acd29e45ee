package io.lockstep.telemetry.kernel;

import io.lockstep.telemetry.kernel.KernelEvent.Kind;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What the kernel says of the server itself and its adapters, one row for each kind of line.
final class HostLines {
  private static final String LINUX = "Linux kernel source";
  private static final String MLX5 = "Linux kernel source, drivers/net/ethernet/mellanox/mlx5";
  private static final String INTEL = "Intel SDM, volume 3, IA32_MCi_STATUS";
  private static final String APEI = "UEFI specification, appendix N; drivers/firmware/efi/cper.c";

  /// Up to the status word: its highest bits are valid, overflow, uncorrected (61), enabled.
  private static final String STATUS =
      "\\[Hardware Error]: (CPU ?[0-9]+): Machine Check(?: Exception)?: [0-9a-fA-F]+ Bank [0-9]+: ";

  private static final String PCI = "([0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\\.[0-9])";

  /// A kind of line.
  ///
  /// @param line found anywhere in it; the first group, where there is one, is the device
  record Row(Kind kind, Pattern line, Meaning meaning) {}

  private static final List<Row> ROWS =
      List.of(
          row(
              Kind.PCIE,
              PCI + ": (?:AER: )?PCIe Bus Error: severity=Uncorrect[a-z]* \\(Fatal\\)",
              "A PCIe error that could not be corrected; the link is not to be trusted.",
              Blame.HARDWARE,
              Remedy.RESTART_SERVER,
              LINUX),
          row(
              Kind.PCIE,
              PCI + ": (?:AER: )?PCIe Bus Error: severity=Uncorrect",
              "A PCIe transfer failed; the link goes on.",
              Blame.HARDWARE,
              Remedy.CHECK_CONNECTIONS,
              LINUX),
          row(
              Kind.PCIE,
              PCI + ": (?:AER: )?PCIe Bus Error: severity=Correct",
              "A PCIe error that was corrected.",
              Blame.HARDWARE,
              Remedy.NONE,
              LINUX),
          row(
              Kind.PCIE,
              "AER: (?:Multiple )?Uncorrect[a-z]* \\(Fatal\\) .*received(?:(?: from|:) "
                  + PCI
                  + ")?",
              "A PCIe error that could not be corrected; the link is not to be trusted.",
              Blame.HARDWARE,
              Remedy.RESTART_SERVER,
              LINUX),
          row(
              Kind.PCIE,
              "AER: (?:Multiple )?Uncorrect[a-z]* .*received(?:(?: from|:) " + PCI + ")?",
              "A PCIe error that could not be corrected.",
              Blame.HARDWARE,
              Remedy.CHECK_CONNECTIONS,
              LINUX),
          row(
              Kind.PCIE,
              "AER: (?:Multiple )?Correct[a-z]* .*received(?:(?: from|:) " + PCI + ")?",
              "A PCIe error that was corrected.",
              Blame.HARDWARE,
              Remedy.NONE,
              LINUX),
          row(
              Kind.PCIE,
              PCI + ": AER: device recovery failed",
              "A device did not come back after a PCIe error.",
              Blame.HARDWARE,
              Remedy.RESTART_SERVER,
              LINUX),
          row(
              Kind.PCIE,
              PCI + ": pciehp: Slot\\([^)]*\\): (?:Link Down|Card not present)",
              "What sits behind a PCIe port is gone.",
              Blame.HARDWARE,
              Remedy.CHECK_CONNECTIONS,
              LINUX),
          row(
              Kind.PCIE,
              PCI + ": DPC: containment event",
              "A PCIe port cut off what is behind it, after an error that would have spread.",
              Blame.HARDWARE,
              Remedy.CHECK_CONNECTIONS,
              LINUX),
          row(
              Kind.MLX5,
              "(?:" + PCI + ": .*)?Detected insufficient power on the PCIe slot \\([0-9]+W\\)",
              "The PCIe slot gives the network adapter too little power.",
              Blame.HARDWARE,
              Remedy.CHECK_CONNECTIONS,
              MLX5),
          row(
              Kind.MLX5,
              "(?:" + PCI + ": .*)?Port module event.*High Temperature",
              "The cable or optics of a network port are too hot.",
              Blame.HARDWARE,
              Remedy.CHECK_CONNECTIONS,
              MLX5),
          row(
              Kind.MLX5,
              "(?:" + PCI + ": .*)?Port module event.*Cable unplugged",
              "The cable of a network port was taken out.",
              Blame.HARDWARE,
              Remedy.CHECK_CONNECTIONS,
              MLX5),
          row(
              Kind.MLX5,
              "(?:"
                  + PCI
                  + ": .*)?Port module event\\[error].*(?:Power budget exceeded|Bus stuck|shorted"
                  + "|EEPROM|Enforce part number|Unknown identifier|Unknown status)",
              "The cable or optics of a network port have an error.",
              Blame.HARDWARE,
              Remedy.CHECK_CONNECTIONS,
              MLX5),
          row(
              Kind.MLX5,
              "mlx5_core " + PCI + ": .*High temperature on sensors",
              "The network adapter is too hot.",
              Blame.HARDWARE,
              Remedy.CHECK_CONNECTIONS,
              MLX5),
          row(
              Kind.MLX5,
              "mlx5_core " + PCI + "[: ].*\\b[Ll]ink (?:is )?(?:down|DOWN|Down)\\b",
              "A port of the network adapter lost its link.",
              Blame.FABRIC,
              Remedy.CHECK_CONNECTIONS,
              MLX5),
          row(
              Kind.MLX5,
              "mlx5_core " + PCI + ": .*(?:timeout\\. Will cause a leak|No done completion)",
              "The network adapter did not answer a command in time.",
              Blame.HARDWARE,
              Remedy.CONTACT_SUPPORT,
              MLX5),
          row(
              Kind.MLX5,
              "(?:" + PCI + ": .*)?mlx5_cmd_out_err.*ACCESS_REG.*failed",
              "The network adapter refused to give a register: firmware and driver may not fit.",
              Blame.DRIVER,
              Remedy.UPDATE_SOFTWARE,
              MLX5),
          row(
              Kind.MLX5,
              "(?:mlx5_core )?"
                  + PCI
                  + ": .*(?:health compromised|health recovery (?:flow aborted|failed)|[Ff]atal error"
                  + " (?:[0-9]+ )?detected|handling bad device|Health issue observed"
                  + "|unrecoverable hardware error)",
              "The network adapter does not work any more, by its driver's watch.",
              Blame.HARDWARE,
              Remedy.RESTART_SERVER,
              MLX5),
          row(
              Kind.MLX5,
              "mlx5_core " + PCI + "[: ].*(?:CQ error on CQN|TX timeout on queue)",
              "A queue of the network adapter failed.",
              Blame.HARDWARE,
              Remedy.CONTACT_SUPPORT,
              MLX5),
          row(
              Kind.EDAC,
              "EDAC ([A-Za-z0-9_ #-]{1,40}): (?:[1-9][0-9]* )?UE\\b",
              "The server's memory had an error that could not be corrected.",
              Blame.HARDWARE,
              Remedy.RESTART_SERVER,
              LINUX),
          row(
              Kind.EDAC,
              "EDAC ([A-Za-z0-9_ #-]{1,40}): (?:[1-9][0-9]* )?CE\\b",
              "The server's memory had errors, which were corrected.",
              Blame.HARDWARE,
              Remedy.NONE,
              LINUX),
          row(
              Kind.MCE,
              STATUS + "[abefABEF][0-9a-fA-F]{15}\\b",
              "A processor or its memory had an error that could not be corrected.",
              Blame.HARDWARE,
              Remedy.RESTART_SERVER,
              INTEL),
          row(
              Kind.MCE,
              STATUS + "[89cdCD][0-9a-fA-F]{15}\\b",
              "A processor or its memory had an error, which was corrected or put aside.",
              Blame.HARDWARE,
              Remedy.NONE,
              INTEL),
          row(
              Kind.MCE,
              "\\[Hardware Error]: (CPU ?[0-9]+)\\b.*Machine Check",
              "A processor reports an error of the server's hardware.",
              Blame.HARDWARE,
              Remedy.CONTACT_SUPPORT,
              LINUX),
          row(
              Kind.MCE,
              "\\[Hardware Error]: Machine check events logged",
              "A processor has reported errors of the server's hardware.",
              Blame.HARDWARE,
              Remedy.CONTACT_SUPPORT,
              LINUX),
          row(
              Kind.MCE,
              "\\[Hardware Error]: event severity: fatal",
              "The server's firmware reports an error of its hardware that could not be corrected.",
              Blame.HARDWARE,
              Remedy.RESTART_SERVER,
              APEI),
          row(
              Kind.MCE,
              "\\[Hardware Error]: event severity: recoverable",
              "The server's firmware reports an error of its hardware that was not corrected, and"
                  + " that the server may survive.",
              Blame.HARDWARE,
              Remedy.CHECK_CONNECTIONS,
              APEI),
          row(
              Kind.MCE,
              "\\[Hardware Error]: event severity: corrected",
              "The server's firmware reports an error of its hardware, which was corrected.",
              Blame.HARDWARE,
              Remedy.NONE,
              APEI),
          row(
              Kind.MCE,
              "\\[Hardware Error]: Hardware error from APEI",
              "The server's firmware reports an error of its hardware.",
              Blame.HARDWARE,
              Remedy.CONTACT_SUPPORT,
              LINUX),
          row(
              Kind.MCE,
              "\\[Hardware Error]: (CPU:[0-9]+) .*MC[0-9]+_STATUS\\[[^]]*\\bUE\\b",
              "A processor or its memory had an error that could not be corrected.",
              Blame.HARDWARE,
              Remedy.RESTART_SERVER,
              LINUX),
          row(
              Kind.MCE,
              "\\[Hardware Error]: (CPU:[0-9]+) .*MC[0-9]+_STATUS\\[",
              "A processor or its memory had an error, which was corrected or put aside.",
              Blame.HARDWARE,
              Remedy.NONE,
              LINUX),
          row(
              Kind.MCE,
              "\\[Hardware Error]: (?:Corrected|Deferred) error, no action required",
              "A processor or its memory had an error, which was corrected or put aside.",
              Blame.HARDWARE,
              Remedy.NONE,
              LINUX),
          row(
              Kind.MCE,
              "\\[Hardware Error]: (?:System Fatal error|Uncorrected, software |Machine check: )",
              "A processor or its memory had an error that could not be corrected.",
              Blame.HARDWARE,
              Remedy.RESTART_SERVER,
              LINUX),
          row(
              Kind.MCE,
              "not syncing: .{0,20}[Mm]achine check",
              "The kernel stopped because of an error of the hardware.",
              Blame.HARDWARE,
              Remedy.RESTART_SERVER,
              LINUX),
          row(
              Kind.MCE,
              "Memory failure: 0x[0-9a-f]+: Killing|due to hardware memory corruption"
                  + "|mce: Uncorrected hardware memory error",
              "A page of the server's memory is broken, and who used it may have been ended.",
              Blame.HARDWARE,
              Remedy.RESTART_SERVER,
              LINUX),
          row(
              Kind.OOM,
              "Kill(?:ed)? process [0-9]+(?:, UID [0-9]+,)? \\((.{1,64}?)\\)(?=[ ,.]|$)",
              "A process was killed because memory ran out.",
              Blame.APPLICATION,
              Remedy.RESTART_APPLICATION,
              LINUX),
          row(
              Kind.OOM,
              "Out of memory and no killable processes",
              "Memory ran out, and no process could be killed to have some back.",
              Blame.APPLICATION,
              Remedy.RESTART_SERVER,
              LINUX),
          row(
              Kind.OOM,
              "oom-kill:constraint=.*\\btask=([^,]{1,64}),pid=[0-9]+",
              "A process was chosen to be killed because memory ran out.",
              Blame.APPLICATION,
              Remedy.RESTART_APPLICATION,
              LINUX),
          row(
              Kind.OOM,
              "(\\S{1,64}) invoked oom-killer",
              "Memory ran out.",
              Blame.APPLICATION,
              Remedy.RESTART_APPLICATION,
              LINUX),
          row(
              Kind.OOM,
              "OOM encountered, victim process: (.{1,64}?), pid: [0-9]+",
              "A process was killed because memory ran out.",
              Blame.APPLICATION,
              Remedy.RESTART_APPLICATION,
              "kubelet"),
          row(
              Kind.HUNG_TASK,
              "task (.{1,64}?:[0-9]+) blocked (?:in I/O wait )?for more than [0-9]+ seconds",
              "A task waits in the kernel and does not come back: a device or a file system hangs.",
              Blame.DRIVER,
              Remedy.CONTACT_SUPPORT,
              LINUX),
          row(
              Kind.HUNG_TASK,
              "BUG: soft lockup - CPU#[0-9]+ stuck for [0-9]+s!(?: \\[([^]]{1,64})])?",
              "A processor does not leave the kernel.",
              Blame.DRIVER,
              Remedy.CONTACT_SUPPORT,
              LINUX),
          row(
              Kind.HUNG_TASK,
              "(?:Watchdog detected hard LOCKUP on (cpu [0-9]+)|self-detected hard LOCKUP)",
              "A processor does not even take interrupts any more.",
              Blame.DRIVER,
              Remedy.CONTACT_SUPPORT,
              LINUX));

  /// Each line that a row knows has one of these: looking for them first costs little.
  private static final List<String> WORDS =
      List.of(
          "AER: ",
          "PCIe Bus Error",
          "pciehp",
          "DPC: ",
          "mlx5",
          "PCIe slot",
          "Port module event",
          "EDAC ",
          "Hardware Error",
          "hardware memory",
          "achine check",
          "Memory failure",
          "process",
          "oom-kill",
          "blocked",
          "lockup",
          "LOCKUP",
          "nvme",
          "I/O error",
          " error, dev ",
          "Disk failure",
          "beyond end of device",
          "filesystem",
          "Filesystem",
          "forced readonly",
          "segfault",
          "peermem",
          "file-max");

  static Row row(Kind kind, String line, String words, Blame blame, Remedy remedy, String source) {
    return new Row(kind, Pattern.compile(line), new Meaning(words, blame, remedy, source));
  }

  Optional<KernelEvent> take(String line) {
    if (WORDS.stream().noneMatch(line::contains)) {
      return Optional.empty();
    }
    Optional<KernelEvent> event = take(ROWS, line);
    return event.isPresent() ? event : take(StorageLines.ROWS, line);
  }

  private static Optional<KernelEvent> take(List<Row> rows, String line) {
    for (Row row : rows) {
      Matcher found = row.line.matcher(line);
      if (found.find()) {
        String device = found.groupCount() > 0 ? found.group(1) : null;
        return Optional.of(
            new KernelEvent(row.kind, -1, device == null ? "" : device, -1, row.meaning, line));
      }
    }
    return Optional.empty();
  }
}
