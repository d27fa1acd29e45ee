package io.lockstep.agent.spool;

import java.io.IOException;
import java.nio.ByteBuffer;

/// Where the records of one segment are kept: a file, or memory while the disk fails.
interface SegmentBytes {
  /// Adds a record at the end, whole or not at all.
  ///
  /// @return where it begins
  /// @throws IOException when it could not be kept
  int append(ByteBuffer record) throws IOException;

  /// Everything from a place on, at most `length` bytes.
  ByteBuffer read(int at, int length) throws IOException;

  /// Bytes kept, the segment's own header included.
  int size();

  /// Says that nothing more will be appended.
  void finish();

  /// Gives the space back.
  void delete() throws IOException;
}
