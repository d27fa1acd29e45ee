package io.lockstep.collector;

import io.lockstep.collector.alert.AlertBook;
import io.lockstep.collector.detect.Detectors;
import io.lockstep.collector.http.OperatorServer;
import io.lockstep.collector.notify.Notifier;
import io.lockstep.collector.receive.OtlpReceiver;
import io.lockstep.collector.receive.SeriesLimit;
import io.lockstep.collector.store.SeriesStore;
import io.lockstep.collector.window.Window;
import io.lockstep.telemetry.config.Key;
import io.lockstep.telemetry.config.Listen;
import io.lockstep.telemetry.rows.BatchReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;

/// The collector's configuration: a part for each of its steps.
///
/// @param cluster the cluster of senders without tokens, and the one that the page opens with
/// @param data folder of the state and of the default store
public record CollectorConfig(
    String cluster,
    Path data,
    OtlpReceiver.Config receive,
    BatchReader.Limits times,
    SeriesLimit.Config series,
    Window.Config window,
    Detectors.Config detect,
    AlertBook.Config alert,
    SeriesStore.Config store,
    @Key("notify") Notifier.Config notifier,
    OperatorServer.Config http) {

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

  public static final CollectorConfig DEFAULT =
      new CollectorConfig(
          "default",
          Path.of("lockstep-data", "collector"),
          OtlpReceiver.Config.DEFAULT,
          BatchReader.Limits.DEFAULT,
          SeriesLimit.Config.DEFAULT,
          Window.Config.DEFAULT,
          Detectors.Config.DEFAULT,
          AlertBook.Config.DEFAULT,
          SeriesStore.Config.DEFAULT,
          Notifier.Config.DEFAULT,
          OperatorServer.Config.DEFAULT);

  public CollectorConfig {
    if (!NAME.matcher(cluster).matches()) {
      throw new IllegalArgumentException(
          "cluster must be letters, digits, '.', '_' and '-', at most 63, is \"" + cluster + "\"");
    }
    clash("receive.listen", receive.listen(), http.listen());
    Listen grpc = receive.grpc();
    if (grpc != null) {
      clash("receive.grpc_address", grpc, http.listen());
      clash("receive.grpc_address", grpc, receive.listen());
    }
  }

  /// How far a point's time may be off: what the default store would drop at once is not
  /// acknowledged.
  BatchReader.Limits taken() {
    Duration kept = store.questdb().retention();
    boolean longer = times.past().compareTo(kept) > 0;
    return store.kind() == SeriesStore.Kind.QUESTDB && longer
        ? new BatchReader.Limits(kept, times.future())
        : times;
  }

  /// Two sockets may share a port on Linux, each then getting some of the connections.
  private static void clash(String key, Listen senders, Listen other) {
    if (senders.port() != 0 && senders.port() == other.port()) {
      throw new IllegalArgumentException(
          key
              + " has the port "
              + senders.port()
              + " of another listener: OTLP/HTTP, OTLP/gRPC and operators need a port each");
    }
  }
}
