package io.lockstep.telemetry.exposition;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Metric.Kind;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.Sample;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrometheusTextTest {
  private static final String LINE =
      "[a-z_][a-z0-9_]*(\\{[a-z_0-9]+=\"([^\"\\\\\\n]|\\\\[\\\\\"n])*\"(,[a-z_0-9]+=\"([^\"\\\\\\n]|\\\\[\\\\\"n])*\")*})?"
          + " -?[0-9.]+(E-?[0-9]+)?";

  @ParameterizedTest
  @CsvSource({
    "system.cpu.utilization,1,GAUGE,system_cpu_utilization_ratio",
    "hw.network.up,1,UP_DOWN_COUNTER,hw_network_up",
    "hw.network.io,By,COUNTER,hw_network_io_bytes_total",
    "hw.network.bandwidth.limit,By/s,UP_DOWN_COUNTER,hw_network_bandwidth_limit_bytes_per_second",
    "hw.errors,{error},COUNTER,hw_errors_total",
    "system.uptime,s,GAUGE,system_uptime_seconds",
    "hw.temperature,Cel,GAUGE,hw_temperature_celsius",
    "hw.energy,J,COUNTER,hw_energy_joules_total",
    "lockstep.network.port.state,{state},GAUGE,lockstep_network_port_state",
    "events,{event}/s,GAUGE,events_per_second",
    "request.duration.seconds,s,GAUGE,request_duration_seconds",
    "odd name,furlong,GAUGE,odd_name_furlong"
  })
  void namesAreOpenTelemetrysInPrometheusForm(
      String name, String unit, Kind kind, String expected) {
    assertThat(PrometheusText.name(name, unit, kind)).isEqualTo(expected);
  }

  @Test
  void labelsAndHelpAreEscaped() {
    var family =
        new Family(
            "a.b",
            "{x}",
            Kind.GAUGE,
            "two\nlines \\ and \"quotes\"",
            List.of(new Family.Point(Map.of("k.1", "a\"b\\c\nd"), 1L)));
    assertThat(PrometheusText.of(List.of(family)))
        .isEqualTo(
            """
            # HELP a_b two\\nlines \\\\ and "quotes"
            # TYPE a_b gauge
            a_b{k_1="a\\"b\\\\c\\nd"} 1
            """);
  }

  @Test
  void equalSeriesAreSaidOnce() {
    var point = new Family.Point(Map.of("k", "v"), 1L);
    var family = new Family("a", "1", Kind.COUNTER, "", List.of(point, point));
    assertThat(PrometheusText.of(List.of(family)))
        .isEqualTo("# TYPE a_total counter\na_total{k=\"v\"} 1\n");
  }

  @Test
  void everyColumnOfTheContractIsALegalLineAndFamiliesStandTogether() {
    List<Sample> samples = new ArrayList<>();
    for (Table table : Table.values()) {
      for (Column column : Contract.columns(table)) {
        samples.add(Sample.of(column, "a\"b", 1.5));
        samples.add(Sample.of(column, "c", 2.5e-7));
      }
    }
    List<String> lines = PrometheusText.of(Family.of(samples)).lines().toList();
    Set<String> series = new HashSet<>();
    Set<String> types = new HashSet<>();
    String family = "";
    for (String line : lines) {
      if (line.startsWith("# TYPE ")) {
        family = line.replaceAll("# TYPE (\\S+) .*", "$1");
        assertThat(types.add(family)).as(line).isTrue();
      } else if (!line.startsWith("# HELP ")) {
        assertThat(line).matches(LINE).startsWith(family);
        assertThat(series.add(line.replaceAll(" \\S+$", ""))).as(line).isTrue();
      }
    }
    assertThat(series)
        .hasSize(samples.stream().map(PrometheusTextTest::key).distinct().toList().size());
  }

  private static String key(Sample sample) {
    return sample.metric().name() + sample.attributes();
  }

  @Test
  void wholeNumbersKeepAllTheirDigits() {
    Column received = Contract.column(Table.PORT, "received");
    Sample sample = Sample.of(received, "mlx5_0/1", 9_007_199_254_740_993L);
    assertThat(PrometheusText.of(Family.of(List.of(sample)))).contains("} 9007199254740993\n");
  }
}
