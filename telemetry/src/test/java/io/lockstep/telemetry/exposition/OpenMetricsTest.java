package io.lockstep.telemetry.exposition;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.telemetry.contract.Metric.Kind;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OpenMetricsTest {
  @Test
  void callsACountersFamilyWithoutTotalAndSaysWhereItEnds() {
    var point = new Family.Point(Map.of("hw.id", "a"), 7L);
    var families =
        List.of(
            new Family("hw.energy", "J", Kind.COUNTER, "Energy.", List.of(point)),
            new Family("hw.power", "W", Kind.GAUGE, "Power.", List.of(point)));
    assertThat(OpenMetrics.of(families, "n1", "lockstep-agent", "").lines())
        .containsExactly(
            "# HELP target Of whom this is.",
            "# TYPE target info",
            "target_info{host_name=\"n1\",service_name=\"lockstep-agent\"} 1",
            "# HELP hw_energy_joules Energy.",
            "# TYPE hw_energy_joules counter",
            "hw_energy_joules_total{hw_id=\"a\"} 7",
            "# HELP hw_power_watts Power.",
            "# TYPE hw_power_watts gauge",
            "hw_power_watts{hw_id=\"a\"} 7",
            "# EOF");
  }
}
