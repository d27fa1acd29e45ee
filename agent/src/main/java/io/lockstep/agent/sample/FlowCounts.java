package io.lockstep.agent.sample;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/// Flow control and cable errors of network adapters, from the statistics that their drivers keep.
/// Names are those of mlx5, which gives pause frames by priority ([mlx5
/// counters](https://docs.kernel.org/networking/device_drivers/ethernet/mellanox/mlx5/counters.html));
/// what a driver does not name so is absent.
final class FlowCounts {
  /// Names that are summed, one row for each column.
  private static final List<List<String>> NAMES =
      List.of(
          names("rx_pause_ctrl_phy", "rx_prio#_pause"),
          names("tx_pause_ctrl_phy", "tx_prio#_pause"),
          List.of("rx_discards_phy"),
          List.of("tx_discards_phy"),
          List.of("rx_symbol_err_phy"),
          List.of("link_down_events_phy"),
          names("rx_global_pause_duration", "rx_prio#_pause_duration"));

  private static final int PRIORITIES = 8;
  private static final int PAUSE_TIME = 6;

  /// mlx5 gives durations in microseconds.
  private static final double PER_SECOND = 1e6;

  private final PartSeries parts =
      new PartSeries(
          "network_pause_received",
          "network_pause_transmitted",
          "network_discards_received",
          "network_discards_transmitted",
          "network_symbol_errors",
          "network_link_downs",
          "network_pause_time");

  /// Places of the wanted values by interface, one row for each column; empty rows where a driver
  /// has none.
  private final Map<String, int[][]> places = new HashMap<>();

  private final Map<String, Integer> sizes = new HashMap<>();
  private final Set<String> without = new HashSet<>();
  private final boolean live;

  /// @param live whether this is the running host; else nobody can be asked
  FlowCounts(boolean live) {
    this.live = live;
  }

  /// @param each by priority, `#` stands for its number
  private static List<String> names(String whole, String each) {
    var names = new ArrayList<String>();
    names.add(whole);
    for (int priority = 0; priority < PRIORITIES; priority++) {
      names.add(each.replace("#", String.valueOf(priority)));
    }
    return List.copyOf(names);
  }

  /// Asks one interface's driver.
  void read(Notes notes, String name) {
    if (!live || without.contains(name)) {
      return;
    }
    try {
      long[] values = DriverStatistics.values(name);
      int[][] wanted = places.get(name);
      if (wanted == null || !Integer.valueOf(values.length).equals(sizes.get(name))) {
        wanted = places(DriverStatistics.names(name));
        places.put(name, wanted);
        sizes.put(name, values.length);
      }
      if (Arrays.stream(wanted).allMatch(row -> row.length == 0)) {
        without.add(name);
      } else {
        note(notes, parts.of(name), wanted, values);
      }
    } catch (IOException _) {
      without.add(name); // a driver without statistics
    }
  }

  private static int[][] places(List<String> names) {
    var places = new int[NAMES.size()][];
    for (int column = 0; column < places.length; column++) {
      List<String> wanted = NAMES.get(column);
      places[column] =
          IntStream.range(0, names.size()).filter(i -> wanted.contains(names.get(i))).toArray();
    }
    return places;
  }

  private static void note(Notes notes, List<Series> series, int[][] wanted, long[] values) {
    for (int column = 0; column < series.size(); column++) {
      long sum = 0;
      for (int place : wanted[column]) {
        sum += place < values.length ? values[place] : 0;
      }
      if (wanted[column].length > 0) {
        notes.add(
            column == PAUSE_TIME
                ? series.get(column).at(sum / PER_SECOND)
                : series.get(column).at(sum));
      }
    }
  }

  /// The round is over.
  void end(Notes notes) {
    if (notes.round() % 360 == 0) {
      without.clear();
    }
    parts.end(notes);
  }
}
