package io.lockstep.telemetry.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads a program's configuration: the defaults, over them a YAML file, over that environment
/// variables; into records whose constructors check it. Keys are the records' components in
/// snake_case.
public final class Configs {
  private static final YAMLMapper MAPPER = Scalars.mapper();

  private Configs() {}

  /// Reads and checks all of it.
  ///
  /// @param yaml the file; null when there is none
  /// @param environment all of the process's; `LOCKSTEP_STORE_URL` sets `store.url`
  /// @param defaults what holds where neither says anything
  /// @param type the record
  /// @throws ConfigException naming the place, the key's full path and what it may be
  public static <T extends Record> T read(
      @Nullable Path yaml, Map<String, String> environment, T defaults, Class<T> type)
      throws ConfigException {
    Document document = yaml == null ? null : Document.read(yaml);
    Overrides overrides = new Overrides(environment, type);
    ObjectNode tree = MAPPER.valueToTree(defaults);
    if (document != null) {
      merge(tree, document.root());
    }
    merge(tree, overrides.root());
    try {
      Shape.check(tree, type);
      return bind(tree, type);
    } catch (Misfit misfit) {
      throw new ConfigException(place(misfit, document, overrides) + misfit.getMessage());
    }
  }

  /// The configuration as YAML with every key, for `--print-config`. Reading it gives the same.
  public static <T extends Record> String print(T config) {
    try {
      return MAPPER.writeValueAsString(config);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not a configuration: " + config.getClass(), e);
    }
  }

  /// Sections are merged key by key; a list is replaced. An empty section changes nothing.
  private static void merge(ObjectNode into, ObjectNode from) {
    for (var entry : from.properties()) {
      JsonNode old = into.get(entry.getKey());
      if (old instanceof ObjectNode section && entry.getValue() instanceof ObjectNode changes) {
        merge(section, changes);
      } else if (!(old instanceof ObjectNode && entry.getValue().isNull())) {
        into.set(entry.getKey(), entry.getValue());
      }
    }
  }

  private static <T> T bind(JsonNode tree, Class<T> type) throws Misfit {
    try {
      return MAPPER.treeToValue(tree, type);
    } catch (ValueInstantiationException e) {
      throw new Misfit(KeyPath.of(e.getPath()), (e.getPath().isEmpty() ? "" : ": ") + reason(e));
    } catch (InvalidFormatException e) {
      String is = Shape.describe(tree.at(KeyPath.pointer(e.getPath())));
      // A URL may hold a secret: it is not told.
      boolean told = e.getTargetType() != URI.class;
      String problem =
          " must be " + Scalars.allowed(e.getTargetType()) + (told ? ", is " + is : "");
      throw new Misfit(KeyPath.of(e.getPath()), problem);
    } catch (JsonMappingException e) {
      throw new Misfit(KeyPath.of(e.getPath()), ": " + e.getOriginalMessage());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String reason(ValueInstantiationException e) {
    Throwable cause = e.getCause();
    String message = cause == null ? null : cause.getMessage();
    return message == null ? e.getOriginalMessage() : message;
  }

  private static String place(Misfit misfit, @Nullable Document document, Overrides overrides) {
    String variable = overrides.variable(misfit.path());
    if (variable != null) {
      return variable + ": ";
    }
    return document == null ? "" : document.place(misfit.path()) + ": ";
  }
}
