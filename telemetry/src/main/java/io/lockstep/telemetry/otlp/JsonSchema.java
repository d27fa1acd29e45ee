package io.lockstep.telemetry.otlp;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The messages of OTLP that a request is made of, as far as they are read: field names of the JSON
/// encoding with their protobuf numbers and types, from opentelemetry-proto 1.11.
final class JsonSchema {
  /// How a field is encoded.
  enum Type {
    MESSAGE,
    TEXT,
    BOOL,
    /// A varint: int32, int64, uint32.
    VARINT,
    /// A varint in zigzag: sint32.
    ZIGZAG,
    /// Eight bytes: fixed64 and sfixed64.
    FIXED64,
    /// Four bytes: fixed32.
    FIXED32,
    DOUBLE,
    /// An enumeration: a varint, in JSON a number or the value's name.
    ENUM,
    /// Trace and span ids: bytes, in JSON hex.
    HEX,
    /// Other bytes: in JSON base64.
    BASE64
  }

  /// One field.
  ///
  /// @param message for messages, which one
  /// @param repeated whether JSON has a list; repeated numbers are packed
  record Field(int number, String name, Type type, @Nullable String message, boolean repeated) {}

  /// One message.
  record Message(Map<String, Field> byName, Map<Integer, Field> byNumber) {}

  private static final Map<String, Message> MESSAGES = new HashMap<>();

  /// Names of the enumerations' values: SpanKind, StatusCode, AggregationTemporality,
  /// SeverityNumber.
  private static final Map<String, Integer> ENUM_VALUES = new HashMap<>();

  static {
    define("ExportMetricsServiceRequest", "1 resourceMetrics* ResourceMetrics");
    define("ExportLogsServiceRequest", "1 resourceLogs* ResourceLogs");
    define("ExportTraceServiceRequest", "1 resourceSpans* ResourceSpans");
    define(
        "ResourceMetrics",
        "1 resource Resource",
        "2 scopeMetrics* ScopeMetrics",
        "3 schemaUrl text");
    define("ResourceLogs", "1 resource Resource", "2 scopeLogs* ScopeLogs", "3 schemaUrl text");
    define("ResourceSpans", "1 resource Resource", "2 scopeSpans* ScopeSpans", "3 schemaUrl text");
    define("ScopeMetrics", "1 scope Scope", "2 metrics* Metric", "3 schemaUrl text");
    define("ScopeLogs", "1 scope Scope", "2 logRecords* LogRecord", "3 schemaUrl text");
    define("ScopeSpans", "1 scope Scope", "2 spans* Span", "3 schemaUrl text");
    define("Resource", "1 attributes* KeyValue", "2 droppedAttributesCount varint");
    define(
        "Scope",
        "1 name text",
        "2 version text",
        "3 attributes* KeyValue",
        "4 droppedAttributesCount varint");
    define("KeyValue", "1 key text", "2 value AnyValue");
    define(
        "AnyValue",
        "1 stringValue text",
        "2 boolValue bool",
        "3 intValue varint",
        "4 doubleValue double",
        "5 arrayValue ArrayValue",
        "6 kvlistValue KeyValueList",
        "7 bytesValue base64");
    define("ArrayValue", "1 values* AnyValue");
    define("KeyValueList", "1 values* KeyValue");
    metrics();
    define(
        "LogRecord",
        "1 timeUnixNano fixed64",
        "2 severityNumber enum",
        "3 severityText text",
        "5 body AnyValue",
        "6 attributes* KeyValue",
        "7 droppedAttributesCount varint",
        "8 flags fixed32",
        "9 traceId hex",
        "10 spanId hex",
        "11 observedTimeUnixNano fixed64",
        "12 eventName text");
    spans();
    enums();
  }

  private JsonSchema() {}

