package io.lockstep.collector.detect;

import io.lockstep.collector.window.Rank;
import io.lockstep.collector.window.Window;
import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.rules.ClockReason;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How a GPU is, against those that its rank was compared with: means of the last seconds, medians
/// over the peers. NaN is unknown.
///
/// @param celsius temperature
/// @param peersCelsius the peers' temperature
/// @param megahertz clock of the multiprocessors
/// @param peersMegahertz the peers' clock
/// @param watts power
/// @param reasons bits of [ClockReason] that it showed in these seconds; 0 when none or unknown
record Hardware(
    double celsius,
    double peersCelsius,
    double megahertz,
    double peersMegahertz,
    double watts,
    int reasons) {
  private static final int SECONDS = 5;
  private static final int SOME_PEERS = 64;

  /// A GPU this much warmer than its peers is called hot; sensors and places in the chassis differ
  /// by a few degrees.
  private static final double HOT_CELSIUS = 8;

  /// A clock below this part of the peers' is worth telling.
  private static final double SLOW_CLOCK = 0.97;

  private static final Column TEMPERATURE = Contract.column(Table.GPU, "temperature");
  private static final Column CLOCK = Contract.column(Table.GPU, "clock_sm");
  private static final Column POWER = Contract.column(Table.GPU, "power");
  private static final Column REASONS = Contract.column(Table.GPU, "clock_event_reasons");

  static Hardware of(Window window, Straggler straggler) {
    int gpu = Gpus.row(window, straggler.rank());
    List<Integer> peers = peers(window, straggler);
    return new Hardware(
        mean(window, TEMPERATURE, gpu),
        median(window, TEMPERATURE, peers),
        mean(window, CLOCK, gpu) / 1e6,
        median(window, CLOCK, peers) / 1e6,
        mean(window, POWER, gpu),
        reasons(window, gpu));
  }

  private static List<Integer> peers(Window window, Straggler straggler) {
    int[] group = straggler.comparison().ranks();
    @Nullable Rank[] ranks = straggler.job().ranks();
    int stride = Math.max(1, group.length / SOME_PEERS);
    var peers = new ArrayList<Integer>();
    for (int i = 0; i < group.length; i += stride) {
      Rank rank = ranks[group[i]];
      if (rank != null && i != straggler.member()) {
        peers.add(Gpus.row(window, rank));
      }
    }
    return peers;
  }

  private static double median(Window window, Column column, List<Integer> gpus) {
    return Spread.median(gpus.stream().mapToDouble(gpu -> mean(window, column, gpu)).toArray());
  }

  private static double mean(Window window, Column column, int gpu) {
    double sum = 0;
    int count = 0;
    for (float value : gpu < 0 ? new float[0] : window.last(column, gpu, SECONDS)) {
      if (!Float.isNaN(value)) {
        sum += value;
        count++;
      }
    }
    return count == 0 ? Double.NaN : sum / count;
  }

  private static int reasons(Window window, int gpu) {
    int bits = 0;
    for (float value : gpu < 0 ? new float[0] : window.last(REASONS, gpu, SECONDS)) {
      bits |= Float.isNaN(value) ? 0 : (int) value;
    }
    return bits;
  }

  /// What the GPU's last day was like: a sensor or a place in the chassis is always as it is.
  static void addDay(Window window, Straggler straggler, Map<String, Double> evidence) {
    int gpu = Gpus.row(window, straggler.rank());
    Day.addTo(evidence, "temperature_celsius", window, TEMPERATURE, gpu, 1);
    Day.addTo(evidence, "clock_megahertz", window, CLOCK, gpu, 1e-6);
  }

  boolean hot() {
    return celsius > peersCelsius + HOT_CELSIUS;
  }

  /// A part of a sentence: what stands out about the GPU; that nothing does; or, where the GPU's
  /// rows are not there, nothing.
  String words() {
    var parts = new ArrayList<String>();
    if (hot()) {
      parts.add("%s °C against %s °C".formatted(Words.whole(celsius), Words.whole(peersCelsius)));
    }
    if (megahertz < SLOW_CLOCK * peersMegahertz) {
      parts.add(
          "clock %s MHz against %s MHz"
              .formatted(Words.whole(megahertz), Words.whole(peersMegahertz)));
    }
    ClockReason.faults(reasons).forEach(reason -> parts.add(reason.words()));
    if (!parts.isEmpty()) {
      return "; it is " + (hot() ? "hot" : "held back") + ": " + String.join(", ", parts);
    }
    return Double.isNaN(celsius) || Double.isNaN(megahertz)
        ? ""
        : "; its temperature and clock are as its peers': look at the server's processors, PCIe and"
            + " data loading";
  }

  void addTo(Map<String, Double> evidence) {
    put(evidence, "temperature_celsius", celsius);
    put(evidence, "peers_temperature_celsius", peersCelsius);
    put(evidence, "clock_megahertz", megahertz);
    put(evidence, "peers_clock_megahertz", peersMegahertz);
    put(evidence, "power_watts", watts);
    if (reasons != 0) {
      evidence.put("clock_event_reasons", (double) reasons);
    }
  }

  private static void put(Map<String, Double> evidence, String name, double value) {
    if (!Double.isNaN(value)) {
      evidence.put(name, value);
    }
  }
}
