package io.lockstep.telemetry.config;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
  /// @throws ConfigException naming each mistake's place, the key's full path and what it may be
  public static <T extends Record> T read(
      @Nullable Path yaml, Map<String, String> environment, T defaults, Class<T> type)
      throws ConfigException {
    Document document = yaml == null ? null : Document.read(yaml);
    Overrides overrides = new Overrides(environment, type);
    overrides.tellUnheeded();
    Node.Section tree = Node.of(defaults);
    if (document != null) {
      tree.merge(document.root());
    }
    tree.merge(overrides.root());
    var binder = new Binder();
    T bound = binder.bind(tree, defaults, type);
    List<Mistake> mistakes = placed(binder.misfits(), document, overrides);
    if (document != null) {
      mistakes.addAll(document.mistakes());
    }
    if (!mistakes.isEmpty()) {
      throw Mistake.all(mistakes);
    }
    return bound;
  }

  /// Whether nothing stands in a file but space and remarks, as in one that an editor has cut off
  /// or for which a full disk had no room. Who wants the defaults writes `{}`.
  ///
  /// @throws ConfigException when it can't be read
  public static boolean isBlank(Path yaml) throws ConfigException {
    return Document.read(yaml).blank();
  }

  /// Says where keys were set whose mistakes show only later, as that of a file which is not there.
  ///
  /// @param problems of each key, by its full path: what is wrong, with the path; at least one
  public static ConfigException mistakes(
      @Nullable Path yaml,
      Map<String, String> environment,
      Class<?> type,
      Map<String, String> problems)
      throws ConfigException {
    Document document = yaml == null ? null : Document.read(yaml);
    var misfits = new ArrayList<Misfit>();
    problems.forEach((key, problem) -> misfits.add(new Misfit(key, problem)));
    return Mistake.all(placed(misfits, document, new Overrides(environment, type)));
  }

  /// The configuration as YAML with every key, for `--print-config`. Reading it gives the same.
  public static <T extends Record> String print(T config) {
    try {
      return YamlText.of(config);
    } catch (IOException e) {
      throw new IllegalArgumentException("not a configuration: " + config.getClass(), e);
    }
  }

  private static List<Mistake> placed(
      List<Misfit> misfits, @Nullable Document document, Overrides overrides) {
    var placed = new ArrayList<Mistake>();
    for (Misfit one : misfits) {
      String variable = overrides.variable(one.key());
      if (variable != null) {
        placed.add(new Mistake(Integer.MAX_VALUE, variable + ": " + one.text()));
      } else if (document != null) {
        String place = document.place(one.key());
        placed.add(new Mistake(document.index(one.key()), place + ": " + one.text()));
      } else {
        placed.add(new Mistake(-1, one.text()));
      }
    }
    return placed;
  }
}
