package io.lockstep.launcher;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// What `lockstep bench chaos` can do to a site.
enum ChaosFault {
  /// An agent ends as by `kill -9`, and is started again.
  KILL_AGENT(false),
  /// The collector ends as by `kill -9`, and is started again; its store ends with it.
  KILL_COLLECTOR(false),
  /// The store's process ends as by `kill -9`.
  KILL_STORE(false),
  /// The store's process stands still.
  STOP_STORE(true),
  /// Nobody reaches the collector, and who was connected is not any more.
  NETWORK_CUT(true),
  /// What is sent and answered comes late.
  NETWORK_DELAY(true),
  /// Requests get through, answers do not; nobody is told that the connection is of no use.
  NETWORK_HALF_OPEN(true),
  /// Connections break in the middle of requests and answers.
  NETWORK_FLAKY(true),
  /// An agent's disk has no room.
  SPOOL_FULL(true),
  /// The store's disk has no room.
  STORE_FULL(true),
  /// The disk of the collector's state has no room.
  STATE_FULL(true),
  /// Who is to be told of incidents can't be reached.
  PAGER_CUT(true),
  /// A sender's clock steps, again and again, for the whole run.
  CLOCK(false),
  /// Somebody sends garbage, for the whole run.
  HOSTILE(false);

  /// Whether it lasts: the others are over at once, or go on for the whole run.
  final boolean lasts;

  ChaosFault(boolean lasts) {
    this.lasts = lasts;
  }

  /// Its name as options and reports write it.
  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /// Whether it goes on for the whole run, beside the others.
  boolean beside() {
    return this == CLOCK || this == HOSTILE;
  }

  /// Whether it needs a disk of its own that can be made full.
  boolean fillsDisk() {
    return this == SPOOL_FULL || this == STORE_FULL || this == STATE_FULL;
  }

  /// @throws IllegalArgumentException when none has this name; the message says which there are
  static ChaosFault of(String label) {
    return Arrays.stream(values())
        .filter(fault -> fault.label().equals(label))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "no fault is called \"" + label + "\"; there are " + labels(List.of(values()))));
  }

  static String labels(List<ChaosFault> faults) {
    return faults.stream().map(ChaosFault::label).collect(Collectors.joining(", "));
  }
}