  private static void metrics() {
    define(
        "Metric",
        "1 name text",
        "2 description text",
        "3 unit text",
        "5 gauge Gauge",
        "7 sum Sum",
        "9 histogram Histogram",
        "10 exponentialHistogram ExponentialHistogram",
        "11 summary Summary",
        "12 metadata* KeyValue");
    define("Gauge", "1 dataPoints* NumberDataPoint");
    define(
        "Sum",
        "1 dataPoints* NumberDataPoint",
        "2 aggregationTemporality enum",
        "3 isMonotonic bool");
    define("Histogram", "1 dataPoints* HistogramDataPoint", "2 aggregationTemporality enum");
    define(
        "ExponentialHistogram",
        "1 dataPoints* ExponentialHistogramDataPoint",
        "2 aggregationTemporality enum");
    define("Summary", "1 dataPoints* SummaryDataPoint");
    define(
        "NumberDataPoint",
        "2 startTimeUnixNano fixed64",
        "3 timeUnixNano fixed64",
        "4 asDouble double",
        "6 asInt fixed64",
        "7 attributes* KeyValue",
        "8 flags varint");
    define(
        "HistogramDataPoint",
        "2 startTimeUnixNano fixed64",
        "3 timeUnixNano fixed64",
        "4 count fixed64",
        "5 sum double",
        "6 bucketCounts* fixed64",
        "7 explicitBounds* double",
        "9 attributes* KeyValue",
        "10 flags varint",
        "11 min double",
        "12 max double");
    define(
        "ExponentialHistogramDataPoint",
        "1 attributes* KeyValue",
        "2 startTimeUnixNano fixed64",
        "3 timeUnixNano fixed64",
        "4 count fixed64",
        "5 sum double",
        "6 scale zigzag",
        "7 zeroCount fixed64",
        "8 positive Buckets",
        "9 negative Buckets",
        "10 flags varint",
        "12 min double",
        "13 max double",
        "14 zeroThreshold double");
    define("Buckets", "1 offset zigzag", "2 bucketCounts* varint");
    define(
        "SummaryDataPoint",
        "2 startTimeUnixNano fixed64",
        "3 timeUnixNano fixed64",
        "4 count fixed64",
        "5 sum double",
        "6 quantileValues* ValueAtQuantile",
        "7 attributes* KeyValue",
        "8 flags varint");
    define("ValueAtQuantile", "1 quantile double", "2 value double");
  }

  private static void spans() {
    define(
        "Span",
        "1 traceId hex",
        "2 spanId hex",
        "3 traceState text",
        "4 parentSpanId hex",
        "5 name text",
        "6 kind enum",
        "7 startTimeUnixNano fixed64",
        "8 endTimeUnixNano fixed64",
        "9 attributes* KeyValue",
        "10 droppedAttributesCount varint",
        "11 events* SpanEvent",
        "12 droppedEventsCount varint",
        "13 links* SpanLink",
        "14 droppedLinksCount varint",
        "15 status Status",
        "16 flags fixed32");
    define(
        "SpanEvent",
        "1 timeUnixNano fixed64",
        "2 name text",
        "3 attributes* KeyValue",
        "4 droppedAttributesCount varint");
    define(
        "SpanLink",
        "1 traceId hex",
        "2 spanId hex",
        "3 traceState text",
        "4 attributes* KeyValue",
        "5 droppedAttributesCount varint",
        "6 flags fixed32");
    define("Status", "2 message text", "3 code enum");
  }

  private static void enums() {
    values("AGGREGATION_TEMPORALITY_", "UNSPECIFIED", "DELTA", "CUMULATIVE");
    values("STATUS_CODE_", "UNSET", "OK", "ERROR");
    values("SPAN_KIND_", "UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER");
    values("SEVERITY_NUMBER_", "UNSPECIFIED");
    String[] levels = {"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"};
    for (int level = 0; level < levels.length; level++) {
      for (int step = 0; step < 4; step++) {
        String name = "SEVERITY_NUMBER_" + levels[level] + (step == 0 ? "" : step + 1);
        ENUM_VALUES.put(name, 4 * level + step + 1);
      }
    }
  }

  private static void values(String prefix, String... names) {
    for (int i = 0; i < names.length; i++) {
      ENUM_VALUES.put(prefix + names[i], i);
    }
  }

  /// @param fields `number name type`, the name with `*` when it is repeated; a type that begins
  ///   with a capital is a message
  private static void define(String message, String... fields) {
    Map<String, Field> byName = new HashMap<>();
    Map<Integer, Field> byNumber = new HashMap<>();
    for (String text : fields) {
      String[] words = text.split(" ", 3);
      boolean repeated = words[1].endsWith("*");
      String name = repeated ? words[1].substring(0, words[1].length() - 1) : words[1];
      boolean child = Character.isUpperCase(words[2].charAt(0));
      Type type = child ? Type.MESSAGE : Type.valueOf(words[2].toUpperCase(Locale.ROOT));
      var field =
          new Field(Integer.parseInt(words[0]), name, type, child ? words[2] : null, repeated);
      byName.put(name, field);
      byName.put(snake(name), field);
      byNumber.put(field.number(), field);
    }
    MESSAGES.put(message, new Message(byName, byNumber));
  }

  /// Proto field names are accepted beside JSON's, as protobuf's own JSON parsers do.
  private static String snake(String camel) {
    return camel.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
  }

  static Message request(Signal signal) {
    return message(
        switch (signal) {
          case METRICS -> "ExportMetricsServiceRequest";
          case LOGS -> "ExportLogsServiceRequest";
          case TRACES -> "ExportTraceServiceRequest";
        });
  }

  static Message message(@Nullable String name) {
    Message message = name == null ? null : MESSAGES.get(name);
    if (message == null) {
      throw new IllegalStateException("no message " + name);
    }
    return message;
  }

  /// The number of an enumeration's value; null when there is none of that name.
  static @Nullable Integer enumValue(String name) {
    return ENUM_VALUES.get(name);
  }
}
