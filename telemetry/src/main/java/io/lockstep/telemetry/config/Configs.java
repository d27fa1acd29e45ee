package io.lockstep.telemetry.config;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads a program's configuration: the defaults, over them a YAML file, over that environment
/// variables; into records whose constructors check it. Keys are the records' components in
/// snake_case.
public final class Configs {
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
    Node.Section tree = Node.of(defaults);
    if (document != null) {
      tree.merge(document.root());
    }
    tree.merge(overrides.root());
    try {
      Shape.check(tree, type);
      return Binder.bind(tree, type);
    } catch (Misfit misfit) {
      throw new ConfigException(place(misfit.place(), document, overrides) + misfit.getMessage());
    }
  }

  /// Where a key was set, for an error that shows only later: `agent.yaml:3:5: ` or
  /// `LOCKSTEP_STORE_URL: `; empty where that is not known.
  ///
  /// @param key its full path
  public static String place(
      @Nullable Path yaml, Map<String, String> environment, Class<?> type, String key)
      throws ConfigException {
    Document document = yaml == null ? null : Document.read(yaml);
    return place(key, document, new Overrides(environment, type));
  }

  /// The configuration as YAML with every key, for `--print-config`. Reading it gives the same.
  public static <T extends Record> String print(T config) {
    try {
      return YamlText.of(config);
    } catch (IOException e) {
      throw new IllegalArgumentException("not a configuration: " + config.getClass(), e);
    }
  }

  private static String place(String path, @Nullable Document document, Overrides overrides) {
    String variable = overrides.variable(path);
    if (variable != null) {
      return variable + ": ";
    }
    return document == null ? "" : document.place(path) + ": ";
  }
}
