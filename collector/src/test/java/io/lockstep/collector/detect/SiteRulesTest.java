package io.lockstep.collector.detect;

import static io.lockstep.collector.window.Batches.SECOND;
import static io.lockstep.collector.window.Batches.START;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.collector.window.Batches;
import io.lockstep.collector.window.Window;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.BatchId;
import io.lockstep.telemetry.rows.Event;
import io.lockstep.telemetry.rules.RuleTable;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Checks and the inventory, of which there is a row every ten seconds.
class SiteRulesTest {
  private static final SubjectKey DISK = new SubjectKey("c", "node", "check/disk");
  private static final SubjectKey MEMORY = new SubjectKey("c", "node", "inventory/memory.bytes");

  private Window window = new Window("c");
  private final RuleDetector critical = detector("site-check");
  private final RuleDetector warning = detector("site-check-warning");
  private long second;
  private long number;

  private static RuleDetector detector(String id) {
    return new RuleDetector(
        RuleTable.ALL.stream().filter(rule -> rule.id().equals(id)).findFirst().orElseThrow());
  }

  /// Rows of a column for so long, one every ten seconds.
  private void run(int seconds, String column, String subject, double value) {
    for (int i = 0; i < seconds; i++, second++) {
      long now = START + second * SECOND;
      if (second % 10 == 0) {
        var row = Batches.row(Contract.column(Table.PART, column), "node", subject, now, value);
        window.append(Batches.rows(new BatchId("node", 1, ++number), row), now);
      }
      window.seal(now);
    }
  }

  private void says(String name, String subject, String attribute, String line) {
    says(name, subject, Map.of(attribute, line), 0);
  }

  /// @param ago seconds for which it waited in the agent's spool
  private void says(String name, String subject, Map<String, String> attributes, int ago) {
    long now = START + second * SECOND;
    var event =
        new Event(
            "e" + second,
            now - ago * SECOND,
            "node",
            "lockstep-agent",
            name,
            13,
            subject,
            "",
            attributes);
    window.append(Batches.events(new BatchId("node", 1, ++number), event), now);
  }

  @Test
  void aCriticalCheckIsFoundWithItsOwnWordsAndNoWarningToo() {
    says(
        "lockstep.check.changed", "check/disk", "lockstep.check.output", "/scratch {host} is full");
    run(60, "check_severity", "check/disk", 2);
    for (int i = 0; i < 10; i++) { // between two rows too
      run(1, "check_severity", "check/disk", 2);
      assertThat(Heard.of(critical, window).present.get(DISK))
          .isNotNull()
          .satisfies(finding -> {
            assertThat(finding.kind()).isEqualTo(IncidentKind.SITE_CHECK);
            assertThat(finding.summary())
                .isEqualTo("check/disk of node is CRITICAL: /scratch {host} is full");
          });
      assertThat(Heard.of(warning, window).absent).contains(DISK);
    }
  }

  @Test
  void anUnknownOutcomeNeitherOpensNorClears() {
    run(60, "check_severity", "check/disk", 2);
    run(60, "check_state", "check/disk", 3);
    assertThat(Heard.of(critical, window).unknown).contains(DISK);
    assertThat(Heard.of(critical, window).absent).doesNotContain(DISK);
    run(20, "check_severity", "check/disk", 0);
    assertThat(Heard.of(critical, window).absent).contains(DISK);
  }

  @Test
  void aCollectorThatWasNotThereLeavesTheWordsOfAnAlertAsTheyWere() {
    run(60, "check_severity", "check/disk", 2);
    var heard = new Heard();
    heard.open.add(DISK);
    critical.judge(window, heard);
    assertThat(heard.unknown).contains(DISK);
    assertThat(Heard.of(critical, window).present.get(DISK))
        .isNotNull()
        .satisfies(finding -> assertThat(finding.summary()).endsWith(": its last event says how"));
  }

  private long onset(String rule, SubjectKey subject) {
    Finding finding = Heard.of(detector(rule), window).present.get(subject);
    assertThat(finding).as("finding of " + rule).isNotNull();
    return finding.onsetNanos();
  }

  @Test
  void aCollectorThatComesBackLearnsFromTheSpoolSinceWhenACheckIsCritical() {
    run(60, "check_severity", "check/disk", 2);
    assertThat(onset("site-check", DISK)).isGreaterThanOrEqualTo(START);
    says("lockstep.check.changed", "check/disk", changed("ok"), 5000);
    assertThat(onset("site-check", DISK)).isGreaterThanOrEqualTo(START);
    says("lockstep.check.changed", "check/disk", changed("critical"), 4000);
    assertThat(onset("site-check", DISK)).isEqualTo(START + (60 - 4000) * SECOND);
    says("lockstep.check.changed", "check/disk", changed("warning"), 4500);
    assertThat(onset("site-check", DISK)).isEqualTo(START + (60 - 4000) * SECOND);
  }

  @Test
  void anEventOfAnEarlierTimeIsNotTheBeginOfWhatTheWindowSawBegin() {
    says("lockstep.check.changed", "check/disk", changed("critical"), 4000);
    run(60, "check_severity", "check/disk", 0);
    run(60, "check_severity", "check/disk", 2);
    assertThat(onset("site-check", DISK)).isGreaterThanOrEqualTo(START + 59 * SECOND);
  }

  private static Map<String, String> changed(String state) {
    return Map.of("lockstep.check.state", state, "lockstep.check.output", "it is " + state);
  }

  @Test
  void whatDiffersFromWhatWasSaidIsCriticalAndFromWhatWasLearntAWarning() {
    says(
        "lockstep.inventory.changed",
        "inventory/memory.bytes",
        "lockstep.inventory.difference",
        "2TiB expected, found 1898");
    run(60, "inventory_fault", "inventory/memory.bytes", 2);
    assertThat(Heard.of(detector("inventory-differs"), window).present.get(MEMORY))
        .extracting(finding -> finding == null ? "" : finding.summary())
        .isEqualTo(
            "inventory/memory.bytes of node is not what it should be: 2TiB expected, found 1898");
    assertThat(Heard.of(detector("inventory-changed"), window).absent).contains(MEMORY);
    run(60, "inventory_fault", "inventory/memory.bytes", 1);
    assertThat(Heard.of(detector("inventory-changed"), window).present).containsKey(MEMORY);
  }

  @Test
  void partsWithoutALiveColumnTakeNoRoom() {
    run(20, "disk_reads", "disk/sda", 5);
    assertThat(window.subjects(Table.PART)).isEmpty();
  }
}
