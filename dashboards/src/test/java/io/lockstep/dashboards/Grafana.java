package io.lockstep.dashboards;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Asks a question as Grafana's own PostgreSQL data source does: the browser's part fills in the
/// variables, the server's part the interval and then the macros, and what comes out is sent as a
/// simple query.
///
/// The rules are those of Grafana's `pkg/tsdb/grafana-postgresql-datasource/macros.go`, of
/// `FormatInterval` in its Go SDK, and of its variables' format `sqlstring`.
///
/// @param from begin of the range, whole milliseconds as a browser has them
/// @param to its end
/// @param variables what the user chose, by the variable's name
record Grafana(
    Connection connection, Instant from, Instant to, Map<String, List<String>> variables) {
  /// What a browser sends for all values.
  static final String ALL = "$__all";

  private static final Pattern VARIABLE = Pattern.compile("\\$\\{(\\w+):(\\w+)}|\\$\\{(\\w+)}");
  private static final Pattern MACRO = Pattern.compile("\\$([_a-zA-Z0-9]+)\\(([^)]*)\\)");

  /// Go's RFC3339Nano: without the zeros at the end of the fraction.
  private static final DateTimeFormatter RFC_3339 =
      new DateTimeFormatterBuilder()
          .appendPattern("uuuu-MM-dd'T'HH:mm:ss")
          .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
          .appendLiteral('Z')
          .toFormatter()
          .withZone(ZoneOffset.UTC);

  /// The rows of an answer, each by column name in the query's order; times as [Instant], numbers
  /// as [Double], the rest as text.
  List<Map<String, @Nullable Object>> ask(String sql, Duration interval) throws SQLException {
    try (var statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(interpolate(sql, interval))) {
      var all = new ArrayList<Map<String, @Nullable Object>>();
      while (rows.next()) {
        var row = new LinkedHashMap<String, @Nullable Object>();
        for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
          row.put(rows.getMetaData().getColumnLabel(i), value(rows, i));
        }
        all.add(row);
      }
      return all;
    }
  }

  private static @Nullable Object value(ResultSet rows, int column) throws SQLException {
    return switch (rows.getMetaData().getColumnType(column)) {
      case Types.TIMESTAMP -> {
        LocalDateTime time = rows.getObject(column, LocalDateTime.class);
        yield time == null ? null : time.toInstant(ZoneOffset.UTC);
      }
      case Types.DOUBLE, Types.REAL, Types.INTEGER, Types.BIGINT, Types.SMALLINT -> {
        double number = rows.getDouble(column);
        yield rows.wasNull() ? null : number;
      }
      default -> rows.getString(column);
    };
  }

  String interpolate(String sql, Duration interval) {
    String chosen =
        VARIABLE.matcher(sql).replaceAll(found -> quoted(variable(found.group(1), found.group(2))));
    String timed =
        chosen
            .replace("$__interval_ms", String.valueOf(interval.toMillis()))
            .replace("$__interval", goInterval(interval));
    return MACRO
        .matcher(timed)
        .replaceAll(found -> quoted(macro(found.group(1), found.group(2).split(","))));
  }

  private static String quoted(String text) {
    return java.util.regex.Matcher.quoteReplacement(text);
  }

  private String variable(@Nullable String name, @Nullable String format) {
    if (name == null || !"sqlstring".equals(format) || !variables.containsKey(name)) {
      throw new IllegalArgumentException("no variable " + name + " as " + format);
    }
    List<String> chosen = variables.get(name);
    if (chosen.equals(List.of(ALL))) {
      return ClusterDashboard.VARIABLES.stream()
          .filter(one -> one.name().equals(name))
          .findFirst()
          .orElseThrow()
          .all(); // put in as it is, whatever the format
    }
    return chosen.stream()
        .map(value -> "'" + value.replace("'", "''") + "'")
        .collect(Collectors.joining(","));
  }

  private String macro(String name, String[] arguments) {
    String column = arguments[0].strip();
    return switch (name) {
      case "__time" -> column + " AS \"time\"";
      case "__timeFilter" ->
          column + " BETWEEN '" + RFC_3339.format(from) + "' AND '" + RFC_3339.format(to) + "'";
      case "__timeFrom" -> "'" + RFC_3339.format(from) + "'";
      case "__timeTo" -> "'" + RFC_3339.format(to) + "'";
      case "__timeGroup", "__timeGroupAlias" -> {
        long seconds = goSeconds(arguments[1].strip());
        String group = "floor(extract(epoch from %s)/%d)*%d".formatted(column, seconds, seconds);
        yield name.equals("__timeGroup") ? group : group + " AS \"time\"";
      }
      default -> throw new IllegalArgumentException("unknown macro \"" + name + "\"");
    };
  }

  private static String goInterval(Duration interval) {
    if (interval.toDays() >= 365) {
      return interval.toDays() / 365 + "y";
    }
    if (interval.toDays() > 0) {
      return interval.toDays() + "d";
    }
    if (interval.toHours() > 0) {
      return interval.toHours() + "h";
    }
    if (interval.toMinutes() > 0) {
      return interval.toMinutes() + "m";
    }
    return interval.toSeconds() > 0 ? interval.toSeconds() + "s" : interval.toMillis() + "ms";
  }

  private static long goSeconds(String interval) {
    String plain = interval.replace("'", "");
    long number = Long.parseLong(plain.substring(0, plain.length() - 1));
    return switch (plain.charAt(plain.length() - 1)) {
      case 's' -> number;
      case 'm' -> number * 60;
      case 'h' -> number * 3600;
      case 'd' -> number * 86_400;
      default -> throw new IllegalArgumentException("error parsing interval " + interval);
    };
  }
}
