package io.lockstep.agent.sample.nvml;

import io.lockstep.agent.sample.nvml.FieldValues.Field;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// The NVLinks of one GPU, read slowly: dozens of fields, and links seldom change.
final class NvLinks {
  /// `NVML_NVLINK_MAX_LINKS` of nvml.h 13.3.
  private static final int LINKS_MAX = 36;

  private static final List<Field> STATES =
      IntStream.range(0, LINKS_MAX)
          .mapToObj(link -> Field.of(FieldValues.NVLINK_STATE, link))
          .toList();

  private static final List<String> QUESTIONS =
      IntStream.range(0, LINKS_MAX).mapToObj(link -> "link " + link).toList();

  private static final List<Integer> ERRORS =
      List.of(FieldValues.NVLINK_REPLAYS, FieldValues.NVLINK_RECOVERIES, FieldValues.NVLINK_CRC);

  /// The same as `nvmlNvLinkErrorCounter_t`.
  private static final List<Integer> COUNTERS = List.of(0, 1, 2);

  private static final List<String> COLUMNS =
      List.of("nvlink_replays", "nvlink_recoveries", "nvlink_crc_errors");

  /// Links that the GPU has: their state was told. What one that is down has counted counts.
  private final BitSet had = new BitSet();

  private final BitSet everActive = new BitSet();
  private final BitSet active = new BitSet();
  private final BitSet told = new BitSet();
  private final LinkSums sums = new LinkSums();
  private final DeviceCalls calls;
  private final NvLinkDetail detail;
  private boolean known;

  NvLinks(DeviceCalls calls) {
    this.calls = calls;
    detail = new NvLinkDetail(calls);
  }

  /// Adds what is known of the links.
  ///
  /// @param pace of the round: slowly they are read, seldom each for itself as well
  /// @param totals whether the driver says how much went over all of them; else that is what each
  ///   says, added up
  void add(GpuSeries series, Pace pace, boolean totals) throws NvmlException {
    if (pace.asks(Pace.SLOW)) {
      readStates();
      readErrors(series, totals);
    }
    if (pace.asks(Pace.SELDOM)) {
      detail.add(series, had, everActive, active);
    }
    detail.addWatched(series);
    if (known) {
      series.add("nvlink_active", (long) active.cardinality());
      series.add("nvlink_lost", (long) (everActive.cardinality() - active.cardinality()));
    }
  }

  /// Whether the GPU told of at least one so far.
  boolean any() {
    return !had.isEmpty();
  }

  private void readStates() throws NvmlException {
    known = false;
    var before = (BitSet) active.clone();
    active.clear();
    told.clear();
    for (int link = 0; link < LINKS_MAX; link++) {
      // Each link is a question of its own: those that the GPU does not have are asked once.
      Long state = calls.numberOf(QUESTIONS.get(link), "nvmlDeviceGetNvLinkState", link);
      if (state != null) {
        known = true;
        told.set(link);
        active.set(link, state == 1);
      }
    }
    if (!known) {
      readStateFields();
    }
    var back = (BitSet) active.clone();
    back.and(everActive);
    back.andNot(before);
    if (!back.isEmpty()) {
      calls.askAgain(); // what a link that was down could not say
    }
    everActive.or(active);
    had.or(told);
  }

  /// For libraries that tell it as a field alone.
  private void readStateFields() throws NvmlException {
    FieldValues read = FieldValues.read(calls, STATES);
    for (Field field : STATES) {
      Number state = read.get(field.id(), field.scope());
      if (state != null) {
        known = true;
        told.set(field.scope());
        active.set(field.scope(), state.longValue() == 1);
      }
    }
  }

  private void readErrors(GpuSeries series, boolean totals) throws NvmlException {
    List<Field> fields = new ArrayList<>();
    for (int link = had.nextSetBit(0); link >= 0; link = had.nextSetBit(link + 1)) {
      for (int error : ERRORS) {
        fields.add(Field.of(error, link));
      }
      if (!totals) {
        fields.add(Field.of(FieldValues.NVLINK5_TRANSMITTED, link));
        fields.add(Field.of(FieldValues.NVLINK5_RECEIVED, link));
      }
    }
    if (fields.isEmpty()) {
      return;
    }
    FieldValues read = FieldValues.read(calls, fields);
    for (int error = 0; error < ERRORS.size(); error++) {
      int counter = COUNTERS.get(error);
      Long sum = sums.of(read, ERRORS.get(error), had, active, link -> asked(link, counter));
      series.addSlow(COLUMNS.get(error), sum, 1);
    }
    if (!totals) {
      series.add(
          "nvlink_transmitted", sums.of(read, FieldValues.NVLINK5_TRANSMITTED, had, active), 1);
      series.add("nvlink_received", sums.of(read, FieldValues.NVLINK5_RECEIVED, had, active), 1);
    }
  }

  /// For drivers that don't say it as a field.
  private @Nullable Long asked(int link, int counter) throws NvmlException {
    String name = "nvmlDeviceGetNvLinkErrorCounter";
    return calls.number64Of(name + " " + counter + "/" + link, name, link, counter);
  }
}
