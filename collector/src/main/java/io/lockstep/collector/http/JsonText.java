package io.lockstep.collector.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// JSON written field by field. What is null or not a finite number is left out: missing is not
/// zero.
final class JsonText {
  private static final JsonFactory FACTORY = new JsonFactory();

  private final JsonGenerator out;

  private JsonText(JsonGenerator out) {
    this.out = out;
  }

  /// Something that writes itself.
  @FunctionalInterface
  interface Writer {
    void writeTo(JsonText json) throws IOException;
  }

  /// One JSON object, UTF-8.
  static Buffer object(Writer fields) {
    var bytes = new ByteArrayOutputStream(1024);
    try (JsonGenerator generator = FACTORY.createGenerator(bytes)) {
      new JsonText(generator).braces(fields);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Buffer.buffer(bytes.toByteArray());
  }

  private void braces(Writer fields) throws IOException {
    out.writeStartObject();
    fields.writeTo(this);
    out.writeEndObject();
  }

  JsonText text(String name, @Nullable String value) throws IOException {
    if (value != null) {
      out.writeStringField(name, value);
    }
    return this;
  }

  JsonText flag(String name, @Nullable Boolean value) throws IOException {
    if (value != null) {
      out.writeBooleanField(name, value);
    }
    return this;
  }

  JsonText time(String name, @Nullable Instant value) throws IOException {
    return text(name, value == null ? null : value.toString());
  }

  /// A number; whole numbers are written without a fraction.
  JsonText number(String name, @Nullable Number value) throws IOException {
    if (value != null && Double.isFinite(value.doubleValue())) {
      out.writeFieldName(name);
      numberValue(value);
    }
    return this;
  }

  private void numberValue(Number value) throws IOException {
    double number = value.doubleValue();
    if (number == Math.rint(number) && Math.abs(number) < 1e15) {
      out.writeNumber(value.longValue());
    } else {
      out.writeNumber((float) number);
    }
  }

  JsonText strings(String name, Iterable<String> values) throws IOException {
    out.writeArrayFieldStart(name);
    for (String value : values) {
      out.writeString(value);
    }
    out.writeEndArray();
    return this;
  }

  /// A list of objects.
  <T> JsonText list(String name, Iterable<T> items, Element<T> element) throws IOException {
    out.writeArrayFieldStart(name);
    for (T item : items) {
      out.writeStartObject();
      element.writeTo(this, item);
      out.writeEndObject();
    }
    out.writeEndArray();
    return this;
  }

  /// How one element of a list writes its fields.
  @FunctionalInterface
  interface Element<T> {
    void writeTo(JsonText json, T item) throws IOException;
  }

  /// An object within this one.
  JsonText nested(String name, Writer fields) throws IOException {
    out.writeFieldName(name);
    braces(fields);
    return this;
  }

  /// A list of small whole numbers; [Changes#ABSENT] is written as null.
  JsonText numbers(String name, int[] values, int length) throws IOException {
    out.writeArrayFieldStart(name);
    for (int i = 0; i < length; i++) {
      if (values[i] == Changes.ABSENT) {
        out.writeNull();
      } else {
        out.writeNumber(values[i]);
      }
    }
    out.writeEndArray();
    return this;
  }
}
