package io.lockstep.agent.sample.nvml;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.ByReference;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/// Calls C functions whose arguments are pointers and whole numbers, as all of NVML's are, and that
/// return an `int`. JNA's own way looks through classes and makes objects for each call; this hands
/// libffi what it needs, made once: a third of the time.
///
/// Each of the first six arguments fills one register, whatever its width: so say the calling
/// conventions of Linux on x86-64 and arm64 (System V ABI 3.2.3, AAPCS64 6.8.2).
final class NativeCall {
  /// No function that is called here takes more than five.
  private static final int ARGUMENTS_MAX = 6;

  private static final int SLOT = 8;
  private static final int DEFAULT_ABI = "aarch64".equals(System.getProperty("os.arch")) ? 1 : 2;

  // struct ffi_type of libffi 3.4: size_t size, unsigned short alignment, unsigned short type
  private static final int TYPE_BYTES = 24;
  private static final short SINT32 = 10;
  private static final short UINT64 = 11;

  /// Shapes of calls, by how many arguments they have; 0 before the first of that shape. They are
  /// never freed.
  private static final long[] SHAPES = new long[ARGUMENTS_MAX + 1];

  private static final ThreadLocal<NativeCall> OF_THREAD = ThreadLocal.withInitial(NativeCall::new);

  /// The arguments, after them where each lies, at last what the function returned.
  private final Memory memory = new Memory((2L * ARGUMENTS_MAX + 1) * SLOT);

  private final ByteBuffer words =
      memory.getByteBuffer(0, memory.size()).order(ByteOrder.nativeOrder());
  private final long places = Pointer.nativeValue(memory) + ARGUMENTS_MAX * SLOT;
  private final long result = places + ARGUMENTS_MAX * SLOT;

  private NativeCall() {
    for (int i = 0; i < ARGUMENTS_MAX; i++) {
      words.putLong((ARGUMENTS_MAX + i) * SLOT, Pointer.nativeValue(memory) + (long) i * SLOT);
    }
  }

  /// Calls a function.
  ///
  /// @param function where its code is
  /// @param arguments [Pointer], [ByReference], [Integer] or [Long] each; null for a pointer to
  ///   nothing
  /// @return what it returned
  static int of(long function, @Nullable Object... arguments) {
    return OF_THREAD.get().call(function, arguments);
  }

  private int call(long function, @Nullable Object... arguments) {
    long shape = shape(arguments.length);
    for (int i = 0; i < arguments.length; i++) {
      words.putLong(i * SLOT, word(arguments[i]));
    }
    try {
      Native.ffi_call(shape, function, result, places);
    } finally {
      Reference.reachabilityFence(arguments); // JNA frees memory that nobody holds
    }
    return words.getInt(2 * ARGUMENTS_MAX * SLOT);
  }

  private static long word(@Nullable Object argument) {
    return switch (argument) {
      case null -> 0;
      case Pointer pointer -> Pointer.nativeValue(pointer);
      case ByReference answer -> Pointer.nativeValue(answer.getPointer());
      case Integer number -> Integer.toUnsignedLong(number);
      case Long number -> number;
      default -> throw new IllegalArgumentException("not a word: " + argument.getClass());
    };
  }

  private static long shape(int arguments) {
    synchronized (SHAPES) {
      if (SHAPES[arguments] == 0) {
        SHAPES[arguments] = newShape(arguments);
      }
      return SHAPES[arguments];
    }
  }

  private static long newShape(int arguments) {
    long types = Native.malloc(2L * TYPE_BYTES + (long) ARGUMENTS_MAX * SLOT);
    var at = new Pointer(types);
    type(at, 4, SINT32);
    type(at.share(TYPE_BYTES), SLOT, UINT64);
    for (int i = 0; i < arguments; i++) {
      at.setLong(2L * TYPE_BYTES + (long) i * SLOT, types + TYPE_BYTES);
    }
    return Native.ffi_prep_cif(DEFAULT_ABI, arguments, types, types + 2L * TYPE_BYTES);
  }

  private static void type(Pointer at, long size, short kind) {
    at.setLong(0, size);
    at.setShort(8, (short) size);
    at.setShort(10, kind);
    at.setLong(16, 0);
  }
}
