package io.lockstep.agent.sample.inventory;

import io.lockstep.telemetry.config.ByteSize;
import java.util.List;
import java.util.OptionalDouble;

/// What an item should be: a text, a number, `>=4`, `<=4`, or `a|b` for one of several. Sizes of
/// memory may be written as `2TiB`; they are met within a hundredth, because firmware keeps some.
final class Expectation {
  private static final double MEMORY_TOLERANCE = 0.01;
  private static final List<String> MEMORY = List.of("memory.bytes", "gpu.memory");

  private Expectation() {}

  /// Whether a value is as expected.
  static boolean met(String item, String expected, String found) {
    for (String one : expected.split("\\|", -1)) {
      if (metOne(item, one.strip(), found)) {
        return true;
      }
    }
    return false;
  }

  private static boolean metOne(String item, String expected, String found) {
    OptionalDouble is = number(found);
    if (expected.startsWith(">=") || expected.startsWith("<=")) {
      OptionalDouble bound = number(expected.substring(2).strip());
      return is.isPresent()
          && bound.isPresent()
          && (expected.startsWith(">")
              ? is.getAsDouble() >= bound.getAsDouble()
              : is.getAsDouble() <= bound.getAsDouble());
    }
    OptionalDouble should = number(expected);
    if (is.isPresent() && should.isPresent()) {
      double tolerance = MEMORY.contains(item) ? MEMORY_TOLERANCE * should.getAsDouble() : 0;
      return Math.abs(is.getAsDouble() - should.getAsDouble()) <= tolerance;
    }
    return expected.equals(found) || (expected.equals("mounted") && mounted(found));
  }

  private static boolean mounted(String found) {
    return !found.equals("absent") && !found.endsWith(" read-only");
  }

  /// A number, also one that is written as a size; empty where it is none.
  static OptionalDouble number(String text) {
    if (text.matches("[0-9]{1,18}(\\.[0-9]{1,9})?")) {
      return OptionalDouble.of(Double.parseDouble(text));
    }
    if (text.matches("[0-9]{1,9}(B|KiB|MiB|GiB|TiB)")) {
      return OptionalDouble.of((double) ByteSize.parse(text).bytes());
    }
    return OptionalDouble.empty();
  }
}
