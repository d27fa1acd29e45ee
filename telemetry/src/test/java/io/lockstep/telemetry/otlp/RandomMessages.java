package io.lockstep.telemetry.otlp;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import io.lockstep.telemetry.contract.Attribute;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Metric;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

/// Random protobuf messages of any type, with every kind of field. Fields that the reader does not
/// read at all are left out, or added as unknown fields.
public final class RandomMessages {
  private static final Set<String> NOT_READ =
      Set.of("exemplars", "entity_refs", "key_strindex", "string_value_strindex");
  private static final int DEPTH_MAX = 14;
  private static final List<String> METRICS =
      Contract.metrics().stream().map(Metric::name).toList();
  private static final List<String> UNITS =
      Stream.concat(Stream.of("", ""), Contract.metrics().stream().map(Metric::unit).distinct())
          .toList();
  private static final List<String> KEYS =
      Stream.concat(
              Contract.attributes().stream().map(Attribute::name), Contract.descriptive().stream())
          .distinct()
          .sorted()
          .toList();
  private static final List<String> VALUES =
      Contract.metrics().stream()
          .flatMap(metric -> metric.columns().stream())
          .flatMap(column -> column.attributes().values().stream())
          .distinct()
          .toList();

  private final Random random;
  private final boolean unknownFields;

  public RandomMessages(Random random, boolean unknownFields) {
    this.random = random;
    this.unknownFields = unknownFields;
  }

  /// A random message of that type.
  public Message of(Descriptor type) {
    return of(type, 0);
  }

  private Message of(Descriptor type, int depth) {
    var message = DynamicMessage.newBuilder(type);
    for (FieldDescriptor field : type.getFields()) {
      boolean deep = depth > DEPTH_MAX && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE;
      if (NOT_READ.contains(field.getName()) || deep) {
        continue;
      }
      if (field.isRepeated()) {
        // Lists of the outer messages are never empty, so that there is something to compare.
        int count = depth < 3 ? 1 + random.nextInt(2) : random.nextInt(3);
        for (int i = 0; i < count; i++) {
          message.addRepeatedField(field, value(field, depth));
        }
      } else if (random.nextInt(4) != 0 || depth < 3) {
        message.setField(field, value(field, depth));
      }
    }
    if (unknownFields && random.nextInt(3) == 0) {
      message.setUnknownFields(
          UnknownFieldSet.newBuilder()
              .addField(
                  900 + random.nextInt(9),
                  UnknownFieldSet.Field.newBuilder()
                      .addVarint(random.nextLong())
                      .addLengthDelimited(ByteString.copyFromUtf8("unknown"))
                      .addFixed32(7)
                      .build())
              .build());
    }
    return message.build();
  }

  private Object value(FieldDescriptor field, int depth) {
    return switch (field.getJavaType()) {
      case INT -> random.nextInt(100);
      case LONG ->
          field.getName().contains("time_unix_nano")
              ? time()
              : random.nextLong() >>> random.nextInt(64);
      case FLOAT -> random.nextFloat();
      case DOUBLE -> List.of(0.0, -1.5, 1e300, random.nextGaussian()).get(random.nextInt(4));
      case BOOLEAN -> random.nextBoolean();
      case STRING -> text(field);
      case BYTE_STRING -> bytes();
      case ENUM -> {
        var values = field.getEnumType().getValues();
        yield values.get(random.nextInt(values.size()));
      }
      case MESSAGE -> of(field.getMessageType(), depth + 1);
    };
  }

  /// Mostly about the time that tests take for now, and few different ones.
  private long time() {
    return random.nextInt(20) == 0
        ? List.of(0L, 1L, -1L, Long.MAX_VALUE).get(random.nextInt(4))
        : 1_800_000_000_000_000_000L + random.nextInt(3) * 1_000_000_000L;
  }

  /// Often a word that means something there.
  private String text(FieldDescriptor field) {
    List<String> words =
        switch (field.getFullName()) {
          case "opentelemetry.proto.metrics.v1.Metric.name" -> METRICS;
          case "opentelemetry.proto.metrics.v1.Metric.unit" -> UNITS;
          case "opentelemetry.proto.common.v1.KeyValue.key" -> KEYS;
          case "opentelemetry.proto.common.v1.AnyValue.string_value" -> VALUES;
          case "opentelemetry.proto.trace.v1.Span.name" -> List.of("training.step");
          default -> List.of();
        };
    return words.isEmpty() || random.nextInt(4) == 0
        ? text()
        : words.get(random.nextInt(words.size()));
  }

  private String text() {
    return List.of(
            "a",
            "naïve ⚠",
            "with \"quotes\" and \\",
            "",
            "line\nbreak",
            "host.name",
            "dl.rank",
            "7")
        .get(random.nextInt(8));
  }

  private ByteString bytes() {
    byte[] bytes = new byte[random.nextInt(17)];
    random.nextBytes(bytes);
    return ByteString.copyFrom(bytes);
  }
}
