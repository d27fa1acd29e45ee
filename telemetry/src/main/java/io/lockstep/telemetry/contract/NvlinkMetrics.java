package io.lockstep.telemetry.contract;

import static io.lockstep.telemetry.contract.Column.Type.DOUBLE;
import static io.lockstep.telemetry.contract.Column.Type.INT;
import static io.lockstep.telemetry.contract.Column.Type.LONG;
import static io.lockstep.telemetry.contract.Rows.live;
import static io.lockstep.telemetry.contract.Rows.stored;
import static io.lockstep.telemetry.contract.Table.GPU;
import static io.lockstep.telemetry.contract.Table.GPU_SLOW;
import static io.lockstep.telemetry.contract.Table.PART;

/// What is known of each NVLink, and of all of a GPU's together. Once a minute: a GPU has 18.
final class NvlinkMetrics {
  private static final String ERROR = "error.type";
  private static final String DIRECTION = "network.io.direction";
  private static final String BER = "lockstep.nvlink.ber";

  private NvlinkMetrics() {}

  static void addTo(Rows rows) {
    gpu(rows);
    link(rows);
  }

  private static void gpu(Rows rows) {
    rows.counter(
        "lockstep.gpu.nvlink.errors",
        "{error}",
        Subject.HARDWARE,
        "",
        live(GPU, "nvlink_recoveries_failed", LONG, ERROR, "recovery_failed"),
        stored(GPU_SLOW, "nvlink_recoveries_done", LONG, ERROR, "recovery_done"),
        stored(GPU_SLOW, "nvlink_receive_errors", LONG, ERROR, "receive"),
        stored(GPU_SLOW, "nvlink_integrity_errors", LONG, ERROR, "link_integrity"),
        stored(GPU_SLOW, "nvlink_discards", LONG, ERROR, "transmit_discard"));
  }

  private static void link(Rows rows) {
    var link = Subject.NVLINK;
    rows.gauge(
        "lockstep.nvlink.active",
        "1",
        link,
        "1 where the NVLink is up, else 0.",
        stored(PART, "nvlink_up", INT));
    rows.gauge(
        "lockstep.nvlink.speed",
        "By/s",
        link,
        "What the NVLink can carry in one direction.",
        stored(PART, "nvlink_speed", DOUBLE));
    rows.counter(
        "lockstep.nvlink.io",
        "By",
        link,
        "Data over one NVLink.",
        stored(PART, "nvlink_received", LONG, DIRECTION, "receive"),
        stored(PART, "nvlink_transmitted", LONG, DIRECTION, "transmit"));
    rows.counter(
        "lockstep.nvlink.errors",
        "{error}",
        link,
        "Errors of one NVLink since they were last reset. The first three up to NVLink 4, the others"
            + " from NVLink 5 on; fec: blocks with eight and more broken symbols, which forward error"
            + " correction has mended: 15 is the most that it can.",
        stored(PART, "nvlink_replay_errors", LONG, ERROR, "replay"),
        stored(PART, "nvlink_recovery_errors", LONG, ERROR, "recovery"),
        stored(PART, "nvlink_crc", LONG, ERROR, "crc"),
        stored(PART, "nvlink_receive", LONG, ERROR, "receive"),
        stored(PART, "nvlink_integrity", LONG, ERROR, "link_integrity"),
        stored(PART, "nvlink_discarded", LONG, ERROR, "transmit_discard"),
        stored(PART, "nvlink_recovered", LONG, ERROR, "recovery_done"),
        stored(PART, "nvlink_not_recovered", LONG, ERROR, "recovery_failed"),
        stored(PART, "nvlink_effective", LONG, ERROR, "effective"),
        stored(PART, "nvlink_symbol", LONG, ERROR, "symbol"),
        stored(PART, "nvlink_fec", LONG, ERROR, "fec"));
    rows.gauge(
        "lockstep.nvlink.bit_error_rate",
        "1",
        link,
        "Share of bits that arrive broken: before forward error correction (raw), after it"
            + " (effective), and of symbols; from NVLink 5 on.",
        stored(PART, "nvlink_ber_raw", DOUBLE, BER, "raw"),
        stored(PART, "nvlink_ber_effective", DOUBLE, BER, "effective"),
        stored(PART, "nvlink_ber_symbol", DOUBLE, BER, "symbol"));
  }
}
