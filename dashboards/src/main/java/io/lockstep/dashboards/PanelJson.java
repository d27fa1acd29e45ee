package io.lockstep.dashboards;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.TreeMap;

/// Writes how a panel looks: unit, colours, and the options of Grafana's plugin that draws it.
final class PanelJson {
  /// Points of a line at most. It bounds what a panel costs the store, however wide the screen.
  private static final int POINTS = 500;

  private PanelJson() {}

  /// @param interval the shortest between two points of a line
  static void write(Panel panel, String interval, ObjectNode node) {
    node.put("type", panel.kind().plugin).put("title", panel.title());
    node.put("description", panel.description());
    ObjectNode field = node.putObject("fieldConfig");
    ObjectNode defaults = field.putObject("defaults").put("unit", panel.unit());
    ArrayNode overrides = field.putArray("overrides");
    ObjectNode options = node.putObject("options");
    switch (panel.kind()) {
      case LINES -> {
        bound(node, interval);
        lines(panel, defaults, options);
      }
      case STATES -> {
        bound(node, interval);
        mappings(defaults.putArray("mappings"), panel.states());
        defaults.putObject("custom").put("fillOpacity", 70).put("lineWidth", 0);
        options.put("showValue", "never").put("mergeValues", true).put("rowHeight", 0.9);
        legend(options);
      }
      case NUMBER -> {
        options.put("colorMode", "none").put("graphMode", "none").put("textMode", "value");
        ObjectNode reduce = options.putObject("reduceOptions").put("values", false);
        reduce.put("fields", "").putArray("calcs").add("lastNotNull");
      }
      case TABLE -> {
        options.put("showHeader", true).put("cellHeight", "sm");
        new TreeMap<>(panel.columns())
            .forEach((column, unit) -> column(overrides, column, unit, panel));
        server(overrides);
      }
    }
  }

  /// Never finer than the data, and never more than fits a screen.
  private static void bound(ObjectNode node, String interval) {
    node.put("interval", interval).put("maxDataPoints", POINTS);
  }

  private static void lines(Panel panel, ObjectNode defaults, ObjectNode options) {
    if (panel.unit().equals("percentunit")) {
      defaults.put("min", 0).put("max", 1);
    }
    // A gap is a gap: nothing is drawn over what is missing.
    ObjectNode custom = defaults.putObject("custom").put("spanNulls", false);
    custom.put("drawStyle", "line").put("lineWidth", 1).put("showPoints", "auto");
    legend(options);
    options.putObject("tooltip").put("mode", "multi").put("sort", "desc");
  }

  private static void legend(ObjectNode options) {
    ObjectNode legend = options.putObject("legend").put("showLegend", true);
    legend.put("displayMode", "list").put("placement", "bottom").putArray("calcs");
  }

  private static void mappings(ArrayNode mappings, Map<Integer, Panel.State> states) {
    ObjectNode mapping = mappings.addObject().put("type", "value");
    ObjectNode options = mapping.putObject("options");
    new TreeMap<>(states)
        .forEach((number, state) ->
            options
                .putObject(number.toString())
                .put("text", state.text())
                .put("color", state.color())
                .put("index", options.size() - 1));
  }

  private static void column(ArrayNode overrides, String column, String unit, Panel panel) {
    ObjectNode property = override(overrides, column).addObject();
    if (unit.equals(Panel.STATE)) {
      mappings(property.put("id", "mappings").putArray("value"), panel.states());
    } else {
      property.put("id", "unit").put("value", unit);
    }
  }

  /// A click on a server's name shows it in the rows below.
  private static void server(ArrayNode overrides) {
    ObjectNode property = override(overrides, "server").addObject().put("id", "links");
    property
        .putArray("value")
        .addObject()
        .put("title", "Show this server")
        .put(
            "url",
            "/d/"
                + ClusterDashboard.UID
                + "?var-cluster=${cluster:percentencode}&var-host=${__value.raw}&${__url_time_range}");
  }

  private static ArrayNode override(ArrayNode overrides, String column) {
    ObjectNode override = overrides.addObject();
    override.putObject("matcher").put("id", "byName").put("options", column);
    return override.putArray("properties");
  }
}
