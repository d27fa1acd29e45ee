package io.lockstep.agent.sample.nvml;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How busy the parts of one GPU are, through GPM: the difference of two samples of its counters.
/// Two buffers in turn give each second's; others are taken every ten seconds and every minute.
/// Used by one thread at a time. Layouts by nvml.h 13.3.
final class Activity {
  private static final String SUPPORT = "nvmlGpmQueryDeviceSupport";
  private static final String SAMPLE = "nvmlGpmSampleGet";
  private static final String METRICS = "nvmlGpmMetricsGet";

  /// NVML wants more than 100 ms between two samples.
  private static final long APART_NANOS = 110_000_000;

  /// So many rounds in which kernels run all the time and nothing is active are no chance: after an
  /// XID 31 the counters stand still until the driver is reset
  /// ([DCGM#202](https://github.com/NVIDIA/DCGM/issues/202)).
  private static final int DOUBTED_ROUNDS = 10;

  /// Rounding of the counters may go over by so much.
  private static final double MOST_PERCENT = 101;

  private static final int BUFFERS = 4;
  private static final double PERCENT = 1e-2;
  private static final double MEBI = 1 << 20;
  private static final int HEAD_BYTES = 24;
  private static final int METRIC_BYTES = 40;

  /// `NVML_GPM_METRIC_MAX`: a library may clear them all.
  private static final int METRICS_MAX = 333;

  /// By `nvmlGpmMetricId_t`.
  private static final List<Metric> EACH_SECOND =
      List.of(
          new Metric(2, "sm_activity", PERCENT),
          new Metric(3, "sm_occupancy", PERCENT),
          new Metric(5, "tensor_activity", PERCENT),
          new Metric(10, "dram_activity", PERCENT));

  private static final List<Metric> SLOWLY =
      List.of(
          new Metric(4, "integer_activity", PERCENT),
          new Metric(7, "tensor_half_activity", PERCENT),
          new Metric(8, "tensor_double_activity", PERCENT),
          new Metric(9, "tensor_integer_activity", PERCENT),
          new Metric(11, "fp64_activity", PERCENT),
          new Metric(12, "fp32_activity", PERCENT),
          new Metric(13, "fp16_activity", PERCENT),
          new Metric(20, "pcie_transmit_rate", MEBI),
          new Metric(21, "pcie_receive_rate", MEBI),
          new Metric(60, "nvlink_receive_rate", MEBI),
          new Metric(61, "nvlink_transmit_rate", MEBI));

  /// Without the last two, which an H200 says are zero where it has no NVLink.
  private static final List<Metric> SLOWLY_UNLINKED = SLOWLY.subList(0, SLOWLY.size() - 2);

  /// A millisecond and a half of a processor on an H200 (580.159), where each other takes 10 µs.
  private static final List<Metric> SELDOM = List.of(new Metric(1, "graphics_activity", PERCENT));

  /// @param unit what one of GPM's units is in the contract's
  private record Metric(int id, String column, double unit) {}

  /// A sample of the GPU's counters.
  private static final class Taken {
    final Pointer buffer;
    long nanos; // when; 0 for never

    Taken(Pointer buffer) {
      this.buffer = buffer;
    }
  }

  private final DeviceCalls calls;
  private final Gpm mode;
  private final List<Taken> buffers = new ArrayList<>();
  private @Nullable Memory request;
  private boolean supported;
  private int doubted;

  Activity(DeviceCalls calls, Gpm mode) {
    this.calls = calls;
    this.mode = mode;
  }

  /// Reads and adds it.
  ///
  /// @param pace of the round: what is averaged over ten seconds, and over a minute, as well
  /// @param rests whether the GPU saves power: its counters are left alone then
  /// @param busy whether the driver says that a kernel ran all the time
  /// @param linked whether it has NVLinks
  void add(GpuSeries series, Pace pace, boolean rests, boolean busy, boolean linked)
      throws NvmlException {
    if (mode == Gpm.OFF || !ready()) {
      return;
    }
    if (rests) {
      buffers.forEach(taken -> taken.nanos = 0);
      return;
    }
    Taken before = buffers.get(0);
    Taken now = buffers.get(1);
    if (!take(now)) {
      before.nanos = 0;
      return;
    }
    List<Double> read = difference(before, now, EACH_SECOND);
    boolean believed = believed(read, busy);
    if (believed) {
      add(series, EACH_SECOND, read, false);
    }
    if (pace.asks(Pace.SLOW)) {
      List<Metric> slowly = linked ? SLOWLY : SLOWLY_UNLINKED;
      since(buffers.get(2), now, slowly, believed, series);
    }
    if (pace.asks(Pace.SELDOM)) {
      since(buffers.get(3), now, SELDOM, believed, series);
    }
    buffers.set(0, now);
    buffers.set(1, before);
  }

