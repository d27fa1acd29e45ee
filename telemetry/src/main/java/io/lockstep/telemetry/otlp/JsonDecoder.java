package io.lockstep.telemetry.otlp;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamReadException;
import io.lockstep.telemetry.otlp.JsonSchema.Field;
import io.lockstep.telemetry.otlp.JsonSchema.Message;
import io.lockstep.telemetry.otlp.JsonSchema.Type;
import java.io.IOException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Pattern;

/// OTLP's JSON read token by token into protobuf.
final class JsonDecoder {
  /// What Jackson says of the source of a request's bytes, of which there is nothing to say.
  private static final Pattern SOURCE = Pattern.compile("\\[Source: [^;]*; ([^\\]]*)]");

  private static final JsonFactory FACTORY = new JsonFactory();
  private static final int DEPTH_MAX = 64;

  private final JsonParser parser;
  private int depth;

  private JsonDecoder(JsonParser parser) {
    this.parser = parser;
  }

  static byte[] decode(Signal signal, byte[] json) throws OtlpException {
    try (JsonParser parser = FACTORY.createParser(json)) {
      var decoder = new JsonDecoder(parser);
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw decoder.wrong("an object");
      }
      byte[] bytes = decoder.message(JsonSchema.request(signal));
      if (parser.nextToken() != null) {
        throw decoder.wrong("the end");
      }
      return bytes;
    } catch (StreamReadException e) {
      String words = SOURCE.matcher(e.getOriginalMessage()).replaceAll("$1");
      throw new OtlpException("not JSON: " + words + at(e.getLocation()));
    } catch (OtlpException e) {
      throw e;
    } catch (IOException e) {
      throw new OtlpException("not JSON: " + e.getMessage());
    }
  }

  private static String at(JsonLocation location) {
    return " (line " + location.getLineNr() + ", column " + location.getColumnNr() + ")";
  }

  private OtlpException wrong(String wanted) {
    String place = parser.getParsingContext().pathAsPointer().toString();
    return new OtlpException(
        "expected "
            + wanted
            + " at "
            + (place.isEmpty() ? "/" : place)
            + at(parser.currentTokenLocation()));
  }

  /// The object that the parser has just entered.
  private byte[] message(Message message) throws IOException {
    if (++depth > DEPTH_MAX) {
      throw new OtlpException("nested deeper than " + DEPTH_MAX);
    }
    var out = new ProtoBuffer();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      Field field = message.byName().get(parser.currentName());
      JsonToken value = parser.nextToken();
      if (field == null) {
        parser.skipChildren();
      } else if (value != JsonToken.VALUE_NULL) {
        field(out, field);
      }
    }
    depth--;
    return out.toBytes();
  }

  private void field(ProtoBuffer out, Field field) throws IOException {
    if (!field.repeated()) {
      single(out, field);
      return;
    }
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      throw wrong("a list");
    }
    if (field.type() == Type.MESSAGE) {
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        single(out, field);
      }
      return;
    }
    var packed = new ProtoBuffer();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      switch (field.type()) {
        case DOUBLE -> packed.rawFixed64(Double.doubleToRawLongBits(real()));
        case FIXED64 -> packed.rawFixed64(whole());
        default -> packed.raw(whole());
      }
    }
    out.bytes(field.number(), packed.toBytes());
  }

  private void single(ProtoBuffer out, Field field) throws IOException {
    int number = field.number();
    switch (field.type()) {
      case MESSAGE -> {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
          throw wrong("an object");
        }
        out.bytes(number, message(JsonSchema.message(field.message())));
      }
      case TEXT -> out.text(number, text());
      case BOOL -> out.varint(number, bool() ? 1 : 0);
      case VARINT -> out.varint(number, whole());
      case ZIGZAG -> {
        long value = whole();
        out.varint(number, (value << 1) ^ (value >> 63));
      }
      case FIXED64 -> out.fixed64(number, whole());
      case FIXED32 -> out.fixed32(number, (int) whole());
      case DOUBLE -> out.fixed64(number, Double.doubleToRawLongBits(real()));
      case ENUM -> out.varint(number, enumeration());
      case HEX -> out.bytes(number, hex());
      case BASE64 -> out.bytes(number, base64());
    }
  }

  private String text() throws IOException {
    if (parser.currentToken() != JsonToken.VALUE_STRING) {
      throw wrong("text");
    }
    return parser.getText();
  }

  private boolean bool() throws IOException {
    return switch (parser.currentToken()) {
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      default -> throw wrong("true or false");
    };
  }

  /// 64-bit numbers stand as text or as number; unsigned ones reach beyond `long`.
  private long whole() throws IOException {
    try {
      return switch (parser.currentToken()) {
        case VALUE_NUMBER_INT ->
            parser.getBigIntegerValue().bitLength() <= 64
                ? parser.getBigIntegerValue().longValue()
                : fail("a 64-bit number");
        case VALUE_STRING -> {
          String text = parser.getText().strip();
          yield text.startsWith("-") ? Long.parseLong(text) : Long.parseUnsignedLong(text);
        }
        case VALUE_NUMBER_FLOAT -> {
          double value = parser.getDoubleValue();
          yield value == Math.rint(value) && Math.abs(value) < 0x1p53
              ? (long) value
              : fail("a whole number");
        }
        default -> throw wrong("a whole number");
      };
    } catch (NumberFormatException _) {
      throw wrong("a whole number");
    }
  }

  private long fail(String wanted) throws OtlpException {
    throw wrong(wanted);
  }

  private double real() throws IOException {
    return switch (parser.currentToken()) {
      case VALUE_NUMBER_FLOAT, VALUE_NUMBER_INT -> parser.getDoubleValue();
      case VALUE_STRING -> {
        try {
          yield Double.parseDouble(parser.getText().strip());
        } catch (NumberFormatException _) {
          throw wrong("a number");
        }
      }
      default -> throw wrong("a number");
    };
  }

  private long enumeration() throws IOException {
    if (parser.currentToken() != JsonToken.VALUE_STRING) {
      return whole();
    }
    Integer value = JsonSchema.enumValue(parser.getText());
    return value != null ? value : whole();
  }

  private byte[] hex() throws IOException {
    try {
      return HexFormat.of().parseHex(text());
    } catch (IllegalArgumentException _) {
      throw wrong("an id in hex");
    }
  }

  private byte[] base64() throws IOException {
    String text = text().replace('-', '+').replace('_', '/');
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException _) {
      throw wrong("bytes in base64");
    }
  }
}
