package io.lockstep.launcher;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// What the agent takes of a number, a time or a size: a row of `docs/configuration.md`, tried out
/// by [ConfigurationPageTest], so that the page says what the agent does.
///
/// @param key as the page says it
/// @param places where such a key stands: YAML with `%s` in the value's place
/// @param least the least that is taken
/// @param below what is less than that, and refused; empty where there is no such value
/// @param most the most that is taken; empty where there is no bound
/// @param above what is more than that, and refused; empty where there is no bound
record KeyLimit(
    String key, List<String> places, String least, String below, String most, String above) {
  /// Of the agent, in the order of the page.
  static final List<KeyLimit> ALL = all();

  private static List<KeyLimit> all() {
    var all = new ArrayList<KeyLimit>();
    all.add(one("interval", "interval: %s", "100ms", "99ms", "1m", "61s"));
    all.add(
        new KeyLimit(
            "`interval` of a sampler that is not named below",
            samplers(),
            "100ms",
            "99ms",
            "1h",
            "61m"));
    all.add(in("samplers", "gpu.hang", "100ms", "99ms", "5m", "301s"));
    all.add(in("samplers", "gpu.expected", "0", "-1", "64", "65"));
    all.add(in("samplers", "checks.parallel", "1", "0", "16", "17"));
    all.add(check("interval", "10s", "9s", "1d", "25h"));
    all.add(check("timeout", "1s", "999ms", "1h", "61m"));
    all.add(in("samplers", "textfile.interval", "1s", "999ms", "1h", "61m"));
    all.add(in("samplers", "textfile.series_max", "1", "0", "20000", "20001"));
    all.add(in("samplers", "inventory.interval", "10s", "9s", "1h", "61m"));
    all.add(in("samplers", "inventory.settle", "0s", "", "7d", "8d"));
    all.add(in("budget", "cpu", "0.0011", "0.001", "64", "64.1")); // cores, above 0.001
    all.add(in("budget", "memory", "32MiB", "31MiB", "", ""));
    all.add(in("budget", "handles", "64", "63", "", ""));
    all.add(in("budget", "disk", "1KiB", "1023B", "", ""));
    all.add(in("budget", "patience", "10s", "9s", "1h", "61m"));
    all.add(in("judge", "alone", "5s", "4s", "", ""));
    all.add(in("send", "timeout", "1ms", "0s", "60s", "61s"));
    all.add(
        one(
            "forward[].queue",
            "forward: [{name: a, url: 'http://a:1', queue: %s}]",
            "64KiB",
            "63KiB",
            "64MiB",
            "65MiB"));
    all.add(in("spool", "bytes", "16MiB", "15MiB", "", ""));
    all.add(in("spool", "age", "1ms", "0s", "", ""));
    return List.copyOf(all);
  }

  private static List<String> samplers() {
    var places = new ArrayList<String>();
    for (String name : List.of("host", "host_slow", "hardware")) {
      places.add("samplers: {" + name + ": %s}");
    }
    for (String name :
        List.of("sensors", "kernel_log", "infiniband", "disks", "filesystems", "interfaces")) {
      places.add("samplers: {" + name + ": {interval: %s}}");
    }
    // What it reads slowly must not be read more often.
    places.add("samplers: {gpu: {interval: %s, slow: 1h}}");
    return places;
  }

  private static KeyLimit one(
      String key, String place, String least, String below, String most, String above) {
    return new KeyLimit("`" + key + "`", List.of(place), least, below, most, above);
  }

  /// @param path below the section, of one key or two
  private static KeyLimit in(
      String section, String path, String least, String below, String most, String above) {
    int dot = path.indexOf('.');
    String inner =
        dot < 0
            ? path + ": %s"
            : path.substring(0, dot) + ": {" + path.substring(dot + 1) + ": %s}";
    return one(section + "." + path, section + ": {" + inner + "}", least, below, most, above);
  }

  private static KeyLimit check(String key, String least, String below, String most, String above) {
    List<String> places =
        List.of(
            "samplers: {checks: {folders: [{path: /c, " + key + ": %s}]}}",
            "samplers: {checks: {commands: [{name: a, command: [/a], " + key + ": %s}]}}",
            "samplers: {checks: {overrides: [{match: a, " + key + ": %s}]}}");
    return new KeyLimit("a check's `" + key + "`", places, least, below, most, above);
  }

  /// The page's table.
  static String table() {
    return ALL.stream()
        .map(one -> "| " + one.key + " | " + one.least + " | " + one.most + " |\n")
        .collect(Collectors.joining("", "| Key | At least | At most |\n|---|---|---|\n", ""));
  }
}
