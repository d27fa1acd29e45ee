package io.lockstep.telemetry.otlp;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.lockstep.telemetry.otlp.JsonSchema.Field;
import io.lockstep.telemetry.otlp.JsonSchema.Message;
import io.lockstep.telemetry.otlp.JsonSchema.Type;
import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Protobuf written as OTLP's JSON: one line, 64-bit numbers as text, ids in hex, enumerations as
/// numbers. Fields that the schema does not know are left out.
final class JsonEncoder {
  private static final JsonFactory FACTORY = new JsonFactory();

  private final JsonGenerator out;

  private JsonEncoder(JsonGenerator out) {
    this.out = out;
  }

  static String encode(Signal signal, byte[] protobuf) throws OtlpException {
    var text = new StringWriter();
    try (JsonGenerator out = FACTORY.createGenerator(text)) {
      new JsonEncoder(out).message(JsonSchema.request(signal), new ProtoCursor(protobuf));
    } catch (OtlpException e) {
      throw e;
    } catch (IOException e) {
      throw new IllegalStateException("a string can be written to", e);
    }
    return text.toString();
  }

  /// JSON wants the values of a repeated field together, protobuf has them where they like.
  private void message(Message message, ProtoCursor cursor) throws IOException {
    Map<Field, List<Value>> values = new LinkedHashMap<>();
    while (cursor.next()) {
      Field field = message.byNumber().get(cursor.field());
      if (field == null) {
        cursor.skip();
        continue;
      }
      List<Value> list = values.computeIfAbsent(field, _ -> new ArrayList<>());
      if (field.repeated() && field.type() != Type.MESSAGE && cursor.isCounted()) {
        unpack(field, cursor.message(), list);
      } else {
        list.add(value(field, cursor));
      }
    }
    out.writeStartObject();
    for (var entry : values.entrySet()) {
      out.writeFieldName(entry.getKey().name());
      if (entry.getKey().repeated()) {
        out.writeStartArray();
        for (Value value : entry.getValue()) {
          value.write();
        }
        out.writeEndArray();
      } else {
        entry.getValue().getLast().write();
      }
    }
    out.writeEndObject();
  }

  private void unpack(Field field, ProtoCursor packed, List<Value> list) throws OtlpException {
    while (packed.more()) {
      long bits = field.type() == Type.VARINT ? packed.packedVarint() : packed.packedFixed64();
      list.add(
          field.type() == Type.DOUBLE
              ? () -> real(Double.longBitsToDouble(bits))
              : () -> out.writeString(Long.toUnsignedString(bits)));
    }
  }

  private Value value(Field field, ProtoCursor cursor) throws OtlpException {
    return switch (field.type()) {
      case MESSAGE -> {
        ProtoCursor child = cursor.message();
        yield () -> message(JsonSchema.message(field.message()), child);
      }
      case TEXT -> {
        String text = cursor.text();
        yield () -> out.writeString(text);
      }
      case BOOL -> {
        boolean value = cursor.number() != 0;
        yield () -> out.writeBoolean(value);
      }
      case DOUBLE -> {
        double value = cursor.real();
        yield () -> real(value);
      }
      case ZIGZAG -> {
        long raw = cursor.number();
        yield () -> out.writeNumber((raw >>> 1) ^ -(raw & 1));
      }
      case ENUM, FIXED32 -> {
        long value = cursor.number();
        yield () -> out.writeNumber(value);
      }
      case VARINT -> {
        long value = cursor.number();
        yield () -> {
          if (field.name().equals("intValue")) {
            out.writeString(Long.toString(value));
          } else {
            out.writeNumber(value);
          }
        };
      }
      case FIXED64 -> {
        long value = cursor.number();
        // asInt is signed, times and counts are not.
        String text =
            field.name().equals("asInt") ? Long.toString(value) : Long.toUnsignedString(value);
        yield () -> out.writeString(text);
      }
      case HEX -> {
        String text = HexFormat.of().formatHex(cursor.bytes());
        yield () -> out.writeString(text);
      }
      case BASE64 -> {
        String text = Base64.getEncoder().encodeToString(cursor.bytes());
        yield () -> out.writeString(text);
      }
    };
  }

  private void real(double value) throws IOException {
    if (Double.isFinite(value)) {
      out.writeNumber(value);
    } else {
      out.writeString(Double.isNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
    }
  }

  /// Something that writes itself when its turn comes.
  @FunctionalInterface
  private interface Value {
    void write() throws IOException;
  }
}
