package io.lockstep.collector;

import io.lockstep.collector.store.PastStore;
import io.lockstep.collector.store.SeriesStore;
import io.lockstep.collector.store.StoreResult;
import io.lockstep.collector.window.Window;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/// A collector's store and window in a process that is killed.
final class PastWriter {
  private PastWriter() {}

  /// Writes [PastData], says `written`, and waits for its end.
  ///
  /// @param args the store's folder; the first second, the one after the last, and from which on
  ///   lines are left in the journal
  public static void main(String[] args) throws Exception {
    long start = Long.parseLong(args[1]);
    long end = Long.parseLong(args[2]);
    var data = new PastData(start);
    var window = new Window(PastData.CLUSTER);
    SeriesStore store =
        SeriesStore.open(SeriesStore.Config.DEFAULT, Path.of(args[0]), InstantSource.system());
    store.firstReady().toCompletableFuture().get(2, TimeUnit.MINUTES);
    var past = new PastStore(Objects.requireNonNull(store.server()));
    for (long second = start; second < end; second++) {
      for (var batch : data.at(second)) {
        if (!(store.write(batch) instanceof StoreResult.Kept)) {
          throw new IllegalStateException("not kept");
        }
      }
      data.tell(window, second, second + 1);
      window
          .takeClosedSpans()
          .forEach((table, spans) ->
              spans.forEach(
                  span -> past.keep(PastData.CLUSTER, table, span, window.subjects(table))));
    }
    while (past.waiting() > 0) {
      Thread.sleep(50);
    }
    System.out.println("written");
    Thread.sleep(TimeUnit.MINUTES.toMillis(10));
  }
}
