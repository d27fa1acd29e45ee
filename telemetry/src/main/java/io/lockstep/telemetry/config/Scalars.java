package io.lockstep.telemetry.config;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdScalarSerializer;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

/// The types that a configuration's values may have. All are read from their text, whether it
/// stands in a file or in an environment variable, so that both mean the same.
final class Scalars {
  private record Scalar<T>(Class<T> type, Function<String, T> parse, String allowed) {}

  private static final List<Scalar<?>> ALL =
      List.of(
          new Scalar<>(int.class, Integer::valueOf, "a whole number"),
          new Scalar<>(Integer.class, Integer::valueOf, "a whole number"),
          new Scalar<>(long.class, Long::valueOf, "a whole number"),
          new Scalar<>(Long.class, Long::valueOf, "a whole number"),
          new Scalar<>(double.class, Scalars::finite, "a number"),
          new Scalar<>(Double.class, Scalars::finite, "a number"),
          new Scalar<>(boolean.class, Scalars::truth, "true or false"),
          new Scalar<>(Boolean.class, Scalars::truth, "true or false"),
          new Scalar<>(String.class, Function.identity(), "text"),
          new Scalar<>(Path.class, Scalars::path, "a path"),
          new Scalar<>(URI.class, URI::create, "a URL"),
          new Scalar<>(
              Duration.class, Durations::parse, "a duration such as 500ms, 10s, 5m, 1h or 2d"),
          new Scalar<>(
              ByteSize.class, ByteSize::parse, "a size such as 512B, 64KiB, 64MiB or 1GiB"));

  private Scalars() {}

  private static Double finite(String text) {
    double value = Double.parseDouble(text);
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(text);
    }
    return value;
  }

  private static Boolean truth(String text) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException(text);
    };
  }

  /// What may stand where a value of the type is wanted, in words.
  static String allowed(Class<?> type) {
    if (type.isEnum()) {
      return Arrays.stream(type.getEnumConstants())
          .map(one -> label((Enum<?>) one))
          .collect(Collectors.joining(", ", "one of ", ""));
    }
    return ALL.stream()
        .filter(one -> one.type == type)
        .map(Scalar::allowed)
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no configuration value can be a " + type));
  }

  private static String label(Enum<?> one) {
    return one.name().toLowerCase(Locale.ROOT);
  }

  /// A mapper that binds records with snake_case keys and these types.
  static YAMLMapper mapper() {
    var module = new SimpleModule();
    ALL.forEach(one -> addReader(module, one));
    module.addSerializer(new Writer<>(Path.class, Path::toString));
    module.addSerializer(new Writer<>(URI.class, URI::toString));
    module.addSerializer(new Writer<>(Duration.class, Durations::text));
    module.addSerializer(new Writer<>(ByteSize.class, ByteSize::toString));
    module.addSerializer(new Writer<>(Enum.class, Scalars::label));
    return YAMLMapper.builder(
            YAMLFactory.builder()
                .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                .disable(YAMLGenerator.Feature.SPLIT_LINES)
                .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
                .build())
        .addModule(module)
        .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
        .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
        .build();
  }

  private static <T> void addReader(SimpleModule module, Scalar<T> scalar) {
    module.addDeserializer(scalar.type, new Reader<>(scalar));
  }

  private static final class Reader<T> extends StdScalarDeserializer<T> {
    private final transient Scalar<T> scalar;

    Reader(Scalar<T> scalar) {
      super(scalar.type);
      this.scalar = scalar;
    }

    @Override
    public T deserialize(JsonParser parser, DeserializationContext context) throws IOException {
      String text = parser.getText();
      try {
        return scalar.parse.apply(text);
      } catch (IllegalArgumentException _) {
        throw InvalidFormatException.from(parser, "", text, scalar.type);
      }
    }
  }

  private static final class Writer<T> extends StdScalarSerializer<T> {
    private final transient Function<T, String> print;

    Writer(Class<T> type, Function<T, String> print) {
      super(type);
      this.print = print;
    }

    @Override
    public void serialize(T value, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      out.writeString(print.apply(value));
    }
  }

  /// An empty path would mean the folder that the program happens to be started in.
  private static Path path(String text) {
    if (text.isBlank()) {
      throw new IllegalArgumentException("is empty");
    }
    return Path.of(text);
  }
}
