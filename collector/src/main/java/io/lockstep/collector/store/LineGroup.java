package io.lockstep.collector.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import okhttp3.MediaType;
import okhttp3.RequestBody;
import okio.BufferedSink;
import org.jspecify.annotations.Nullable;

/// Lines that go to the store together, numbered from 0, each where it stands in its [Segment]. For
/// one thread.
final class LineGroup {
  private final List<Segment> segments = new ArrayList<>();
  private int[] owners = new int[64];
  private byte[] tables = new byte[64];
  private long[] times = new long[64];
  private int[] offsets = new int[64];
  private int[] lengths = new int[64];
  private int count;
  private long bytes;
  private final BitSet refused = new BitSet();

  void add(Segment segment, int table, long time, int offset, int length) {
    if (count == owners.length) {
      grow();
    }
    if (segments.isEmpty() || segments.getLast() != segment) {
      segments.add(segment);
    }
    owners[count] = segments.size() - 1;
    tables[count] = (byte) table;
    times[count] = time;
    offsets[count] = offset;
    lengths[count] = length;
    count++;
    bytes += length;
  }

  private void grow() {
    int size = count * 2;
    owners = Arrays.copyOf(owners, size);
    tables = Arrays.copyOf(tables, size);
    times = Arrays.copyOf(times, size);
    offsets = Arrays.copyOf(offsets, size);
    lengths = Arrays.copyOf(lengths, size);
  }

  int count() {
    return count;
  }

  /// Size of their text.
  long bytes() {
    return bytes;
  }

  Segment segment(int line) {
    return segments.get(owners[line]);
  }

  int table(int line) {
    return tables[line];
  }

  long time(int line) {
    return times[line];
  }

  int offset(int line) {
    return offsets[line];
  }

  int length(int line) {
    return lengths[line];
  }

  /// Number of the line after the last that fits into so many bytes, from a line on; at least one
  /// does.
  int fitting(int from, int to, long most) {
    long size = lengths[from];
    int end = from + 1;
    while (end < to && size + lengths[end] <= most) {
      size += lengths[end++];
    }
    return end;
  }

  /// Marks a line as refused.
  ///
  /// @param nth which one of [#body], from 0
  /// @return its number in the group; −1 when the body has no such line
  int refuse(int from, int to, int nth) {
    int line = refused.nextClearBit(from);
    for (int i = 0; i < nth && line < to; i++) {
      line = refused.nextClearBit(line + 1);
    }
    if (line >= to) {
      return -1;
    }
    refused.set(line);
    return line;
  }

  int refused() {
    return refused.cardinality();
  }

  /// How many of the lines `from` to `to` (exclusive) are refused.
  int refused(int from, int to) {
    return refused.get(from, to).cardinality();
  }

  /// A line's text, without its line feed.
  String text(int line) {
    ByteBuffer text = segment(line).slice(offsets[line], lengths[line] - 1);
    return StandardCharsets.UTF_8.decode(text).toString();
  }

  /// The store has them all but the refused.
  ///
  /// @return values in the segments of which it has all lines now
  long done() {
    long values = 0;
    for (int line = 0; line < count; line++) {
      Segment segment = segment(line);
      values += segment.done() ? segment.values() : 0;
    }
    return values;
  }

  /// The lines `from` to `to` (exclusive), but for those refused.
  RequestBody body(int from, int to) {
    return new Body(from, to);
  }

  private final class Body extends RequestBody {
    private final int from;
    private final int to;

    Body(int from, int to) {
      this.from = from;
      this.to = to;
    }

    @Override
    public @Nullable MediaType contentType() {
      return MediaType.get("text/plain; charset=utf-8");
    }

    @Override
    public long contentLength() {
      long length = 0;
      for (int line = from; line < to; line++) {
        length += refused.get(line) ? 0 : lengths[line];
      }
      return length;
    }

    /// Neighbours in a segment as one piece.
    @Override
    public void writeTo(BufferedSink sink) throws IOException {
      int line = refused.nextClearBit(from);
      while (line < to) {
        int begin = line;
        int end = offsets[line];
        do {
          end += lengths[line++];
        } while (line < to
            && !refused.get(line)
            && owners[line] == owners[begin]
            && offsets[line] == end);
        sink.write(segment(begin).slice(offsets[begin], end - offsets[begin]));
        line = refused.nextClearBit(line);
      }
    }
  }
}
