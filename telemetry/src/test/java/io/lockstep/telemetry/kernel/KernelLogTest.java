package io.lockstep.telemetry.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.telemetry.kernel.KernelEvent.Kind;
import java.util.HashSet;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KernelLogTest {
  private final KernelLog log = new KernelLog();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "NVRM: Xid (PCI:0000:3b:00): 79, pid=1, name=x, GPU has fallen off the bus.",
        "[  171.5] NVRM: Xid (PCI:0000:3b:00): 79, GPU has fallen off the bus.",
        "[Mon Nov 23 10:00:00 2026] NVRM: Xid (PCI:0000:3b:00): 79, GPU has fallen off the bus.",
        "4,1234,56789,-;NVRM: Xid (PCI:0000:3b:00): 79, GPU has fallen off the bus.",
        "Nov 23 10:00:00 node-7 kernel: [ 99.1] NVRM: Xid (PCI:0000:3b:00): 79, GPU has fallen off",
        "2026-11-23T10:00:00,123456+00:00 NVRM: Xid (PCI:0000:3b:00): 79, GPU has fallen off",
        "kern  :err   : [ 1.0] NVRM: Xid (0000:3b:00): 79, GPU has fallen off the bus.",
        "<3>[ 1.0] NVRM: Xid (PCI:0000:3b:00): 79, GPU has fallen off the bus.",
        "\u001b[32m[ 1.0] \u001b[0m\u001b[33mNVRM: \u001b[0mXid (PCI:0000:3b:00): 79, off the bus",
      })
  void readsAnXidWhoeverWroteTheLineDown(String line) {
    KernelEvent event = log.take(line).orElseThrow();
    assertThat(event.kind()).isEqualTo(Kind.XID);
    assertThat(event.code()).isEqualTo(79);
    assertThat(event.device()).isEqualTo("0000:3b:00");
    assertThat(event.line()).startsWith("NVRM: Xid");
    assertThat(event.meaning().blame()).isEqualTo(Blame.HARDWARE);
    assertThat(event.meaning().remedy()).isEqualTo(Remedy.RESTART_SERVER);
  }

  @Test
  void readsAnNvlinkErrorWithItsLink() {
    String line =
        "NVRM: Xid (PCI:0000:41:00): 74, NVLink: fatal error detected on link 4(0x10000, 0x0)";
    assertThat(log.take(line)).hasValueSatisfying(event -> assertThat(event.link()).isEqualTo(4));
  }

  @Test
  void readsAnXidOfAPartOfAGpu() {
    String line = "NVRM: Xid (PCI:0000:ca:00 GPU-I:05): 94, pid=7194, Contained: CE User Channel";
    assertThat(log.take(line).orElseThrow().device()).isEqualTo("0000:ca:00");
  }

  /// Lines of an H200 (580.159.04) whose programs wrote where they may not, failed an assertion,
  /// and left their shared memory.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "31, pid=915, name=fault, channel 0x0000000a, intr 00000000. MMU Fault: ENGINE GRAPHICS"
            + " GPC1 GPCCLIENT_T1_8 faulted @ 0x0_00000000. Fault is of type FAULT_PDE | 31",
        "43, pid=923, name=fault, channel 0x0000000a | 43",
        "13, Graphics SM Warp Exception on (GPC 1, TPC 4, SM 0): Out Of Range Address | 13",
        "13, Graphics Exception: ESR 0x519730=0xc00000e 0x519734=0x0 0x519728=0x1f81fb60 | 13",
        "13, pid=941, name=fault, Graphics Exception: channel 0x0000000a, Class 0000cbc0 | 13",
      })
  void mistakesOfAProgramAreItsOwn(String words, int code) {
    String begin = "[  201.168540] NVRM: ";
    assertThat(log.take(begin + "GPU at PCI:0000:00:06: GPU-00000000-0000-4000-8000-000000000000"))
        .isEmpty();
    assertThat(log.take(begin + "GPU Board Serial Number: 1650000000000")).isEmpty();
    KernelEvent event = log.take(begin + "Xid (PCI:0000:00:06): " + words).orElseThrow();
    assertThat(event.code()).isEqualTo(code);
    assertThat(event.meaning().blame()).isEqualTo(Blame.APPLICATION);
  }

  @Test
  void showsACodeThatNoCatalogueHas() {
    KernelEvent event = log.take("NVRM: Xid (PCI:0000:3b:00): 9001, new").orElseThrow();
    assertThat(event.code()).isEqualTo(9001);
    assertThat(event.meaning().blame()).isEqualTo(Blame.UNKNOWN);
    assertThat(event.meaning().words()).contains("9001");
  }

  @Test
  void decodesErrorsOfNvlink5() {
    KernelEvent event =
        log.take(
                "NVRM: Xid (PCI:0009:01:00): 149, NETIR_LINK_EVT  Fatal   XC0 i0 Link 14"
                    + " (0x021425c6 0x00000000 0x00000000 0x00000000 0x00000000 0x00000000)")
            .orElseThrow();
    assertThat(event.link()).isEqualTo(14);
    assertThat(event.meaning().blame()).isEqualTo(Blame.FABRIC);
    assertThat(event.meaning().words()).contains("NETIR_LINK_EVT, fatal, link 14");
    assertThat(event.meaning().remedy()).isEqualTo(Remedy.RESET_GPU);
    event =
        log.take(
                "NVRM: Xid (PCI:0019:01:00): 145, RLW_SRC_TRACK Nonfatal XC1 i0 Link 12"
                    + " (0x040988e2 0x00000002 0x00000000 0x00000000 0x00000000 0x00000000)")
            .orElseThrow();
    assertThat(event.meaning().remedy()).isEqualTo(Remedy.NONE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "149, NETIR_LINK_DOWN Nonfatal | 00000011 | 00000000 | RESET_GPU",
        "149, NETIR_LINK_DOWN Fatal | 02600011 | 00000000 | NONE",
        "149, NETIR_MFDE_EVENT Nonfatal | 00000014 | 00000003 | NONE",
        "146, TLW_RX_PIPE0 Nonfatal | 0000000a | 00000004 | RESET_GPU",
        "144, SAW_MVB Nonfatal | 00000001 | 00000003 | RESET_GPU",
        "144, SAW_MVB Nonfatal | 00000001 | 00000005 | NONE",
      })
  void decodesBothGenerationsOfNamesAndSeveralErrorsAtOnce(
      String begins, String info, String status, Remedy remedy) {
    String line =
        "NVRM: Xid (PCI:0009:01:00): " + begins + " XC0 i0 Link 04 (0x" + info + " 0x" + status;
    assertThat(log.take(line + " 0x00000000)").orElseThrow().meaning().remedy()).isEqualTo(remedy);
  }

  @Test
  void showsAnNvlinkErrorWhoseRegistersCannotBeRead() {
    String line =
        "NVRM: Xid (PCI:0009:01:00): 145, RLW_RXPIPE Nonfatal XC0 i0 Link 13 (0x"
            + "f".repeat(40)
            + " 0x0)";
    assertThat(log.take(line).orElseThrow().code()).isEqualTo(145);
  }

  @Test
  void readsALossWhoseAddressCannotBeRead() {
    assertThat(log.take("NVRM: The NVIDIA GPU invalid-bdf.0")).isEmpty();
    KernelEvent event =
        log.take("NVRM: fallen off the bus and is not responding to commands.").orElseThrow();
    assertThat(event.kind()).isEqualTo(Kind.GPU_LOST);
    assertThat(event.device()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "0x0 (None), 0x1 (GPU Reset Required), RESET_GPU",
    "0x0 (None), 0x1 (PF FLR), RESET_GPU",
    "0x0 (None), 0x2 (Node Reboot Required), RESTART_SERVER",
    "0x0 (None), 0x2 (OS Reboot), RESTART_SERVER",
    "0x1 (GPU Reset Required), 0x4 (Drain and Reset), RESET_GPU",
    "0x2 (OS Reboot), 0x0 (None), NONE",
    "0x0 (None), 0x7 (Something New), CONTACT_SUPPORT",
  })
  void saysWhatTheDriverAsksForByItsNumber(String before, String now, Remedy remedy) {
    String line =
        "NVRM: Xid (PCI:0009:01:00): 154, GPU recovery action changed from "
            + before
            + " to "
            + now;
    Meaning meaning = log.take(line).orElseThrow().meaning();
    assertThat(meaning.remedy()).isEqualTo(remedy);
    assertThat(meaning.words()).contains(now.substring(now.indexOf('(') + 1, now.indexOf(')')));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Nov 23 10:00:00 n1 kernel: %s",
        "Nov 23 10:00:00.123456 n1 kernel[1]: [ 12.5] %s",
        "2026-11-23T10:00:00.5+01:00 n1 kernel: %s",
        "2026-11-23 10:00:00,500 n1 kernel: %s",
        "Mon 2026-11-23 10:00:00 UTC n1 kernel: %s",
        "1764000000.123456 n1 kernel: %s",
        "<6>1 2026-11-23T10:00:00Z n1 kernel - - - %s",
        "<6>Nov 23 10:00:00 n1 kernel: %s",
        "Nov 23 10:00:00 n1 %s",
        "[Mon Nov 23 10:00:00 2026] %s",
        "kern  :err   : [ 12.5] %s",
        "%s",
      })
  void readsWhatTheKernelWroteInEveryFormOfLog(String form) {
    String line = "NVRM: Xid (PCI:0000:3b:00): 79, GPU has fallen off the bus.";
    assertThat(log.take(form.formatted(line)).orElseThrow().line()).endsWith(line);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Nov 23 10:00:00 n1 sudo: root : COMMAND=grep '%s'",
        "Nov 23 10:00:00 n1 sudo: root : COMMAND=grep 'kernel: %s'",
        "Nov 23 10:00:00 n1 gpud[4]: {\"message\":\"%s\"}",
        "2026-11-23T10:00:00.5+01:00 n1 lockstep[77]: kernel log: %s",
        "<14>1 2026-11-23T10:00:00Z n1 monitor 44 - - %s",
        "[ 12.5] systemd[1]: %s",
        "slurmd[812]: %s",
      })
  void isSilentOnWhatOtherProgramsQuote(String form) {
    assertThat(log.take(form.formatted("NVRM: Xid (PCI:0000:3b:00): 79, GPU has fallen off")))
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "nvidia-nvswitch3: SXid (PCI:0000:05:00.0): 12028, Non-fatal, Link 32 egress error ~ SXID ~ 0000:05:00.0",
        "NVRM: GPU 0000:29:00.0: GPU has fallen off the bus. ~ GPU_LOST ~ 0000:29:00.0",
        "pcieport 0000:00:01.0: AER: Uncorrected (Fatal) error received: 0000:18:00.0 ~ PCIE ~ 0000:18:00.0",
        "nvidia 0000:18:00.0: PCIe Bus Error: severity=Corrected, type=Data Link Layer ~ PCIE ~ 0000:18:00.0",
        "pcieport 0000:16:01.0: pciehp: Slot(12): Link Down ~ PCIE ~ 0000:16:01.0",
        "mlx5_core 0000:5c:00.0: poll_health:825:(pid 0): device's health compromised - reached miss count ~ MLX5 ~ 0000:5c:00.0",
        "mce: [Hardware Error]: CPU 12: Machine Check: 0 Bank 7: be00000000800400 ~ MCE ~ CPU 12",
        "EDAC MC1: 1 UE memory read error on CPU_SrcID#0_MC#1_Chan#0_DIMM#0 ~ EDAC ~ MC1",
        "EDAC skx MC0: 3 CE memory scrubbing error ~ EDAC ~ skx MC0",
        "Memory cgroup out of memory: Killed process 4711 (python3) total-vm:1kB ~ OOM ~ python3",
        "INFO: task nccl_watchdog:4711 blocked for more than 120 seconds. ~ HUNG_TASK ~ nccl_watchdog:4711",
        "pcieport 0000:00:03.0: AER: Uncorrected (Fatal) error received: id=0018 ~ PCIE ~ ''",
        "pcieport 0000:40:01.1: AER: Corrected error message received from 0000:41:00.0 ~ PCIE ~ 0000:41:00.0",
        "pcieport 0000:40:01.1: DPC: containment event, status:0x1f01 source:0x0000 ~ PCIE ~ 0000:40:01.1",
        "mlx5_core 0000:5c:00.0 ib0: Link down ~ MLX5 ~ 0000:5c:00.0",
        "mlx5_core 0000:ab:00.0 mlx5_5: Port: 1 Link DOWN ~ MLX5 ~ 0000:ab:00.0",
        "mlx5_core 0000:61:00.0: temp_warn:171:(pid 0): High temperature on sensors with bit set 0 8 ~ MLX5 ~ 0000:61:00.0",
        "mlx5_core 0000:9a:00.0: wait_func:1194:(pid 967): CREATE_EQ(0x301) timeout. Will cause a leak ~ MLX5 ~ 0000:9a:00.0",
        "mlx5_core 0000:5c:00.0: Port module event[error]: module 0, Cable error, Bus stuck (I2C) ~ MLX5 ~ 0000:5c:00.0",
        "EDAC MC1: CE page 0x1f, offset 0x0, grain 32, syndrome 0x0 ~ EDAC ~ MC1",
        "[Hardware Error]: CPU:2 (17:31:0) MC16_STATUS[Over|UE|MiscV]: 0x9c ~ MCE ~ CPU:2",
        "[Hardware Error]: Corrected error, no action required. ~ MCE ~ ''",
        "mce: [Hardware Error]: Machine check events logged ~ MCE ~ ''",
        "Kernel panic - not syncing: Fatal machine check ~ MCE ~ ''",
        "Memory failure: 0x1c4f21: Killing python:42 due to hardware memory corruption ~ MCE ~ ''",
        "Killed process 29957, UID 502, (crond) total-vm:117216kB ~ OOM ~ crond",
        "Out of memory: Killed process 77 (sd (pam)) total-vm:1kB ~ OOM ~ sd (pam)",
        "INFO: task C2 CompilerThre:1234 blocked for more than 122 seconds. ~ HUNG_TASK ~ C2 CompilerThre:1234",
        "INFO: task python3:77 blocked in I/O wait for more than 120 seconds. ~ HUNG_TASK ~ python3:77",
        "watchdog: CPU3: Watchdog detected hard LOCKUP on cpu 3 ~ HUNG_TASK ~ cpu 3",
        "NVRM: GPU at 0000:01:00.0 has fallen off the bus. ~ GPU_LOST ~ 0000:01:00.0",
        "mlx5_core 0000:01:00.1: wait_func_handle_exec_timeout:1128:(pid 1): cmd[-22]: X(0xa04) No done completion ~ MLX5 ~ 0000:01:00.1",
        "mlx5_core 0000:08:00.0: print_health_info:425:(pid 912): Health issue observed, firmware internal error ~ MLX5 ~ 0000:08:00.0",
        "mlx5_core 0000:c1:00.0: mlx5_crdump_collect: unrecoverable hardware error detected ~ MLX5 ~ 0000:c1:00.0",
        "mlx5_core 0000:08:00.0: cq_err_event_notifier:529:(pid 9422): CQ error on CQN 0x406, syndrome 0x1 ~ MLX5 ~ 0000:08:00.0",
        "mlx5_core 0000:c1:00.0 eth0: TX timeout on queue: 25, SQ: 0x2bb, CQ: 0x80 ~ MLX5 ~ 0000:c1:00.0",
        "Memory cgroup out of memory: Kill process 46211 (process) score 561 or sacrifice child ~ OOM ~ process",
        "Out of memory and no killable processes... ~ OOM ~ ''",
        "watchdog: CPU 1125 self-detected hard LOCKUP @ idr_find ~ HUNG_TASK ~ ''",
      })
  void readsTheOtherKinds(String line, Kind kind, String device) {
    KernelEvent event = log.take("[ 12.5] " + line).orElseThrow();
    assertThat(event.kind()).isEqualTo(kind);
    assertThat(event.device()).isEqualTo(device);
    assertThat(event.line()).isEqualTo(line);
  }

  /// Texts of drivers/pci/pcie/aer.c (4.x to 6.x), arch/x86/kernel/cpu/mce/core.c,
  /// drivers/firmware/efi/cper.c, drivers/nvme/host, block/blk-core.c, fs/ext4 and fs/xfs.
  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "pcieport 0000:00:01.0: AER: Uncorrectable (Fatal) error message received from 0000:18:00.0 ~ PCIE ~ 0000:18:00.0 ~ RESTART_SERVER",
        "pcieport 0000:00:01.0: AER: Multiple Uncorrectable (Fatal) error message received from 0000:18:00.0 ~ PCIE ~ 0000:18:00.0 ~ RESTART_SERVER",
        "pcieport 0000:00:01.0: AER: Uncorrected (Fatal) error received: id=0018 ~ PCIE ~ '' ~ RESTART_SERVER",
        "pcieport 0000:00:01.0: AER: Multiple Uncorrected (Fatal) error received: 0000:18:00.0 ~ PCIE ~ 0000:18:00.0 ~ RESTART_SERVER",
        "pcieport 0000:00:01.0: AER: Uncorrectable (Non-Fatal) error message received from 0000:18:00.0 ~ PCIE ~ 0000:18:00.0 ~ CHECK_CONNECTIONS",
        "pcieport 0000:00:01.0: AER: Multiple Uncorrected (Non-Fatal) error received: 0000:18:00.0 ~ PCIE ~ 0000:18:00.0 ~ CHECK_CONNECTIONS",
        "mce: [Hardware Error]: CPU 12: Machine Check Exception: 5 Bank 7: bd80000000100134 ~ MCE ~ CPU 12 ~ RESTART_SERVER",
        "mce: [Hardware Error]: CPU 12: Machine Check: 0 Bank 7: fe00000000800400 ~ MCE ~ CPU 12 ~ RESTART_SERVER",
        "mce: [Hardware Error]: CPU 12: Machine Check: 0 Bank 7: 8c00004000010090 ~ MCE ~ CPU 12 ~ NONE",
        "mce: [Hardware Error]: CPU 12: Machine Check: 0 Bank 7: cc00004000010090 ~ MCE ~ CPU 12 ~ NONE",
        "{1}[Hardware Error]: event severity: fatal ~ MCE ~ '' ~ RESTART_SERVER",
        "{1}[Hardware Error]: event severity: recoverable ~ MCE ~ '' ~ CHECK_CONNECTIONS",
        "{1}[Hardware Error]: event severity: corrected ~ MCE ~ '' ~ NONE",
        "NVRM: GPU 0000:1a:00.0: RmInitAdapter failed! (0x24:0xffff:1423) ~ GPU_INIT ~ 0000:1a:00.0 ~ RESTART_SERVER",
        "nvme nvme0: controller is down; will reset: CSTS=0xffffffff, PCI_STATUS=0x10 ~ STORAGE ~ nvme0 ~ CHECK_CONNECTIONS",
        "nvme nvme0: Disabling device after reset failure: -19 ~ STORAGE ~ nvme0 ~ RESTART_SERVER",
        "blk_update_request: I/O error, dev nvme0n1, sector 2048 op 0x0:(READ) flags 0x0 ~ STORAGE ~ nvme0n1 ~ CHECK_CONNECTIONS",
        "I/O error, dev nvme0n1, sector 2048 op 0x1:(WRITE) flags 0x0 ~ STORAGE ~ nvme0n1 ~ CHECK_CONNECTIONS",
        "critical medium error, dev sda, sector 77 op 0x0:(READ) ~ STORAGE ~ sda ~ CHECK_CONNECTIONS",
        "EXT4-fs (sda1): Remounting filesystem read-only ~ STORAGE ~ sda1 ~ RESTART_SERVER",
        "BTRFS info (device sdb1: state E): forced readonly ~ STORAGE ~ sdb1 ~ RESTART_SERVER",
        "XFS (nvme0n1p1): Log I/O Error Detected. Shutting down filesystem ~ STORAGE ~ nvme0n1p1 ~ RESTART_SERVER",
        "XFS (dm-0): Corruption of in-memory data (0x8) detected at xfs_defer_finish (fs/xfs/x.c:5).  Shutting down filesystem. ~ STORAGE ~ dm-0 ~ RESTART_SERVER",
        "XFS (dm-0): Filesystem has been shut down due to log error (0x2). ~ STORAGE ~ dm-0 ~ RESTART_SERVER",
        "pt_main_thread[2536443]: segfault at 7f797fe00000 ip 00007f7c7ac69996 sp 00007f7c12fd7c30 error 4 in libnccl.so.2[7f7c7ac00000+d3d3000] ~ SEGFAULT ~ pt_main_thread ~ RESTART_APPLICATION",
        "nvidia-peermem nv_get_p2p_free_callback:127 ERROR detected invalid context, skipping further processing ~ PEERMEM ~ '' ~ RESTART_APPLICATION",
        "VFS: file-max limit 1000000 reached ~ FILE_LIMIT ~ '' ~ RESTART_APPLICATION",
      })
  void readsHowGraveALineIs(String line, Kind kind, String device, Remedy remedy) {
    KernelEvent event = log.take("[ 12.5] " + line).orElseThrow();
    assertThat(event.kind()).isEqualTo(kind);
    assertThat(event.device()).isEqualTo(device);
    assertThat(event.meaning().remedy()).isEqualTo(remedy);
  }

  @Test
  void anXidWhoseNumberIsInNoCatalogueIsCalledByIt() {
    String line = "NVRM: Xid (PCI:0000:3b:00): 999, pid=1, something";
    assertThat(log.take(line).orElseThrow().meaning().words()).contains("XID 999", "no catalogue");
  }

  @Test
  void readsTheLossOfAGpuThatIsToldInSeveralLines() {
    assertThat(log.take("NVRM: The NVIDIA GPU 0000:18:00.0")).isEmpty();
    assertThat(log.take("NVRM: (PCI ID: 10de:2901) installed in this system has")).isEmpty();
    KernelEvent event =
        log.take("NVRM: fallen off the bus and is not responding to commands.").orElseThrow();
    assertThat(event.kind()).isEqualTo(Kind.GPU_LOST);
    assertThat(event.device()).isEqualTo("0000:18:00.0");
    assertThat(log.take("NVRM: fallen off the bus and is not responding to commands.")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "NVRM: loading NVIDIA UNIX x86_64 Kernel Module  550.144.03",
        "NVRM: Xid error: xyz, invalid data",
        "NVRM: Xid (PCI:0000:3b:00): , nothing",
        "NVRM: Xid (PCI:0000:3b:00): 99999999999999999999, too long",
        "MCE: In-kernel MCE decoding enabled.",
        "EDAC MC0: Giving out device to module amd64_edac controller F19h",
        "pcieport 0000:00:01.0: AER: enabled with IRQ 124",
        "mlx5_core 0000:5c:00.0: Port module event: module 0, Cable plugged",
        "mlx5_core 0000:ab:00.0 mlx5_5: Port: 1 Link ACTIVE",
        "mlx5_core 0000:5c:00.0 ib0: Link up",
        "pcieport 0000:40:01.1: AER: device recovery successful",
        "pcieport 0000:00:01.0: DPC: enabled with IRQ 34",
        "mce: CPU0: Thermal monitoring enabled (TM1)",
        "mce: [Hardware Error]: TSC 0 ADDR 1ffff98edc72e MISC d012000100000000",
        "EDAC MC: Ver: 3.0.0",
        "EDAC MC0: 0 CE memory read error",
        "oom_reaper: reaped process 77 (python3), now anon-rss:0kB",
        "Killed by signal 15",
        "I/O error, dev sr0, sector 0 op 0x0:(READ)",
        "I/O error, dev loop3, sector 0 op 0x0:(READ)",
        "XFS (sda1): User initiated shutdown received. Shutting down filesystem",
        "XFS (sda1): Unmounting Filesystem",
        "EXT4-fs (sda1): mounted filesystem with ordered data mode",
        "nvme nvme0: 32/0/0 default/read/poll queues",
        "python3[77]: segfault at 0 ip 0 sp 0 error 4 in libc.so.6",
        "VFS: file-max limit reached",
        "task running normally",
      })
  void isSilentOnLinesThatTellOfNothingBroken(String line) {
    assertThat(log.take(line)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void garbageNeitherFailsNorHangs(long seed) {
    var random = new Random(seed);
    String[] parts = {
      "NVRM: ", "Xid (PCI:", "0000:3b:00", "): ", "79", "AER: ", "(", "[", "\u0000", "é"
    };
    for (int i = 0; i < 20_000; i++) {
      var line = new StringBuilder();
      for (int part = random.nextInt(12); part > 0; part--) {
        line.append(parts[random.nextInt(parts.length)]);
      }
      Optional<KernelEvent> event = log.take(line.toString());
      assertThat(event).isNotNull();
    }
    assertThat(log.take("NVRM: Xid (PCI:" + "0".repeat(1_000_000))).isEmpty();
  }

  @Test
  void everyCodeOfTheCatalogueIsExplainedInWordsOfItsOwn() {
    var used = new HashSet<String>();
    for (int code = 1; code <= 172; code++) {
      Meaning meaning = Xids.explain(code, "");
      assertThat(meaning.blame()).as("%s", code).isNotEqualTo(Blame.UNKNOWN);
      assertThat(Xids.mnemonic(code)).as("%s", code).isNotEmpty();
      if (!meaning.words().startsWith("Listed without")) {
        used.add(meaning.words());
      }
    }
    assertThat(used).hasSizeGreaterThan(100);
  }
}
