package io.lockstep.telemetry.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Metric.Kind;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.rules.InfinibandCounters.Counter;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InfinibandCountersTest {

  @Test
  void everyCounterColumnOfAPortHasOneFile() {
    List<Column> counters =
        Contract.columns(Table.PORT).stream().filter(InfinibandCountersTest::counts).toList();
    assertThat(InfinibandCounters.all())
        .extracting(Counter::column)
        .containsExactlyInAnyOrderElementsOf(counters);
  }

  private static boolean counts(Column column) {
    return Objects.requireNonNull(Contract.metric(column.metric())).kind() == Kind.COUNTER;
  }

  @Test
  void filesAreNamedOnceAndFoundByName() {
    assertThat(InfinibandCounters.all())
        .extracting(counter -> counter.folder() + "/" + counter.file())
        .doesNotHaveDuplicates();
    for (Counter counter : InfinibandCounters.all()) {
      assertThat(InfinibandCounters.of(counter.folder(), counter.file())).isEqualTo(counter);
    }
    assertThat(InfinibandCounters.of("hw_counters", "lifespan")).isNull();
    assertThat(InfinibandCounters.of("hw_counters", "symbol_error")).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "counters,local_link_integrity_errors,15,15",
    "counters,link_downed,255,255",
    "counters,symbol_error,65535,65535",
    "counters,port_xmit_wait,4294967295,4294967295",
    "counters,multicast_rcv_packets,9223372036854775807,9223372036854775807",
    "counters,port_rcv_data,4294967295,9223372036854775807",
    "hw_counters,out_of_buffer,9223372036854775807,9223372036854775807"
  })
  void ceilingsAreThoseOfTheKernelsWidths(String folder, String file, long plain, long extended) {
    Counter counter = Objects.requireNonNull(InfinibandCounters.of(folder, file));
    assertThat(counter.ceiling(false)).isEqualTo(plain);
    assertThat(counter.ceiling(true)).isEqualTo(extended);
  }
}
