package io.lockstep.dashboards;

import java.util.List;
import java.util.Map;

/// One panel of a dashboard.
///
/// @param kind how it is drawn
/// @param title what it shows, unique in its dashboard
/// @param description what a reader must know to read it right
/// @param unit Grafana's name of the values' unit; a value is stored in that very unit, so that
///   nothing is converted twice
/// @param width in columns of Grafana's grid, 1 to 24
/// @param height in rows of Grafana's grid
/// @param queries at least one, in SQL with Grafana's macros
/// @param states what whole numbers mean, by number; for a table, in its columns of [#STATE]; empty
///   when they are just numbers
/// @param columns for a table: the unit of each column that has one, or [#STATE]
record Panel(
    Kind kind,
    String title,
    String description,
    String unit,
    int width,
    int height,
    List<String> queries,
    Map<Integer, State> states,
    Map<String, String> columns) {

  /// How a panel is drawn: Grafana's panel plugins.
  enum Kind {
    /// Lines over time.
    LINES("timeseries", "time_series"),
    /// Bars of states over time, one for each series.
    STATES("state-timeline", "time_series"),
    /// One number.
    NUMBER("stat", "table"),
    /// Rows.
    TABLE("table", "table");

    /// The name of Grafana's plugin.
    final String plugin;

    /// How Grafana reads the rows: `time_series` or `table`.
    final String format;

    Kind(String plugin, String format) {
      this.plugin = plugin;
      this.format = format;
    }
  }

  /// What a number means.
  ///
  /// @param text for people
  /// @param color one of Grafana's names
  record State(String text, String color) {}

  /// The unit of what has none.
  static final String PLAIN = "none";

  /// In place of a column's unit: its numbers are states.
  static final String STATE = "state";

  Panel {
    queries = List.copyOf(queries);
    states = Map.copyOf(states);
    columns = Map.copyOf(columns);
    if (queries.isEmpty() || width < 1 || width > 24 || height < 1) {
      throw new IllegalArgumentException(title + " must have a query and fit the grid");
    }
  }

  static Panel lines(String title, String description, String unit, String... queries) {
    return of(Kind.LINES, title, description, unit, 8, 8, queries);
  }

  static Panel states(String title, String description, Map<Integer, State> states, String query) {
    Panel plain = of(Kind.STATES, title, description, PLAIN, 12, 7, query);
    return plain.with(states);
  }

  static Panel number(String title, String description, String unit, String query) {
    return of(Kind.NUMBER, title, description, unit, 4, 4, query);
  }

  static Panel table(String title, String description, Map<String, String> columns, String query) {
    Panel plain = of(Kind.TABLE, title, description, PLAIN, 12, 8, query);
    return new Panel(
        plain.kind,
        title,
        description,
        plain.unit,
        plain.width,
        plain.height,
        plain.queries,
        plain.states,
        columns);
  }

  private static Panel of(
      Kind kind,
      String title,
      String description,
      String unit,
      int width,
      int height,
      String... queries) {
    return new Panel(
        kind, title, description, unit, width, height, List.of(queries), Map.of(), Map.of());
  }

  Panel with(Map<Integer, State> meanings) {
    return new Panel(kind, title, description, unit, width, height, queries, meanings, columns);
  }

  Panel wide(int columnsOfTheGrid) {
    return new Panel(
        kind, title, description, unit, columnsOfTheGrid, height, queries, states, columns);
  }
}
