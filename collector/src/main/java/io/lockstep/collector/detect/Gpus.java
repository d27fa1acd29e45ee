package io.lockstep.collector.detect;

import io.lockstep.collector.window.Rank;
import io.lockstep.collector.window.Window;
import io.lockstep.telemetry.contract.Table;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Which GPU a rank runs on, as far as it said.
final class Gpus {
  private static final Pattern INDEX = Pattern.compile("[0-9]{1,3}");

  private Gpus() {}

  /// The GPU's UUID; `gpu/3` where only its index is known; `rank/59` where it is not known at all.
  static String subject(Window window, Rank rank) {
    if (rank.gpu().isEmpty()) {
      return "rank/" + rank.rank();
    }
    if (!INDEX.matcher(rank.gpu()).matches()) {
      return rank.gpu();
    }
    String uuid = window.gpu(rank.host(), rank.gpu());
    return uuid == null ? "gpu/" + rank.gpu() : uuid;
  }

  /// What people call it: `GPU 3`, else `GPU GPU-8f6c…`; null where the GPU is not known.
  static @Nullable String name(Window window, Rank rank) {
    if (rank.gpu().isEmpty()) {
      return null;
    }
    String index =
        INDEX.matcher(rank.gpu()).matches() ? rank.gpu() : window.gpuIndex(rank.host(), rank.gpu());
    return "GPU " + (index == null ? rank.gpu() : index);
  }

  /// The GPU's index in the window's table of GPUs; −1 when it has no rows there.
  static int row(Window window, Rank rank) {
    return window.subject(Table.GPU, rank.host(), subject(window, rank));
  }
}
