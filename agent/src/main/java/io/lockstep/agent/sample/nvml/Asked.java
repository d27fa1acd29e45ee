package io.lockstep.agent.sample.nvml;

import com.sun.jna.Memory;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A column of the table `gpu_slow` that one function of NVML tells as a 32-bit number.
///
/// @param column of the contract
/// @param function of NVML
/// @param unit what one of NVML's units is in the contract's
/// @param second the column of the number behind it, where the function tells two; null for none
/// @param pair whether the function tells two
/// @param middle arguments between the GPU and the answer
/// @param question names the column among what the function tells, so that each is given up for
///   itself
record Asked(
    String column,
    String function,
    double unit,
    @Nullable String second,
    boolean pair,
    List<Object> middle,
    String question) {

  /// One number.
  static Asked number(String column, String function, double unit, Object... middle) {
    String question = middle.length == 0 ? function : function + " " + column;
    return new Asked(column, function, unit, null, false, List.of(middle), question);
  }

  /// Two numbers, of which the second is a column as well, or of no interest.
  static Asked pair(String column, @Nullable String second, String function, double unit) {
    return new Asked(column, function, unit, second, true, List.of(), function);
  }

  /// Asks, and adds what is answered.
  void add(DeviceCalls calls, GpuSeries series) throws NvmlException {
    if (!pair) {
      series.addSlow(column, calls.numberOf(question, function, middle.toArray()), unit);
      return;
    }
    Memory answer = calls.scratch();
    if (calls.askOf(question, function, answer, answer.share(8))) {
      series.addSlow(column, Integer.toUnsignedLong(answer.getInt(0)), unit);
      if (second != null) {
        series.addSlow(second, Integer.toUnsignedLong(answer.getInt(8)), unit);
      }
    }
  }
}
