package io.lockstep.dashboards;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lockstep.dashboards.ClusterDashboard.Marks;
import io.lockstep.dashboards.ClusterDashboard.Section;
import io.lockstep.dashboards.ClusterDashboard.Variable;
import java.util.List;

/// Writes a dashboard as Grafana reads it: version 1 of its JSON model
/// ([documentation](https://grafana.com/docs/grafana/latest/visualizations/dashboards/build-dashboards/view-dashboard-json-model/)).
final class DashboardJson {
  /// The uid under which the data source is provisioned.
  static final String DATA_SOURCE = "lockstep-questdb";

  static final String DATA_SOURCE_TYPE = "grafana-postgresql-datasource";

  private static final int SCHEMA_VERSION = 39; // Grafana 11; newer ones read it
  private static final int GRID = 24;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ObjectNode root = JSON.createObjectNode();
  private final ArrayNode panels = JSON.createArrayNode();
  private int y;

  private DashboardJson() {}

  /// The dashboard of the cluster.
  ///
  /// @return JSON, with a line break at its end
  static String cluster() {
    return new DashboardJson().write(ClusterDashboard.SECTIONS);
  }

  private String write(List<Section> sections) {
    root.put("uid", ClusterDashboard.UID).put("title", ClusterDashboard.TITLE);
    root.put("description", "From the cluster to a server to its GPUs.");
    root.putArray("tags").add("lockstep");
    root.put("schemaVersion", SCHEMA_VERSION).put("editable", true).put("graphTooltip", 1);
    root.put("timezone", "browser").put("refresh", "1m");
    root.putObject("time").put("from", "now-15m").put("to", "now");
    ArrayNode marks = root.putObject("annotations").putArray("list");
    ClusterDashboard.MARKS.forEach(mark -> add(marks.addObject(), mark));
    ArrayNode variables = root.putObject("templating").putArray("list");
    ClusterDashboard.VARIABLES.forEach(variable -> add(variables.addObject(), variable));
    sections.forEach(this::add);
    root.set("panels", panels);
    return text();
  }

  private String text() {
    var lines = new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n"));
    try {
      return JSON.writer(lines).writeValueAsString(root) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ObjectNode source(ObjectNode in) {
    return in.putObject("datasource").put("type", DATA_SOURCE_TYPE).put("uid", DATA_SOURCE);
  }

  private static ObjectNode query(ObjectNode in, String id, String format, String sql) {
    source(in);
    in.put("refId", id).put("format", format).put("rawQuery", true).put("editorMode", "code");
    return in.put("rawSql", sql);
  }

  private static void add(ObjectNode to, Marks marks) {
    to.put("name", marks.name()).put("enable", marks.shown()).put("hide", false);
    to.put("iconColor", marks.color());
    source(to);
    ObjectNode target = query(to.putObject("target"), "Anno", "table", marks.query());
    // Of Grafana's own annotations; its schema wants them here, too.
    target.put("limit", 500).put("matchAny", false).put("type", "dashboard").putArray("tags");
  }

  private static void add(ObjectNode to, Variable variable) {
    to.put("type", "query").put("name", variable.name()).put("label", variable.label());
    source(to);
    to.put("query", variable.query());
    to.put("refresh", 2).put("sort", 0); // asked again with every range; sorted by its query
    boolean several = !variable.all().isEmpty();
    to.put("multi", several).put("includeAll", several);
    if (several) {
      to.put("allValue", variable.all());
      ObjectNode all = to.putObject("current").put("selected", true);
      all.putArray("text").add("All");
      all.putArray("value").add("$__all");
    }
  }

  private void add(Section section) {
    ObjectNode row = panels.addObject();
    row.put("id", panels.size()).put("type", "row").put("title", section.title());
    row.put("collapsed", false).putArray("panels");
    place(row, 0, GRID, 1);
    y++;
    int x = 0;
    int height = 0;
    for (Panel panel : section.panels()) {
      if (x + panel.width() > GRID) {
        x = 0;
        y += height;
        height = 0;
      }
      ObjectNode node = panels.addObject();
      node.put("id", panels.size());
      place(node, x, panel.width(), panel.height());
      PanelJson.write(panel, section.interval(), node);
      source(node);
      targets(node, panel);
      x += panel.width();
      height = Math.max(height, panel.height());
    }
    y += height;
  }

  private void place(ObjectNode panel, int x, int width, int height) {
    panel.putObject("gridPos").put("x", x).put("y", y).put("w", width).put("h", height);
  }

  private static void targets(ObjectNode node, Panel panel) {
    ArrayNode targets = node.putArray("targets");
    for (String sql : panel.queries()) {
      String id = String.valueOf((char) ('A' + targets.size()));
      query(targets.addObject(), id, panel.kind().format, sql);
    }
  }
}
