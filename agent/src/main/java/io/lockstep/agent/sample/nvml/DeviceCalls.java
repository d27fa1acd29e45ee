package io.lockstep.agent.sample.nvml;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Asks one GPU, and remembers what it can't answer: what is not supported is asked once, what is
/// not permitted once a minute, what fails otherwise after one round, two, four, and then every
/// eight, because mostly it fails once. One thread at a time.
final class DeviceCalls {
  private static final int SCRATCH_BYTES = 8192;
  private static final int FORBIDDEN_ROUNDS = 60;
  private static final int FAILED_ROUNDS_MAX = 8;

  /// How long a thing is left alone.
  ///
  /// @param rounds how many
  /// @param until it is asked again in this one
  private record Pause(int rounds, long until) {}

  private final Memory scratch = new Memory(SCRATCH_BYTES);
  private final ByteBuffer view =
      scratch.getByteBuffer(0, SCRATCH_BYTES).order(ByteOrder.nativeOrder());
  private final Set<String> never = new HashSet<>();
  private final Map<String, Integer> failures = new HashMap<>();
  private final Map<String, Pause> pauses = new HashMap<>();
  private final Nvml nvml;
  private final Pointer device;
  private long round;

  /// When the call under way began, by the monotonic clock; 0 between calls. Others look at it.
  private volatile long begun;

  DeviceCalls(Nvml nvml, Pointer device) {
    this.nvml = nvml;
    this.device = device;
  }

  /// A new round begins.
  void begin() {
    round++;
  }

  /// What could not be asked of late: by function, the code of [ReturnCode].
  Map<String, Integer> failures() {
    return Map.copyOf(failures);
  }

  /// Where answers are written to; the next call overwrites it.
  Memory scratch() {
    return scratch;
  }

  /// The same memory, read and written without a call each time.
  ByteBuffer view() {
    return view;
  }

  /// A 32-bit number that a function writes to its last argument.
  ///
  /// @param middle arguments between the GPU and the answer
  /// @return null when the GPU does not say
  /// @throws NvmlException when GPU or library are gone as a whole
  @Nullable Long number(String name, Object... middle) throws NvmlException {
    return numberOf(name, name, middle);
  }

  /// The same for one part of many, each of which is asked, and given up, for itself.
  ///
  /// @param question names the part
  @Nullable Long numberOf(String question, String name, Object... middle) throws NvmlException {
    if (!due(question)) {
      return null;
    }
    int code = call(List.of(name), withDevice(withAnswer(middle)));
    // All bits set is NVML's for not available.
    return settled(question, code) && view.getInt(0) != -1
        ? (Long) Integer.toUnsignedLong(view.getInt(0))
        : null;
  }

  /// Whether a function failed with this code when it was last asked; it is asked again then.
  boolean failedWith(String name, int code) {
    boolean so = failures.getOrDefault(name, ReturnCode.SUCCESS) == code;
    if (so) {
      failures.remove(name);
      pauses.remove(name);
    }
    return so;
  }

  /// A 64-bit number that the first of these functions writes to its last argument.
  @Nullable Long number64(List<String> names) throws NvmlException {
    return ask(names, scratch) && view.getLong(0) >= 0 ? (Long) view.getLong(0) : null;
  }

  /// A 64-bit number that a function writes to its last argument; asked, and given up, by itself.
  ///
  /// @param question names what is asked for among what the function tells
  @Nullable Long number64Of(String question, String name, Object... middle) throws NvmlException {
    if (!due(question)) {
      return null;
    }
    int code = call(List.of(name), withDevice(withAnswer(middle)));
    return settled(question, code) && view.getLong(0) >= 0 ? (Long) view.getLong(0) : null;
  }

  private Object[] withAnswer(Object... middle) {
    var arguments = new Object[middle.length + 1];
    System.arraycopy(middle, 0, arguments, 0, middle.length);
    arguments[middle.length] = scratch;
    return arguments;
  }

  /// Calls the first of these functions that the library has, with the GPU as first argument.
  ///
  /// @return whether it succeeded
  /// @throws NvmlException when GPU or library are gone as a whole
  boolean ask(List<String> names, Object... arguments) throws NvmlException {
    String name = names.getFirst();
    if (!due(name)) {
      return false;
    }
    return settled(name, call(names, withDevice(arguments)));
  }

  /// Calls a function about the GPU; what its answer means is the caller's to know.
  ///
  /// @return one of [ReturnCode]
  int code(String name, Object... arguments) {
    return call(List.of(name), withDevice(arguments));
  }

  /// The same with one function, asked, and given up, by itself.
  ///
  /// @param question names what is asked for among what the function tells
  boolean askOf(String question, String name, Object... arguments) throws NvmlException {
    return due(question) && settled(question, call(List.of(name), withDevice(arguments)));
  }

  /// Calls a function whose first argument is not the GPU.
  ///
  /// @return one of [ReturnCode], of which nobody has taken note
  int plain(String name, Object... arguments) {
    return call(List.of(name), arguments);
  }

  private int call(List<String> names, Object... arguments) {
    begun = Math.max(1, System.nanoTime());
    try {
      return nvml.call(names, arguments);
    } finally {
      begun = 0;
    }
  }

  /// For how long the call under way has not returned, in nanoseconds; 0 between calls. Any thread.
  long callNanos() {
    long since = begun;
    return since == 0 ? 0 : Math.max(0, System.nanoTime() - since);
  }

  /// What was not supported may be now: the GPU was set up anew.
  void askAgain() {
    never.clear();
  }

  private Object[] withDevice(Object... arguments) {
    var all = new Object[arguments.length + 1];
    all[0] = device;
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return all;
  }

  /// Whether a thing is to be asked in this round.
  boolean due(String name) {
    if (never.contains(name)) {
      return false;
    }
    Pause pause = pauses.get(name);
    return pause == null || round >= pause.until;
  }

  /// Takes note of the answer's code.
  ///
  /// @return whether the answer holds a value
  boolean settled(String name, int code) throws NvmlException {
    if (code == ReturnCode.SUCCESS) {
      if (!failures.isEmpty()) {
        failures.remove(name);
        pauses.remove(name);
      }
      return true;
    }
    if (State.of(code) != State.OK || ReturnCode.isLibraryGone(code)) {
      throw new NvmlException(name, code);
    }
    if (ReturnCode.isNever(code)) {
      never.add(name);
    } else {
      failures.put(name, code);
      pauses.put(name, pause(code, pauses.get(name)));
    }
    return false;
  }

  private Pause pause(int code, @Nullable Pause before) {
    int longer = before == null ? 1 : Math.min(2 * before.rounds, FAILED_ROUNDS_MAX);
    int rounds = code == ReturnCode.NO_PERMISSION ? FORBIDDEN_ROUNDS : longer;
    return new Pause(rounds, round + rounds);
  }
}
