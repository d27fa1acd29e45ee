package io.lockstep.telemetry.config;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Writes a configuration as YAML. Apart from what reads it, so that a program that only reads
/// loads nothing of this.
final class YamlText {
  private static final YAMLFactory FACTORY =
      YAMLFactory.builder()
          .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
          .disable(YAMLGenerator.Feature.SPLIT_LINES)
          .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
          .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
          .build();

  private final JsonGenerator out;

  private YamlText(JsonGenerator out) {
    this.out = out;
  }

  static String of(Record config) throws IOException {
    var text = new StringWriter();
    try (JsonGenerator out = FACTORY.createGenerator(text)) {
      new YamlText(out).write(config);
    }
    return text.toString();
  }

  private void write(@Nullable Object value) throws IOException {
    switch (value) {
      case null -> out.writeNull();
      case List<?> list -> {
        out.writeStartArray();
        for (Object one : list) {
          write(one);
        }
        out.writeEndArray();
      }
      case Map<?, ?> map -> {
        out.writeStartObject();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          out.writeFieldName(String.valueOf(entry.getKey()));
          write(entry.getValue());
        }
        out.writeEndObject();
      }
      case Record one when Shape.isSection(one.getClass()) -> section(one);
      case Boolean truth -> out.writeBoolean(truth);
      case Double number -> out.writeNumber(number);
      case Number number -> out.writeNumber(number.longValue());
      default -> out.writeString(Scalars.print(value));
    }
  }

  private void section(Record one) throws IOException {
    out.writeStartObject();
    for (var entry : Shape.keys(one.getClass()).entrySet()) {
      out.writeFieldName(entry.getKey());
      write(Shape.value(one, entry.getValue()));
    }
    out.writeEndObject();
  }
}
