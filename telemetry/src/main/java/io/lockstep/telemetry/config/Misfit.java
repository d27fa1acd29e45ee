package io.lockstep.telemetry.config;

/// A key that does not fit; [Configs] adds where it stands.
final class Misfit extends Exception {
  private final String place;

  /// @param path the key's full path
  /// @param problem what follows the path: what it is and what it may be
  Misfit(String path, String problem) {
    this(path, path, problem);
  }

  /// @param path with which the message begins
  /// @param place the full path of the key that is meant: this one or one below it
  /// @param problem what follows the path: what it is and what it may be
  Misfit(String path, String place, String problem) {
    super(path + problem);
    this.place = place;
  }

  /// The full path of the key that is meant.
  String place() {
    return place;
  }
}
