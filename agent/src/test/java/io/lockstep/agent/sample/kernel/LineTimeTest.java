package io.lockstep.agent.sample.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LineTimeTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final String XID = " n1 kernel: NVRM: Xid (PCI:0000:3b:00): 79, x";

  private static String zoned(Instant time) {
    return time.atOffset(ZoneOffset.ofHours(5)).format(DateTimeFormatter.ISO_OFFSET_DATE_TIME)
        + XID;
  }

  /// As a log writer dates it that knows local time alone.
  private static String local(Instant time) {
    return LocalDateTime.ofInstant(time, ZoneId.systemDefault())
            .format(DateTimeFormatter.ofPattern("MMM d HH:mm:ss", Locale.ROOT))
        + XID;
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT1S", "PT7M", "PT1H", "PT24H", "P3D"})
  void aLineThatNamesItsZoneCarriesItsOwnTime(Duration age) {
    Instant written = NOW.minus(age);
    assertThat(LineTime.ofNew(zoned(written), NOW)).isEqualTo(written);
    assertThat(LineTime.ofMissed(zoned(written), NOW)).isEqualTo(written);
    assertThat(LineTime.ofHistory(zoned(written), NOW, null)).isEqualTo(written);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT7M", "PT3H10M", "PT24H", "PT48H"})
  void aLineOfAnotherTimeThatNoZoneExplainsCarriesItsOwn(Duration age) {
    Instant written = NOW.minus(age);
    assertThat(LineTime.ofNew(local(written), NOW)).isEqualTo(written);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT0S", "PT1H", "PT5H45M3S", "PT14H"})
  void aLineThatMayBeOfNowInAnotherZoneIsOfNow(Duration age) {
    assertThat(LineTime.ofNew(local(NOW.minus(age)), NOW)).isEqualTo(NOW);
  }

  @Test
  void noLineIsOfTheFuture() {
    Instant later = NOW.plus(Duration.ofHours(2));
    assertThat(LineTime.ofNew(zoned(later), NOW)).isEqualTo(NOW);
    assertThat(LineTime.ofNew(local(later), NOW)).isEqualTo(NOW);
    assertThat(LineTime.ofMissed(zoned(later), NOW)).isEqualTo(NOW);
    assertThat(LineTime.ofHistory(local(later), NOW, null)).isEqualTo(NOW);
  }

  @Test
  void aLineWithoutADateIsOfNowWhenItComesAndOfAnyTimeWhereItStood() {
    assertThat(LineTime.ofNew("4,1,1,-;NVRM: Xid", NOW)).isEqualTo(NOW);
    assertThat(LineTime.ofMissed("NVRM: Xid", NOW)).isEqualTo(NOW);
    assertThat(LineTime.ofHistory("NVRM: Xid", NOW, NOW)).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "4,1,3600500000,-;NVRM: Xid | PT1H0.5S",
        "[ 3600.500000] NVRM: Xid | PT1H0.5S",
        "<4>[ 3600.5] NVRM: Xid | PT1H0.5S",
        "kern  :err   : [ 3600.500000] NVRM: Xid | PT1H0.5S",
      })
  void theKernelsOwnStampCountsInAFileOfThisBoot(String line, Duration sinceBoot) {
    Instant boot = NOW.minus(Duration.ofHours(2));
    assertThat(LineTime.ofHistory(line, NOW, boot)).isEqualTo(boot.plus(sinceBoot));
    assertThat(LineTime.ofHistory(line, NOW, null)).as("of any boot").isNull();
    Instant younger = NOW.minus(Duration.ofMinutes(10));
    assertThat(LineTime.ofHistory(line, NOW, younger)).as("of a longer boot").isNull();
  }
}
