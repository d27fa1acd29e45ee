package io.lockstep.collector.http;

import java.util.Locale;

/// The state of a server, a GPU or a port: one cell of the page.
public sealed interface CellState permits HostView.State, GpuView.State, PortView.State {
  String name();

  /// The number that stands for it in the live stream; 0 is always "unknown" and 1 always "ok".
  int code();

  /// The state as JSON and the page write it.
  default String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
