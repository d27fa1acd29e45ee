package io.lockstep.collector.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.collector.notify.SinkStatus;
import io.lockstep.collector.notify.SinkStatus.State;
import io.lockstep.collector.state.Delivery;
import io.lockstep.simulator.ClusterSpec;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class IncidentViewsTest {
  private static final Delivery WAITS = Delivery.pending("m", "tool", "i", "opened", 0);

  @Test
  void aMessageThatWaitsFaresAsItsSink() {
    assertThat(told(State.WORKING).state()).isEqualTo("waiting");
    assertThat(told(State.OFF).state()).isEqualTo("off");
    assertThat(told(State.RETRYING).state()).isEqualTo("retrying");
    assertThat(told(State.RETRYING).answer()).isEqualTo("410: gone");
  }

  private static IncidentView.DeliveryView told(State state) {
    var cluster = new WatchedCluster(new ClusterSpec(4, 12, 1), "port-flapping,start=5s");
    cluster.run(40);
    var sink =
        new SinkStatus(
            "tool",
            "https://tool.example",
            state,
            Instant.EPOCH,
            "410: gone",
            Instant.EPOCH,
            null,
            1,
            Instant.EPOCH,
            null,
            Map.of());
    return IncidentViews.of(
            cluster.window, cluster.book.incidents(), _ -> List.of(WAITS), List.of(sink))
        .getFirst()
        .deliveries()
        .getFirst();
  }
}
