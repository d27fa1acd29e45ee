package io.lockstep.telemetry.config;

/// A key that does not fit; [Configs] adds where it stands.
final class Misfit extends Exception {
  private final String path;

  /// @param path the key's full path
  /// @param problem what follows the path: what it is and what it may be
  Misfit(String path, String problem) {
    super(path.isEmpty() ? problem : path + problem);
    this.path = path;
  }

  String path() {
    return path;
  }
}
