package io.lockstep.telemetry.systemd;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// A datagram socket of the kernel's, in the place of systemd's.
final class Inbox implements AutoCloseable {
  private static final MethodHandle SOCKET =
      function("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle BIND =
      function("bind", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle SETSOCKOPT =
      function(
          "setsockopt",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle RECV =
      function("recv", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
  private static final MethodHandle CLOSE =
      function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

  private final int socket;

  /// Bound to a path, or to a name after `@`.
  Inbox(String address) throws Throwable {
    try (Arena arena = Arena.ofConfined()) {
      socket = (int) SOCKET.invokeExact(1, 2, 0);
      byte[] path = address.getBytes(UTF_8);
      int length = path.length;
      if (path[0] == '@') {
        path[0] = 0;
      } else {
        length++;
      }
      MemorySegment name = arena.allocate(110, 2);
      name.set(JAVA_SHORT, 0, (short) 1);
      MemorySegment.copy(path, 0, name, JAVA_BYTE, 2, path.length);
      assertThat((int) BIND.invokeExact(socket, name, 2 + length)).isZero();
      // SOL_SOCKET 1, SO_RCVTIMEO 20: a test that waits for nothing ends after 30 s
      MemorySegment patience = arena.allocate(16, 8);
      patience.set(JAVA_LONG, 0, 30);
      assertThat((int) SETSOCKOPT.invokeExact(socket, 1, 20, patience, 16)).isZero();
    }
  }

  /// The next datagram; waits for it.
  String next() throws Throwable {
    return take(0);
  }

  /// The next datagram if it is there already, or the empty text.
  String waiting() throws Throwable {
    return take(0x40); // MSG_DONTWAIT
  }

  private String take(int flags) throws Throwable {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment body = arena.allocate(256);
      long length = (long) RECV.invokeExact(socket, body, 256L, flags);
      return length < 0 ? "" : new String(body.asSlice(0, length).toArray(JAVA_BYTE), UTF_8);
    }
  }

  @Override
  public void close() {
    try {
      int _ = (int) CLOSE.invokeExact(socket);
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  @SuppressWarnings("restricted")
  private static MethodHandle function(String name, FunctionDescriptor signature) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), signature);
  }
}
