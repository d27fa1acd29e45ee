package io.lockstep.telemetry.config;

/// Full paths of keys as people read them: `store.url`, `collectors[0].address`.
final class KeyPath {
  private KeyPath() {}

  static String child(String path, String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  static String item(String path, int index) {
    return path + "[" + index + "]";
  }

  /// The key with which a sentence begins, as `timeout` in `timeout must be above 0s`.
  static String first(String sentence) {
    int end = 0;
    while (end < sentence.length() && isKey(sentence.charAt(end))) {
      end++;
    }
    return sentence.substring(0, end);
  }

  private static boolean isKey(char c) {
    return Character.isLetterOrDigit(c) || c == '_';
  }

  /// The path one level up; empty at the top.
  static String parent(String path) {
    int end = Math.max(path.lastIndexOf('.'), path.lastIndexOf('['));
    return path.substring(0, Math.max(end, 0));
  }
}
