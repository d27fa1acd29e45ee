package io.lockstep.agent.sample;

import io.lockstep.telemetry.contract.Table;
import java.io.IOException;

/// What the host's memory is used for in detail, and its huge pages, from `/proc/meminfo`
/// ([proc_meminfo(5)](https://man7.org/linux/man-pages/man5/proc_meminfo.5.html)).
final class MemoryKinds {
  private static final long KIB = 1024;

  private final Keyed bytes =
      Keyed.of(
          Table.HOST_SLOW,
          "",
          KIB,
          "MemTotal:",
          "memory",
          "Dirty:",
          "memory_dirty",
          "Writeback:",
          "memory_writeback",
          "AnonPages:",
          "memory_anonymous",
          "Shmem:",
          "memory_shared",
          "Mlocked:",
          "memory_locked",
          "SReclaimable:",
          "memory_slab_reclaimable",
          "SUnreclaim:",
          "memory_slab_unreclaimable",
          "PageTables:",
          "memory_page_tables",
          "Committed_AS:",
          "memory_committed",
          "CommitLimit:",
          "memory_commit_limit",
          "HardwareCorrupted:",
          "memory_corrupted",
          "Hugepagesize:",
          "hugepage_size");
  private final Keyed pages =
      Keyed.of(
          Table.HOST_SLOW,
          "",
          1,
          "HugePages_Total:",
          "hugepages",
          "HugePages_Free:",
          "hugepages_free",
          "HugePages_Rsvd:",
          "hugepages_reserved",
          "HugePages_Surp:",
          "hugepages_surplus");

  /// Takes the text of `/proc/meminfo`, which stands at its first line.
  ///
  /// @return true
  boolean read(Notes notes, Text text) throws IOException {
    do {
      if (!pages.line(notes, text)) {
        bytes.line(notes, text);
      }
    } while (text.line());
    return true;
  }
}
