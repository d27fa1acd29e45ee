package io.lockstep.agent.sample;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Asks a network driver for its statistics, as `ethtool -S` does, by the ioctl SIOCETHTOOL
/// ([ethtool.h](https://github.com/torvalds/linux/blob/master/include/uapi/linux/ethtool.h)), which
/// needs no privilege for reading.
final class DriverStatistics {
  private static final int SIOCETHTOOL = 0x8946;
  private static final int GET_NAMES = 0x1b;
  private static final int GET_VALUES = 0x1d;
  private static final int GET_SIZES = 0x37;
  private static final int STATISTICS = 1;

  private static final int AF_INET = 2;
  private static final int SOCK_DGRAM_CLOEXEC = 2 | 0x80000;

  /// `struct ifreq`: the name, and where it asks for the answer.
  private static final int REQUEST_BYTES = 40;

  private static final int NAME_BYTES = 16;
  private static final int LABEL_BYTES = 32;
  private static final int COUNT_MAX = 20_000;

  /// JNA, loaded when it is first used.
  private static final class Library {
    static final NativeLibrary C = NativeLibrary.getInstance("c");
    static final Function SOCKET = C.getFunction("socket");
    static final Function IOCTL = C.getFunction("ioctl");
    static final Function CLOSE = C.getFunction("close");
  }

  private DriverStatistics() {}

  /// What a driver counts, in the order of [#values].
  ///
  /// @throws IOException when it has no statistics
  static List<String> names(String name) throws IOException {
    return with(socket -> names(socket, name, count(socket, name)));
  }

  /// What its counts are now.
  ///
  /// @throws IOException when it has no statistics
  static long[] values(String name) throws IOException {
    return with(socket -> values(socket, name, count(socket, name)));
  }

  /// What is asked over a socket.
  private interface Question<T> {
    T over(int socket) throws IOException;
  }

  private static <T> T with(Question<T> question) throws IOException {
    int socket;
    try {
      socket = Library.SOCKET.invokeInt(new Object[] {AF_INET, SOCK_DGRAM_CLOEXEC, 0});
    } catch (LinkageError e) {
      throw new IOException("no C library: " + e.getMessage(), e);
    }
    if (socket < 0) {
      throw new IOException("no socket");
    }
    try {
      return question.over(socket);
    } finally {
      Library.CLOSE.invokeInt(new Object[] {socket});
    }
  }

  private static int count(int socket, String name) throws IOException {
    try (var sizes = new Memory(24)) {
      sizes.clear();
      sizes.setInt(0, GET_SIZES);
      sizes.setLong(8, 1L << STATISTICS);
      ask(socket, name, sizes);
      int count = sizes.getLong(8) == 0 ? 0 : sizes.getInt(16);
      if (count <= 0 || count > COUNT_MAX) {
        throw new IOException("no statistics");
      }
      return count;
    }
  }

  /// The kernel writes as many as there are by then, whatever was asked for.
  private static long room(int count) {
    return 2L * count + 64;
  }

  private static List<String> names(int socket, String name, int count) throws IOException {
    try (var labels = new Memory(12 + (long) LABEL_BYTES * room(count))) {
      labels.clear();
      labels.setInt(0, GET_NAMES);
      labels.setInt(4, STATISTICS);
      labels.setInt(8, count);
      ask(socket, name, labels);
      var names = new ArrayList<String>(count);
      for (int i = 0; i < count; i++) {
        byte[] label = labels.getByteArray(12 + (long) LABEL_BYTES * i, LABEL_BYTES);
        int length = 0;
        while (length < LABEL_BYTES && label[length] != 0) {
          length++;
        }
        names.add(new String(label, 0, length, StandardCharsets.US_ASCII));
      }
      return names;
    }
  }

  private static long[] values(int socket, String name, int count) throws IOException {
    try (var values = new Memory(8 + 8L * room(count))) {
      values.clear();
      values.setInt(0, GET_VALUES);
      values.setInt(4, count);
      ask(socket, name, values);
      return values.getLongArray(8, Math.min(count, values.getInt(4)));
    }
  }

  private static void ask(int socket, String name, Memory question) throws IOException {
    try (var request = new Memory(REQUEST_BYTES)) {
      request.clear();
      byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
      request.write(0, bytes, 0, Math.min(bytes.length, NAME_BYTES - 1));
      request.setPointer(NAME_BYTES, question);
      if (Library.IOCTL.invokeInt(new Object[] {socket, (long) SIOCETHTOOL, request}) < 0) {
        throw new IOException("the driver does not say");
      }
    }
  }
}
