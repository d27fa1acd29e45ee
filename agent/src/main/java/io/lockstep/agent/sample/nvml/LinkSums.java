package io.lockstep.agent.sample.nvml;

import io.lockstep.agent.sample.nvml.FieldValues.Field;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the NVLinks of one GPU have counted, added up. Of a link that is down and says nothing any
/// more what it said last counts: a sum that fell with it would hide why. Used by one thread at a
/// time.
final class LinkSums {
  private final Map<Field, Long> last = new HashMap<>();

  /// Asks a link in another way for what no field says.
  interface Asked {
    @Nullable Long of(int link) throws NvmlException;
  }

  /// Adds up one field.
  ///
  /// @param links those that the GPU has
  /// @param active those that are up
  /// @return null when one that is up does not say it, as a part is no total, and when none ever
  ///   did
  @Nullable Long of(FieldValues read, int id, BitSet links, BitSet active, Asked asked)
      throws NvmlException {
    long sum = 0;
    boolean said = false;
    for (int link = links.nextSetBit(0); link >= 0; link = links.nextSetBit(link + 1)) {
      var field = Field.of(id, link);
      Number value = read.get(id, link);
      value = value == null ? asked.of(link) : value;
      if (value != null) {
        last.put(field, value.longValue());
      } else if (active.get(link)) {
        return null;
      }
      said |= last.containsKey(field);
      sum += last.getOrDefault(field, 0L);
    }
    return said ? (Long) sum : null;
  }

  /// The same where nothing but the field says it.
  @Nullable Long of(FieldValues read, int id, BitSet links, BitSet active) throws NvmlException {
    return of(read, id, links, active, _ -> null);
  }
}
