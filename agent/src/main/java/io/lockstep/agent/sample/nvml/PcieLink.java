package io.lockstep.agent.sample.nvml;

import io.lockstep.agent.sample.nvml.FieldValues.Field;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The PCIe link of one GPU: how far it is below what it can be, what was sent again, and what went
/// over it. Read slowly, because each of these takes a tenth of a millisecond or more; what rules
/// look at is said each second as it was last read. Used by one thread at a time.
final class PcieLink {
  private static final List<Field> FIELDS =
      List.of(
          Field.of(FieldValues.PCIE_REPLAYS, 0),
          Field.of(FieldValues.PCIE_TRANSMITTED, 0),
          Field.of(FieldValues.PCIE_RECEIVED, 0));

  private final DeviceCalls calls;
  private @Nullable Long lanesLost;
  private @Nullable Long generationsLost;
  private @Nullable Number replays;

  PcieLink(DeviceCalls calls) {
    this.calls = calls;
  }

  /// Reads it.
  ///
  /// @param works whether the GPU works at its full performance state: an idle link saves power
  void read(GpuSeries series, boolean works) throws NvmlException {
    Long width = calls.number("nvmlDeviceGetCurrPcieLinkWidth");
    Long widest = calls.number("nvmlDeviceGetMaxPcieLinkWidth");
    Long generation = calls.number("nvmlDeviceGetCurrPcieLinkGeneration");
    Long newest = calls.number("nvmlDeviceGetMaxPcieLinkGeneration");
    lanesLost = lost(width, widest);
    generationsLost = works ? lost(generation, newest) : null;
    series.addSlow("pcie_width", width, 1);
    series.addSlow("pcie_width_max", widest, 1);
    series.addSlow("pcie_generation", generation, 1);
    series.addSlow("pcie_generation_max", newest, 1);
    FieldValues read = FieldValues.read(calls, FIELDS);
    Number again = read.get(FieldValues.PCIE_REPLAYS);
    replays = again == null ? calls.number("nvmlDeviceGetPcieReplayCounter") : again;
    series.addSlow("pcie_transmitted", read.get(FieldValues.PCIE_TRANSMITTED), 1);
    series.addSlow("pcie_received", read.get(FieldValues.PCIE_RECEIVED), 1);
  }

  private static @Nullable Long lost(@Nullable Long present, @Nullable Long most) {
    return present == null || most == null || present <= 0
        ? null
        : (Long) Math.max(0, most - present);
  }

  /// Adds what was last read of it.
  ///
  /// @param works as in [#read]
  void addLast(GpuSeries series, boolean works) {
    series.add("pcie_lanes_lost", lanesLost, 1);
    if (works) {
      series.add("pcie_generations_lost", generationsLost, 1);
    }
    series.add("pcie_replays", replays, 1);
  }
}
