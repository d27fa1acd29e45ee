package io.lockstep.collector.store;

import com.influxdb.client.InfluxDBClient;
import com.influxdb.client.InfluxDBClientFactory;
import com.influxdb.client.InfluxDBClientOptions;
import com.influxdb.client.WriteApiBlocking;
import com.influxdb.client.domain.WritePrecision;
import com.influxdb.exceptions.InfluxException;
import io.lockstep.telemetry.config.Authorities;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okhttp3.OkHttpClient;
import okhttp3.RequestBody;
import org.jspecify.annotations.Nullable;

/// Posts line protocol through the InfluxDB client's blocking API, and says in our terms what each
/// kind of store means by its answer. For one thread.
///
/// The answers of InfluxDB 1 and 2, VictoriaMetrics and QuestDB were measured; `docs/stores.md` has
/// the table.
final class LinePost implements AutoCloseable {
  private static final Duration CONNECT = Duration.ofSeconds(2);
  private static final Duration READ = Duration.ofSeconds(10);
  private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}+");

  /// The client takes text only: a hundred megabytes would be copied three times, and what that
  /// leaves to the garbage collector was a sixth of the collector's processor time.
  private static final String STANDS_FOR_THE_BODY = "-";

  private static final Pattern DROPPED = Pattern.compile("dropped=([0-9]+)");

  /// What the store says to a request.
  sealed interface Answer {
    /// It has all lines.
    record Taken() implements Answer {}

    /// It has none of the lines, because of one of them.
    ///
    /// @param line which one, counted from 0 among the lines posted; −1 when the store does not say
    record Refused(int line, String reason) implements Answer {}

    /// It has all lines but some, and sending them again is of no use.
    ///
    /// @param lines how many it dropped; at least 1
    record Dropped(long lines, String reason) implements Answer {}

    /// It can't be reached, has no time, or is not set up: the same lines may be taken later.
    record NotNow(String reason) implements Answer {}
  }

  private final Supplier<@Nullable StoreAddress> addresses;
  private final Target target;

  private @Nullable StoreAddress address;
  private RequestBody body = RequestBody.create(new byte[0]);
  private @Nullable InfluxDBClient client;

  /// What the store calls the place; QuestDB and VictoriaMetrics ignore it.
  ///
  /// @param gzip whether requests are compressed: worth it over a network only
  /// @param trust whose certificates are trusted; null for whom Java trusts
  record Target(String org, String bucket, boolean gzip, @Nullable Authorities trust) {}

  /// @param addresses where the store listens now; null while it does not
  LinePost(Supplier<@Nullable StoreAddress> addresses, Target target) {
    this.addresses = addresses;
    this.target = target;
  }

  /// Posts the lines and waits for the store's answer.
  Answer post(RequestBody lines) {
    StoreAddress now = addresses.get();
    if (now == null) {
      return new Answer.NotNow("the store is not up");
    }
    try {
      body = lines;
      api(now).writeRecord(target.bucket(), target.org(), WritePrecision.NS, STANDS_FOR_THE_BODY);
      return new Answer.Taken();
    } catch (InfluxException e) {
      return meaning(e);
    }
  }

  private WriteApiBlocking api(StoreAddress now) {
    InfluxDBClient open = client;
    if (open == null || now != address) {
      close();
      open = open(now);
      client = open;
      address = now;
    }
    return open.getWriteApiBlocking();
  }

  private InfluxDBClient open(StoreAddress to) {
    var http =
        new OkHttpClient.Builder()
            // A redirect would become a GET without body, and its answer count as success.
            .followRedirects(false)
            .followSslRedirects(false)
            .connectTimeout(CONNECT)
            .readTimeout(READ)
            .writeTimeout(READ);
    if (target.trust() != null) {
      http.sslSocketFactory(target.trust().sockets(), target.trust().manager());
    }
    http.addInterceptor(chain -> chain.proceed(chain.request().newBuilder().post(body).build()));
    String authorization = to.authorization();
    if (!authorization.isEmpty()) {
      http.addInterceptor(chain ->
          chain.proceed(
              chain.request().newBuilder().header("Authorization", authorization).build()));
    }
    InfluxDBClient opened =
        InfluxDBClientFactory.create(
            InfluxDBClientOptions.builder().url(to.url()).okHttpClient(http).build());
    if (target.gzip()) {
      opened.enableGzip();
    }
    return opened;
  }

  private static Answer meaning(InfluxException e) {
    String reason = e.status() + " " + oneLine(messageOf(e));
    return switch (e.status()) {
      case 400 -> badRequest(e, reason);
      case 413 -> new Answer.Refused(-1, reason);
      case 422 -> dropped(reason);
      case 0 -> new Answer.NotNow(oneLine(causeOf(e)));
      default -> new Answer.NotNow(reason);
    };
  }

  private static Answer badRequest(InfluxException e, String reason) {
    if (reason.contains("creating new tables is disabled")
        || reason.contains("creating new columns is disabled")) {
      // The tables are being made; the lines are as they should be.
      return new Answer.NotNow(reason);
    }
    if (bodyOf(e).get("line") instanceof Number line) {
      return new Answer.Refused(line.intValue() - 1, reason);
    }
    if (reason.contains("partial write")) {
      return dropped(reason);
    }
    return reason.contains("unable to parse")
        ? new Answer.Refused(-1, reason)
        : new Answer.NotNow(reason);
  }

  private static Answer dropped(String reason) {
    Matcher count = DROPPED.matcher(reason);
    long lines = count.find() ? Long.parseLong(count.group(1)) : 1;
    return new Answer.Dropped(Math.max(1, lines), reason);
  }

  /// InfluxDB 1 calls it `error`, and others answer in plain text.
  private static String messageOf(InfluxException e) {
    Object message = e.getMessage();
    for (String name : List.of("error", "message")) {
      message = bodyOf(e).getOrDefault(name, message);
    }
    return message == null ? "without a reason" : message.toString();
  }

  /// The client gives null when the answer was not JSON.
  private static Map<String, Object> bodyOf(InfluxException e) {
    Map<String, Object> body = e.errorBody();
    return body == null ? Map.of() : body;
  }

  /// Stores repeat the senders' text in their messages, however long and whatever is in it.
  private static String oneLine(String message) {
    String plain = CONTROL.matcher(message).replaceAll(" ");
    return plain.length() <= 300 ? plain : plain.substring(0, 300) + "…";
  }

  private static String causeOf(InfluxException e) {
    Throwable cause = e.getCause();
    return String.valueOf(cause == null ? e.getMessage() : cause.getMessage());
  }

  @Override
  public void close() {
    InfluxDBClient open = client;
    if (open != null) {
      open.close();
    }
    client = null;
    address = null;
  }
}
