package io.lockstep.agent.sample;

import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The link of one port, from round to round: what it is, and when it goes down and comes up.
final class InfinibandLink implements AutoCloseable {
  private static final long ACTIVE = 4;
  private static final double BYTES_PER_GIGABIT = 125_000_000;

  /// A rate as it stands in the file: `400 Gb/sec (4X NDR)`.
  private record Rate(double bytesPerSecond, long lanes) {}

  private final String port;
  private final WatchedFile state;
  private final WatchedFile physicalState;
  private final WatchedFile rate;
  private final WatchedFile layer;
  private final Series upSeries;
  private final Series stateSeries;
  private final Series physicalSeries;
  private final Series rateSeries;
  private final Series widthSeries;
  private final Series layerSeries;
  private final Series lostSeries;
  private @Nullable Long layerNumber;
  private final ActivePorts memory;
  private boolean known;
  private boolean active;

  /// @param path the port's folder
  /// @param port `device/port`
  /// @param kept as in [KernelFile]
  /// @param memory whether it was active before
  InfinibandLink(Path path, String port, boolean kept, ActivePorts memory) {
    this.port = port;
    this.memory = memory;
    active = memory.was(port);
    state = WatchedFile.attribute(path.resolve("state"), port, kept);
    physicalState = WatchedFile.attribute(path.resolve("phys_state"), port, kept);
    rate = WatchedFile.attribute(path.resolve("rate"), port, kept);
    layer = WatchedFile.attribute(path.resolve("link_layer"), port, false);
    upSeries = series("up");
    stateSeries = series("state");
    physicalSeries = series("physical_state");
    rateSeries = series("rate");
    widthSeries = series("width");
    layerSeries = series("link_layer");
    lostSeries = series("rate_lost");
  }

  private Series series(String column) {
    return Series.of(Contract.column(Table.PORT, column), port);
  }

  /// Reads what does not change while the device is there.
  void discover(Notes notes, Text text) {
    Long read = layer.read(notes, text, InfinibandLink::layer);
    layerNumber = read == null ? layerNumber : read;
  }

  void read(Notes notes, Text text) {
    Long now = state.read(notes, text, Text::number);
    if (now != null) {
      notes.add(upSeries.at(now == ACTIVE ? 1L : 0L));
      notes.add(stateSeries.at(now));
      change(notes, now == ACTIVE, String.valueOf(now));
    }
    Long physical = physicalState.read(notes, text, Text::number);
    if (physical != null) {
      notes.add(physicalSeries.at(physical));
    }
    Rate speed = rate.read(notes, text, InfinibandLink::rate);
    if (speed != null) {
      notes.add(rateSeries.at(speed.bytesPerSecond()));
      notes.add(widthSeries.at(speed.lanes()));
      // what a port that is not active says of its rate means nothing
      if (now != null && now == ACTIVE) {
        double best = memory.best(port, speed.bytesPerSecond());
        notes.add(lostSeries.at(best - speed.bytesPerSecond()));
      }
    }
    if (layerNumber != null) {
      notes.add(layerSeries.at(layerNumber));
    }
  }

  /// The port is not there any more.
  void gone(Notes notes) {
    if (active) {
      change(notes, false, "gone");
    }
    close();
  }

  /// What is not active when it is first seen, and was not in an earlier run, is not used: that is
  /// no event.
  private void change(Notes notes, boolean nowActive, String nowState) {
    if (active && !nowActive) {
      notes.event(
          "lockstep.network.link.down",
          "port " + port + " went down: state " + nowState,
          Map.of("hw.id", port, "lockstep.network.port.state", nowState));
    } else if (known && !active && nowActive) {
      notes.event(
          "lockstep.network.link.up", "port " + port + " became active", Map.of("hw.id", port));
    }
    known = true;
    active = nowActive;
    memory.is(port, nowActive);
  }

  private static Rate rate(Text text) throws IOException {
    double gigabits = text.decimal();
    if (!text.skip(" Gb/sec (")) {
      throw new IOException("no rate: \"" + text.rest() + "\"");
    }
    return new Rate(gigabits * BYTES_PER_GIGABIT, text.number());
  }

  /// The numbers are the kernel's, `enum rdma_link_layer` in `include/rdma/ib_verbs.h`.
  private static Long layer(Text text) throws IOException {
    String name = text.rest();
    return switch (name) {
      case "InfiniBand" -> 1L;
      case "Ethernet" -> 2L;
      default -> throw new IOException("neither InfiniBand nor Ethernet: \"" + name + "\"");
    };
  }

  @Override
  public void close() {
    List.of(state, physicalState, rate, layer).forEach(WatchedFile::close);
  }
}
