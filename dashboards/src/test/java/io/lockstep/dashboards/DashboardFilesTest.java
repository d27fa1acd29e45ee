package io.lockstep.dashboards;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import io.lockstep.collector.store.ReadAccess;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// The files that Grafana reads.
class DashboardFilesTest {
  private static final Path FILE = Path.of("grafana", "dashboards", "lockstep-cluster.json");

  @Test
  void theFileIsWhatTheCodeSays() throws IOException {
    String dashboard = DashboardJson.cluster();
    if ("update".equals(System.getProperty("golden"))) {
      Files.writeString(FILE, dashboard);
    }
    assertThat(FILE).as("run ./mvnw verify -Dgolden=update").hasContent(dashboard);
  }

  @Test
  void itIsValidByGrafanasOwnSchema() throws IOException {
    try (InputStream schema =
        Objects.requireNonNull(getClass().getResourceAsStream("/grafana-dashboard.schema.json"))) {
      var validator = JsonSchemaFactory.getInstance(VersionFlag.V7).getSchema(schema);
      JsonNode dashboard = dashboard();
      assertThat(validator.validate(dashboard)).isEmpty();
      // The schema is one that finds something.
      ((ObjectNode) dashboard.path("panels").path(1)).put("titel", "x");
      assertThat(validator.validate(dashboard)).isNotEmpty();
    }
  }

  @Test
  void everyPanelHasAPlaceAnIdAndATitleOfItsOwn() throws IOException {
    Set<Integer> ids = new HashSet<>();
    Set<String> titles = new HashSet<>();
    Set<List<Integer>> cells = new HashSet<>();
    for (JsonNode panel : dashboard().path("panels")) {
      String title = panel.path("title").asText();
      assertThat(ids.add(panel.path("id").asInt())).as(title).isTrue();
      assertThat(titles.add(title)).as(title).isTrue();
      JsonNode at = panel.path("gridPos");
      assertThat(at.path("x").asInt() + at.path("w").asInt()).as(title).isBetween(1, 24);
      for (int x = 0; x < at.path("w").asInt(); x++) {
        for (int y = 0; y < at.path("h").asInt(); y++) {
          var cell = List.of(at.path("x").asInt() + x, at.path("y").asInt() + y);
          assertThat(cells.add(cell)).as("%s lies on another at %s", title, cell).isTrue();
        }
      }
    }
    assertThat(titles).hasSizeGreaterThan(20);
  }

  @Test
  void theDataSourceIsTheOneThatTheCollectorOpens() throws IOException {
    JsonNode source = yaml("datasources").path("datasources").path(0);
    assertThat(source.path("uid").asText()).isEqualTo(DashboardJson.DATA_SOURCE);
    assertThat(source.path("type").asText()).isEqualTo(DashboardJson.DATA_SOURCE_TYPE);
    assertThat(source.path("url").asText()).isEqualTo(ReadAccess.DEFAULT.address());
    assertThat(source.path("user").asText()).isEqualTo(ReadAccess.USER);
    assertThat(source.path("jsonData").path("database").asText()).isEqualTo(ReadAccess.DATABASE);
    assertThat(source.path("jsonData").path("sslmode").asText()).isEqualTo("disable");
    assertThat(source.path("secureJsonData").path("password").asText())
        .isEqualTo("$__file{/etc/grafana/lockstep/read-password}");

    JsonNode provider = yaml("dashboards").path("providers").path(0);
    assertThat(provider.path("type").asText()).isEqualTo("file");
    String readme = Files.readString(Path.of("README.md"));
    assertThat(readme)
        .contains(provider.path("options").path("path").asText())
        .contains("/etc/grafana/lockstep/read-password");
  }

  private static JsonNode yaml(String kind) throws IOException {
    Path file = Path.of("grafana", "provisioning", kind, "lockstep.yaml");
    return new YAMLMapper().readTree(file.toFile());
  }

  private static JsonNode dashboard() throws IOException {
    return new ObjectMapper().readTree(DashboardJson.cluster());
  }
}
