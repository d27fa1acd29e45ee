package io.lockstep.telemetry.exposition;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.Occurrence;
import io.lockstep.telemetry.otlp.Sample;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RoundJsonTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.006Z");

  @Test
  void saysTheRoundAsOneObject() throws IOException {
    var received =
        Sample.of(Contract.column(Table.PORT, "received"), "a\"b/1", 9_007_199_254_740_993L);
    var load = Sample.of(Contract.column(Table.HOST, "load_1m"), "", 0.25);
    long nanos = NOW.getEpochSecond() * 1_000_000_000L + NOW.getNano();
    var event =
        new Occurrence("lockstep.network.link.down", nanos, "went\ndown", Map.of("hw.id", "x"));
    String json = RoundJson.of("node-7", NOW, List.of(load, received), List.of(event));
    JsonNode round = new ObjectMapper().readTree(json);
    assertThat(round.get("host").asText()).isEqualTo("node-7");
    assertThat(round.get("time").asText()).isEqualTo("2026-01-02T03:04:05.006Z");
    JsonNode first = round.get("samples").get(0);
    assertThat(first.get("metric").asText()).isEqualTo("hw.network.io");
    assertThat(first.get("unit").asText()).isEqualTo("By");
    assertThat(first.get("attributes").get("hw.id").asText()).isEqualTo("a\"b/1");
    assertThat(first.get("value").longValue()).isEqualTo(9_007_199_254_740_993L);
    assertThat(round.get("samples").get(1).get("value").doubleValue()).isEqualTo(0.25);
    JsonNode down = round.get("events").get(0);
    assertThat(down.get("name").asText()).isEqualTo("lockstep.network.link.down");
    assertThat(down.get("time").asText()).isEqualTo("2026-01-02T03:04:05.006Z");
    assertThat(down.get("body").asText()).isEqualTo("went\ndown");
    assertThat(down.get("attributes").get("hw.id").asText()).isEqualTo("x");
  }
}