  /// Adds what is averaged from an older sample to now, and takes that one anew.
  private void since(Taken old, Taken now, List<Metric> metrics, boolean believed, GpuSeries series)
      throws NvmlException {
    if (believed) {
      add(series, metrics, difference(old, now, metrics), true);
    }
    take(old);
  }

  /// Whether the GPU has it, and there are buffers.
  private boolean ready() throws NvmlException {
    if (!calls.due(SUPPORT) || !calls.due(SAMPLE) || !calls.due(METRICS)) {
      return false;
    }
    if (!supported) {
      Memory answer = calls.scratch();
      answer.setInt(0, 1); // NVML_GPM_SUPPORT_VERSION
      answer.setInt(4, 0);
      if (!calls.ask(List.of(SUPPORT), answer)) {
        return false;
      }
      supported =
          calls.settled(
              SUPPORT, answer.getInt(4) != 0 ? ReturnCode.SUCCESS : ReturnCode.NOT_SUPPORTED);
    }
    return supported && allocated();
  }

  private boolean allocated() throws NvmlException {
    while (buffers.size() < BUFFERS) {
      var buffer = new PointerByReference();
      if (!calls.settled(SAMPLE, calls.plain("nvmlGpmSampleAlloc", buffer))) {
        return false;
      }
      buffers.add(new Taken(buffer.getValue()));
    }
    return true;
  }

  private boolean take(Taken into) throws NvmlException {
    into.nanos = 0;
    boolean taken = calls.ask(List.of(SAMPLE), into.buffer);
    if (taken) {
      into.nanos = System.nanoTime();
    }
    return taken;
  }

  /// One number per metric, in their order, NaN for one that is not told; empty when there are no
  /// two samples.
  private List<Double> difference(Taken before, Taken now, List<Metric> metrics)
      throws NvmlException {
    if (before.nanos == 0 || now.nanos - before.nanos < APART_NANOS) {
      return List.of();
    }
    Memory get = request(metrics);
    get.setPointer(8, before.buffer);
    get.setPointer(16, now.buffer);
    if (!calls.settled(METRICS, calls.plain(METRICS, get))) {
      return List.of();
    }
    var values = new ArrayList<Double>(metrics.size());
    for (int i = 0; i < metrics.size(); i++) {
      long at = HEAD_BYTES + (long) i * METRIC_BYTES;
      boolean told = get.getInt(at + 4) == ReturnCode.SUCCESS;
      values.add(told ? get.getDouble(at + 8) : Double.NaN);
    }
    return values;
  }

  private Memory request(List<Metric> metrics) {
    Memory get = request;
    if (get == null) {
      get = new Memory(HEAD_BYTES + (long) METRICS_MAX * METRIC_BYTES);
      request = get;
    }
    get.setInt(0, 1); // NVML_GPM_METRICS_GET_VERSION
    get.setInt(4, metrics.size());
    for (int i = 0; i < metrics.size(); i++) {
      long at = HEAD_BYTES + (long) i * METRIC_BYTES;
      get.setInt(at, metrics.get(i).id);
      get.setInt(at + 4, ReturnCode.NOT_SUPPORTED); // until it is told
    }
    return get;
  }

  /// Nothing active while kernels run all the time can't be: then nothing is said, and after some
  /// rounds that is told as a reader that fails.
  private boolean believed(List<Double> read, boolean busy) throws NvmlException {
    if (read.isEmpty()) {
      return doubted == 0;
    }
    if (mode == Gpm.ON || !busy || read.getFirst() != 0) {
      doubted = 0;
      return true;
    }
    if (++doubted >= DOUBTED_ROUNDS) {
      doubted = DOUBTED_ROUNDS - 1;
      calls.settled(METRICS, ReturnCode.NO_DATA);
    }
    return false;
  }

  private static void add(
      GpuSeries series, List<Metric> metrics, List<Double> values, boolean slowly) {
    for (int i = 0; i < values.size(); i++) {
      Metric metric = metrics.get(i);
      double value = values.get(i);
      boolean share = metric.unit == PERCENT;
      if (value >= 0 && value < Double.POSITIVE_INFINITY && !(share && value > MOST_PERCENT)) {
        double exact = share ? Math.min(1, value * PERCENT) : value * metric.unit;
        if (slowly) {
          series.addSlow(metric.column, exact, 1);
        } else {
          series.add(metric.column, exact);
        }
      }
    }
  }

  /// Gives the buffers back. Nobody may be inside a call about this GPU; the library is open.
  void close() {
    for (Taken taken : buffers) {
      calls.plain("nvmlGpmSampleFree", taken.buffer);
    }
    buffers.clear();
  }
}
