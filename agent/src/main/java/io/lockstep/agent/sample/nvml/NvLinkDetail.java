package io.lockstep.agent.sample.nvml;

import io.lockstep.agent.sample.nvml.FieldValues.Field;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Each NVLink of one GPU, read once a minute, and what its counters come to for the GPU. Field ids
/// by nvml.h 13.3. Used by one thread at a time.
final class NvLinkDetail {
  private static final int SPEED = 164; // MB/s
  private static final double MEGA = 1e6;
  private static final double KIBI = 1024;

  private static final int FAILED_ID = 214;

  /// Columns of a link that are a field of it.
  private static final List<Column> COLUMNS =
      List.of(
          new Column("nvlink_speed", SPEED, MEGA),
          new Column("nvlink_transmitted", FieldValues.NVLINK_TRANSMITTED, KIBI),
          new Column("nvlink_received", FieldValues.NVLINK_RECEIVED, KIBI),
          new Column("nvlink_replay_errors", FieldValues.NVLINK_REPLAYS, 1),
          new Column("nvlink_recovery_errors", FieldValues.NVLINK_RECOVERIES, 1),
          new Column("nvlink_crc", FieldValues.NVLINK_CRC, 1),
          new Column("nvlink_receive", 208, 1),
          new Column("nvlink_integrity", 211, 1),
          new Column("nvlink_discarded", 212, 1),
          new Column("nvlink_recovered", 213, 1),
          new Column("nvlink_not_recovered", FAILED_ID, 1),
          new Column("nvlink_effective", 219, 1),
          new Column("nvlink_symbol", 221, 1));

  /// Traffic where only these are told (NVLink 5).
  private static final List<Column> BYTES =
      List.of(
          new Column("nvlink_transmitted", FieldValues.NVLINK5_TRANSMITTED, 1),
          new Column("nvlink_received", FieldValues.NVLINK5_RECEIVED, 1));

  /// Shares of broken bits, as mantissa and exponent.
  private static final List<Column> RATIOS =
      List.of(
          new Column("nvlink_ber_raw", 293, 1),
          new Column("nvlink_ber_effective", 220, 1),
          new Column("nvlink_ber_symbol", 222, 1));

  /// The histogram of forward error correction: of its sixteen fields those of eight and more
  /// broken symbols in a block.
  private static final int FEC_FIRST = 243;

  private static final int FEC_LAST = 250;

  /// What is told of the GPU as a whole, by the column of its links.
  private static final Map<String, String> SUMS =
      Map.of(
          "nvlink_recovered", "nvlink_recoveries_done",
          "nvlink_receive", "nvlink_receive_errors",
          "nvlink_integrity", "nvlink_integrity_errors",
          "nvlink_discarded", "nvlink_discards");

  /// @param unit what one of NVML's units is in the contract's
  private record Column(String name, int id, double unit) {}

  private final DeviceCalls calls;
  private final LinkSums sums = new LinkSums();
  private final Map<Integer, Long> failedBefore = new HashMap<>();
  private @Nullable Long failed;

  /// Whether the older fields were told, which count in KiB.
  private boolean kibibytes;

  NvLinkDetail(DeviceCalls calls) {
    this.calls = calls;
  }

  /// Reads and adds the links.
  ///
  /// @param links that the GPU has
  /// @param used those that are up or were in this run; only they are told one by one
  /// @param active those that are up
  void add(GpuSeries series, BitSet links, BitSet used, BitSet active) throws NvmlException {
    for (int link = links.nextSetBit(0); link >= 0; link = links.nextSetBit(link + 1)) {
      series.addLink("nvlink_up", link, active.get(link) ? 1L : 0L, 1);
    }
    if (links.isEmpty()) {
      return;
    }
    FieldValues read = FieldValues.read(calls, fields(links));
    for (int link = used.nextSetBit(0); link >= 0; link = used.nextSetBit(link + 1)) {
      addLink(series, read, link);
    }
    for (Column column : COLUMNS) {
      String sum = SUMS.get(column.name);
      if (sum != null) {
        series.addSlow(sum, sums.of(read, column.id, links, active), 1);
      }
    }
    countFailed(read, links);
  }

  private void addLink(GpuSeries series, FieldValues read, int link) {
    for (Column column : COLUMNS) {
      series.addLink(column.name, link, read.get(column.id, link), column.unit);
    }
    kibibytes |= read.get(FieldValues.NVLINK_TRANSMITTED, link) != null;
    for (Column column : kibibytes ? List.<Column>of() : BYTES) {
      series.addLink(column.name, link, read.get(column.id, link), column.unit);
    }
    series.addLink("nvlink_fec", link, corrections(read, link), 1);
    for (Column ratio : RATIOS) {
      series.addLink(ratio.name, link, ratio(read.get(ratio.id, link)), 1);
    }
  }

  /// Rises with each link's counter and never falls, whichever links answer: a link that is back
  /// after a round without it has not failed as often as its counter says since then.
  private void countFailed(FieldValues read, BitSet used) {
    boolean first = failed == null;
    for (int link = used.nextSetBit(0); link >= 0; link = used.nextSetBit(link + 1)) {
      Number value = read.get(FAILED_ID, link);
      if (value != null) {
        Long before = failedBefore.put(link, value.longValue());
        long since = before == null ? 0 : Math.max(0, value.longValue() - before);
        long total = failed == null ? 0 : failed;
        failed = total + (first ? value.longValue() : since);
      }
    }
  }

  /// Adds what a rule watches, as it was last read; each second.
  void addWatched(GpuSeries series) {
    series.add("nvlink_recoveries_failed", failed, 1);
  }

  private List<Field> fields(BitSet links) {
    var fields = new ArrayList<Field>();
    for (int link = links.nextSetBit(0); link >= 0; link = links.nextSetBit(link + 1)) {
      for (Column column : COLUMNS) {
        fields.add(Field.of(column.id, link));
      }
      for (Column column : kibibytes ? List.<Column>of() : BYTES) {
        fields.add(Field.of(column.id, link));
      }
      for (Column ratio : RATIOS) {
        fields.add(Field.of(ratio.id, link));
      }
      for (int id = FEC_FIRST; id <= FEC_LAST; id++) {
        fields.add(Field.of(id, link));
      }
    }
    return fields;
  }

  private static @Nullable Long corrections(FieldValues read, int link) {
    long sum = 0;
    for (int id = FEC_FIRST; id <= FEC_LAST; id++) {
      Number blocks = read.get(id, link);
      if (blocks == null) {
        return null;
      }
      sum += blocks.longValue();
    }
    return sum;
  }

  /// `NVML_NVLINK_BER_*`: bits 0 to 7 are how many places behind the point, bits 8 to 11 the
  /// digits.
  static @Nullable Double ratio(@Nullable Number coded) {
    if (coded == null) {
      return null;
    }
    int mantissa = coded.intValue() >> 8 & 15;
    return mantissa == 0 ? 0 : mantissa * Math.pow(10, -(coded.intValue() & 255));
  }
}
