package io.lockstep.telemetry.systemd;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/// Sends datagrams to a Unix socket, which the JDK can't: its Unix sockets are streams only. Calls
/// the C library of Linux; a socket is opened for each datagram, there are few of them.
final class Datagrams {
  // <sys/socket.h> of Linux, the same on x86-64 and AArch64
  private static final int AF_UNIX = 1;
  private static final int SOCK_DGRAM = 2;
  private static final int SOCK_CLOEXEC = 0x80000;
  private static final int MSG_NOSIGNAL = 0x4000;

  /// `sun_path` of [unix(7)](https://man7.org/linux/man-pages/man7/unix.7.html), bytes.
  private static final int PATH_BYTES = 108;

  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(StructLayout.PathElement.groupElement("errno"));
  private static final MethodHandle SOCKET =
      function("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle SENDTO =
      function(
          "sendto",
          FunctionDescriptor.of(
              JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle CLOSE =
      function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

  private final byte[] path;

  /// @param address a path, or a name that begins with `@` and has no file
  /// @throws IOException when it is neither, or too long
  Datagrams(String address) throws IOException {
    byte[] bytes = address.getBytes(UTF_8);
    boolean unnamed = address.startsWith("@");
    if (!unnamed && !address.startsWith("/")) {
      throw new IOException(
          "a Unix socket's address must begin with / or @, is \"" + address + "\"");
    }
    if (bytes.length < 2 || bytes.length >= PATH_BYTES) {
      throw new IOException(
          "a Unix socket's address must have 2 to 107 bytes, \""
              + address
              + "\" has "
              + bytes.length);
    }
    if (unnamed) {
      bytes[0] = 0;
    }
    path = bytes;
  }

  /// Sends one; waits while the receiver's queue is full.
  ///
  /// @throws IOException with the C library's error number, when nobody takes it
  void send(String text) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      int socket = (int) SOCKET.invokeExact(state, AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
      if (socket < 0) {
        throw failed("socket", state);
      }
      try {
        send(socket, text, arena, state);
      } finally {
        int _ = (int) CLOSE.invokeExact(state, socket);
      }
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e); // the handles' signature; C throws nothing
    }
  }

  private void send(int socket, String text, Arena arena, MemorySegment state) throws Throwable {
    MemorySegment body = arena.allocateFrom(ValueLayout.JAVA_BYTE, text.getBytes(UTF_8));
    // struct sockaddr_un: the family, then the path; one that is a file's ends with a zero
    MemorySegment address = arena.allocate(2 + PATH_BYTES, 2);
    address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
    MemorySegment.copy(path, 0, address, ValueLayout.JAVA_BYTE, 2, path.length);
    int length = 2 + path.length + (path[0] == 0 ? 0 : 1);
    long sent =
        (long)
            SENDTO.invokeExact(state, socket, body, body.byteSize(), MSG_NOSIGNAL, address, length);
    if (sent < 0) {
      throw failed("sendto", state);
    }
  }

  /// Numbers of errno(3); 2 and 111: nobody is there any more, 13: not permitted.
  private static IOException failed(String function, MemorySegment state) {
    return new IOException(function + " failed with errno " + (int) ERRNO.get(state, 0L));
  }

  @SuppressWarnings("restricted") // the programs start with --enable-native-access
  private static MethodHandle function(String name, FunctionDescriptor signature) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow(name),
        signature,
        Linker.Option.captureCallState("errno"));
  }
}
