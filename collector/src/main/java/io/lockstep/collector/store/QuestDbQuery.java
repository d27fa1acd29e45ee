package io.lockstep.collector.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Asks QuestDB in SQL, over its HTTP endpoint `/exec`. For the few statements that the collector
/// itself runs, for tests and for benchmarks: an answer is held in memory as a whole.
///
/// See <https://questdb.com/docs/reference/api/rest/#exec---execute-queries>.
public final class QuestDbQuery {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  private final StoreAddress address;
  private final Duration timeout;

  /// @param address where QuestDB listens
  public QuestDbQuery(StoreAddress address) {
    this(address, TIMEOUT);
  }

  QuestDbQuery(StoreAddress address, Duration timeout) {
    this.address = address;
    this.timeout = timeout;
  }

  /// Runs a query.
  ///
  /// @return its rows in order, each by column name in the query's order: a `Boolean`, `Long`,
  ///   `Double` or `String` (times are ISO 8601 text), or null; empty when there is none
  /// @throws IOException when QuestDB can't be reached or refuses; the message says why
  public List<Map<String, @Nullable Object>> rows(String sql) throws IOException {
    JsonNode answer = ask(sql);
    var rows = new ArrayList<Map<String, @Nullable Object>>();
    for (JsonNode values : answer.path("dataset")) {
      var row = new LinkedHashMap<String, @Nullable Object>();
      for (int i = 0; i < values.size(); i++) {
        row.put(answer.path("columns").path(i).path("name").asText(), value(values.get(i)));
      }
      rows.add(row);
    }
    return rows;
  }

  /// Runs a query for one whole number, as `SELECT count() FROM gpu`.
  ///
  /// @throws IOException as [#rows], or when the answer is not one number
  public long number(String sql) throws IOException {
    JsonNode value = ask(sql).path("dataset").path(0).path(0);
    if (!value.isIntegralNumber()) {
      throw new IOException("no whole number in the answer to " + sql);
    }
    return value.longValue();
  }

  /// Runs a statement that has no rows.
  ///
  /// @throws IOException as [#rows]
  public void execute(String sql) throws IOException {
    ask(sql);
  }

  private static @Nullable Object value(JsonNode node) {
    if (node.isNull()) {
      return null;
    }
    if (node.isBoolean()) {
      return node.booleanValue();
    }
    if (node.isNumber()) {
      return node.isIntegralNumber() ? node.longValue() : (Object) node.doubleValue();
    }
    return node.isTextual() ? node.textValue() : node.toString();
  }

  private JsonNode ask(String sql) throws IOException {
    String query = "/exec?query=" + URLEncoder.encode(sql, StandardCharsets.UTF_8);
    var connection = (HttpURLConnection) URI.create(address.url() + query).toURL().openConnection();
    connection.setInstanceFollowRedirects(false);
    connection.setConnectTimeout((int) timeout.toMillis());
    connection.setReadTimeout((int) timeout.toMillis());
    String authorization = address.authorization();
    if (!authorization.isEmpty()) {
      connection.setRequestProperty("Authorization", authorization);
    }
    try {
      return answer(connection, sql);
    } finally {
      connection.disconnect();
    }
  }

  private JsonNode answer(HttpURLConnection connection, String sql) throws IOException {
    int status = connection.getResponseCode();
    if (status == 401 || status == 403) {
      throw new IOException("QuestDB at " + address.url() + " refuses the password: " + status);
    }
    try (InputStream body =
        status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
      JsonNode answer = JSON.readTree(body == null ? InputStream.nullInputStream() : body);
      if (status >= 400 || answer.has("error")) {
        throw new IOException(
            "QuestDB answered %d: %s, to: %s".formatted(status, answer.path("error"), sql));
      }
      return answer;
    }
  }
}
