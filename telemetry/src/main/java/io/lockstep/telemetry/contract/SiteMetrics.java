package io.lockstep.telemetry.contract;

import static io.lockstep.telemetry.contract.Column.Type.DOUBLE;
import static io.lockstep.telemetry.contract.Column.Type.FLOAT;
import static io.lockstep.telemetry.contract.Column.Type.INT;
import static io.lockstep.telemetry.contract.Column.Type.LONG;
import static io.lockstep.telemetry.contract.Rows.live;
import static io.lockstep.telemetry.contract.Rows.stored;
import static io.lockstep.telemetry.contract.Table.HOST_SLOW;
import static io.lockstep.telemetry.contract.Table.PART;

/// What a site adds of its own: the outcomes of its checks, and what a server should have.
final class SiteMetrics {
  private SiteMetrics() {}

  static void addTo(Rows rows) {
    checks(rows);
    textfiles(rows);
    inventory(rows);
  }

  private static void checks(Rows rows) {
    var check = Subject.CHECK;
    rows.gauge(
        "lockstep.check.state",
        "{state}",
        check,
        "Outcome of a site check's last run: 0 ok, 1 warning, 2 critical, 3 unknown.",
        live(PART, "check_state", INT));
    rows.gauge(
        "lockstep.check.severity",
        "{state}",
        check,
        "The same without the unknown, of which there is no value: what rules go by.",
        live(PART, "check_severity", INT));
    rows.gauge(
        "lockstep.check.duration",
        "s",
        check,
        "How long the check's last run took.",
        stored(PART, "check_duration", FLOAT));
    rows.gauge(
        "lockstep.check.age",
        "s",
        check,
        "Time since the check's last run ended.",
        stored(PART, "check_age", FLOAT));
    rows.counter(
        "lockstep.check.abandoned",
        "{run}",
        Subject.HOST,
        "Runs of checks that could not be killed, as a process that waits for a disk can't be.",
        stored(HOST_SLOW, "check_abandoned", LONG));
  }

  private static void textfiles(Rows rows) {
    var file = Subject.TEXTFILE;
    rows.gauge(
        "lockstep.textfile.age",
        "s",
        file,
        "Time since the file was last written, where it is read.",
        stored(PART, "textfile_age", DOUBLE));
    rows.upDownCounter(
        "lockstep.textfile.success",
        "1",
        file,
        "1 when the file is read, 0 when not: it is no text of the format, too large, or too old.",
        stored(PART, "textfile_success", INT));
    rows.upDownCounter(
        "lockstep.textfile.series",
        "{series}",
        file,
        "Values in the file.",
        stored(PART, "textfile_series", INT));
  }

  private static void inventory(Rows rows) {
    var item = Subject.INVENTORY;
    rows.gauge(
        "lockstep.inventory.fault",
        "{state}",
        item,
        "0 what should be there is there, 1 it differs from what was learnt, 2 it differs from what"
            + " was declared or confirmed.",
        live(PART, "inventory_fault", INT));
    rows.gauge(
        "lockstep.inventory.expected",
        "1",
        item,
        "What should be there, where that is a number.",
        stored(PART, "inventory_expected", DOUBLE));
    rows.gauge(
        "lockstep.inventory.found",
        "1",
        item,
        "What is there, where that is a number.",
        stored(PART, "inventory_found", DOUBLE));
  }
}
