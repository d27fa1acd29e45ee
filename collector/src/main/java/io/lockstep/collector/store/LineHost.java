package io.lockstep.collector.store;

/// Whose line it is.
final class LineHost {
  private static final String BEFORE = ",host=";

  private LineHost() {}

  /// The value of the tag `host`, as [LineWriter] writes it; empty where there is none.
  static String of(String line) {
    int at = line.indexOf(BEFORE);
    var host = new StringBuilder();
    for (int i = at + BEFORE.length(); at >= 0 && i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == ',' || c == ' ') {
        break;
      }
      host.append(c == '\\' && i + 1 < line.length() ? line.charAt(++i) : c);
    }
    return host.toString();
  }
}
