package io.lockstep.telemetry.config;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonMappingException;
import java.util.List;

/// Full paths of keys as people read them: `store.url`, `collectors[0].address`.
final class KeyPath {
  private KeyPath() {}

  static String child(String path, String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  static String item(String path, int index) {
    return path + "[" + index + "]";
  }

  /// The path one level up; empty at the top.
  static String parent(String path) {
    int end = Math.max(path.lastIndexOf('.'), path.lastIndexOf('['));
    return path.substring(0, Math.max(end, 0));
  }

  static String of(List<JsonMappingException.Reference> references) {
    String path = "";
    for (var reference : references) {
      String name = reference.getFieldName();
      path = name == null ? item(path, reference.getIndex()) : child(path, name);
    }
    return path;
  }

  static JsonPointer pointer(List<JsonMappingException.Reference> references) {
    JsonPointer pointer = JsonPointer.empty();
    for (var reference : references) {
      String name = reference.getFieldName();
      pointer =
          name == null ? pointer.appendIndex(reference.getIndex()) : pointer.appendProperty(name);
    }
    return pointer;
  }
}
