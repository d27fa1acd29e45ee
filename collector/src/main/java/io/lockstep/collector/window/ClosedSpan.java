package io.lockstep.collector.window;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Ten minutes of one table that are over: of each subject and live column for how many seconds
/// there was a value, the least, the mean and the most. Immutable.
///
/// **Memory.** At most 14 bytes for each subject and column, and less where columns say nothing of
/// their own: what was the same all the time (a state, a counter that stood still) has one number
/// for three, and columns with the same seconds share them.
public final class ClosedSpan {
  private final long index;
  private final int subjects;

  /// Column by column; in each, subject by subject.
  private final short[][] seconds;

  private final float[][] least;
  private final float[][] mean;
  private final float[][] most;
  private final long bytes;

  private ClosedSpan(Filling filling) {
    this.index = filling.index;
    this.subjects = filling.subjects;
    this.seconds = filling.seconds;
    this.least = filling.least;
    this.mean = filling.mean;
    this.most = filling.most;
    this.bytes = filling.bytes;
  }

  /// Number of the span: its first slot by [Past#SPAN_SECONDS].
  public long index() {
    return index;
  }

  /// Its first slot, a Unix second.
  public long firstSlot() {
    return index * Past.SPAN_SECONDS;
  }

  /// Subjects from 0 up to this may have values.
  public int subjects() {
    return subjects;
  }

  /// What there was of a subject in a column.
  ///
  /// @param column its place among the table's live ones
  /// @return null when there was nothing
  public @Nullable Span of(int column, int subject) {
    if (subject >= subjects || seconds[column][subject] == 0) {
      return null;
    }
    return new Span(
        firstSlot(),
        seconds[column][subject],
        least[column][subject],
        mean[column][subject],
        most[column][subject]);
  }

  /// What its arrays take, bytes.
  long bytes() {
    return bytes;
  }

  /// One that is being filled, by one thread.
  public static final class Filling {
    private final long index;
    private final int columns;
    private int subjects;
    private final short[][] seconds;
    private final float[][] least;
    private final float[][] mean;
    private final float[][] most;
    private long bytes;

    /// @param subjects how many there are likely to be
    public Filling(long index, int columns, int subjects) {
      this.index = index;
      this.columns = columns;
      this.subjects = subjects;
      this.seconds = new short[columns][subjects];
      this.least = new float[columns][subjects];
      this.mean = new float[columns][subjects];
      this.most = new float[columns][subjects];
    }

    /// Puts what there was of a subject in a column; to be called once for each.
    public void put(int subject, int column, int count, float low, float middle, float high) {
      if (subject >= subjects) {
        room(Math.max(subject + 1, subjects + subjects / 2));
      }
      seconds[column][subject] = (short) count;
      least[column][subject] = low;
      mean[column][subject] = middle;
      most[column][subject] = high;
    }

    private void room(int wanted) {
      for (int column = 0; column < columns; column++) {
        seconds[column] = Arrays.copyOf(seconds[column], wanted);
        least[column] = Arrays.copyOf(least[column], wanted);
        mean[column] = Arrays.copyOf(mean[column], wanted);
        most[column] = Arrays.copyOf(most[column], wanted);
      }
      subjects = wanted;
    }

    /// The span as it is kept; not to be filled any more.
    public ClosedSpan close() {
      for (int column = 0; column < columns; column++) {
        bytes += 4L * subjects;
        if (column > 0 && Arrays.equals(seconds[column], seconds[column - 1])) {
          seconds[column] = seconds[column - 1];
        } else {
          bytes += 2L * subjects;
        }
        if (stoodStill(column)) {
          least[column] = mean[column];
          most[column] = mean[column];
        } else {
          bytes += 8L * subjects;
        }
      }
      return new ClosedSpan(this);
    }

    private boolean stoodStill(int column) {
      return Arrays.equals(least[column], mean[column])
          && Arrays.equals(most[column], mean[column]);
    }
  }
}
