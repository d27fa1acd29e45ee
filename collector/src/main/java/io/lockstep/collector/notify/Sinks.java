package io.lockstep.collector.notify;

import io.lockstep.telemetry.config.ConfigException;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/// All sinks that are configured.
final class Sinks {
  private Sinks() {}

  /// In the order of the configuration.
  ///
  /// @throws ConfigException when one can't be used
  static List<AlertSink> all(Vertx vertx, Notifier.Config config, InstantSource clock)
      throws ConfigException {
    var sinks = new ArrayList<AlertSink>();
    for (WebhookSink.Config one : config.sinks()) {
      sinks.add(WebhookSink.open(vertx, one, clock));
    }
    return sinks;
  }
}
