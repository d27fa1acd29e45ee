package io.lockstep.agent.sample.nvml;

import com.sun.jna.Pointer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/// What the driver has at the moment.
///
/// @param nvml the library, open
/// @param driver the driver's version
/// @param found GPUs that say who they are, by index
/// @param problems for each GPU that does not, why
record Listing(Nvml nvml, String driver, List<Found> found, List<Problem> problems) {
  static final String HANGS = "a call into the driver does not return";

  /// Why one is not asked for whose sake the process has ended.
  static final String LEFT_OUT =
      "reading it ended the process that reads GPUs; it is left out, for longer each time";

  /// @param handle for calls, as long as the library is open
  record Found(Identity identity, Pointer handle) {}

  /// A GPU that the driver counts and that can't say who it is.
  ///
  /// @param index the driver's present index of it
  /// @param state what its answer says of it; OK where that says nothing
  record Problem(int index, State state, String words) {
    @Override
    public String toString() {
      return "GPU " + index + ": " + words;
    }
  }

  /// Whether the GPU with this UUID was found.
  boolean has(String uuid) {
    return found.stream().anyMatch(one -> one.identity().uuid().equals(uuid));
  }

  /// The problem of the GPU with this index; null when it has none.
  @Nullable Problem problem(int index) {
    for (Problem problem : problems) {
      if (problem.index == index) {
        return problem;
      }
    }
    return null;
  }

  /// How far a listing has come, for whoever waits for it in vain.
  static final class Progress {
    private volatile int index = -1;
    private volatile long since = System.nanoTime();
    private volatile @Nullable Nvml nvml;
    private final Marks marks;

    Progress(Marks marks) {
      this.marks = marks;
    }

    private void reached(int next) {
      index = next;
      since = System.nanoTime();
      marks.asks(Marks.Asker.LIST, next);
    }

    /// Another call begins.
    private void calls() {
      since = System.nanoTime();
    }

    private void ended() {
      marks.asks(Marks.Asker.LIST, -1);
    }

    /// The GPU that is asked; −1 while the library as a whole is.
    int index() {
      return index;
    }

    /// For how long the call under way has lasted, in nanoseconds: many slow ones are no hang.
    long nanos() {
      return System.nanoTime() - since;
    }

    /// The library, once it is open.
    @Nullable Nvml nvml() {
      return nvml;
    }
  }

  /// Opens the library, unless it is open, and lists.
  ///
  /// @param unasked by index, why a GPU is not asked: a call hangs in it
  static Callable<Listing> of(
      @Nullable Nvml open, String library, Map<Integer, String> unasked, Progress progress) {
    Map<Integer, String> words = Map.copyOf(unasked);
    return () -> {
      Nvml nvml = open == null ? Nvml.open(library) : open;
      progress.nvml = nvml;
      try {
        return list(nvml, nvml.watched(progress::calls), words, progress);
      } finally {
        progress.ended();
      }
    };
  }

  /// @param watched the same library, by which GPUs are asked
  private static Listing list(
      Nvml nvml, Nvml watched, Map<Integer, String> unasked, Progress progress) throws IOException {
    var found = new ArrayList<Found>();
    var problems = new ArrayList<Problem>();
    int count = watched.count();
    progress.marks.counts(count);
    for (int index = 0; index < count; index++) {
      String why = unasked.get(index);
      if (why != null) {
        problems.add(new Problem(index, State.UNRESPONSIVE, why));
        continue;
      }
      progress.reached(index);
      try {
        Pointer handle = watched.device(index);
        String uuid = watched.text(List.of("nvmlDeviceGetUUID"), handle);
        if (uuid.isEmpty()) {
          problems.add(new Problem(index, State.OK, "does not say its UUID"));
        } else {
          found.add(new Found(identity(watched, index, uuid, handle), handle));
        }
      } catch (NvmlException e) {
        if (ReturnCode.isLibraryGone(e.code())) {
          throw e;
        }
        problems.add(new Problem(index, State.of(e.code()), String.valueOf(e.getMessage())));
      }
    }
    return new Listing(nvml, nvml.driver(), List.copyOf(found), List.copyOf(problems));
  }

  private static Identity identity(Nvml nvml, int index, String uuid, Pointer handle) {
    return new Identity(
        uuid,
        nvml.text(List.of("nvmlDeviceGetName"), handle),
        nvml.text(List.of("nvmlDeviceGetSerial"), handle),
        nvml.pciAddress(handle),
        index,
        Facts.of(nvml, handle));
  }
}
