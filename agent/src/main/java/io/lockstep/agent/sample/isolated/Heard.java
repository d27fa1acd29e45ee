package io.lockstep.agent.sample.isolated;

import io.lockstep.agent.sample.GpuLedger;
import io.lockstep.agent.sample.Reading;
import io.lockstep.telemetry.otlp.Occurrence;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the agent has heard of its GPUs from one child after another: each begins anew and says
/// what its predecessor has said. Any thread.
final class Heard {
  private static final int GPUS_MAX = 256;

  private final Map<String, Map<String, String>> found = new HashMap<>();
  private final Map<String, String> states = new HashMap<>();
  private final GpuLedger ledger;

  Heard(GpuLedger ledger) {
    this.ledger = ledger;
  }

  /// Takes note of what a round of the child's says.
  void round(Reading reading) {
    ledger.round(reading);
  }

  /// How many were ever found.
  synchronized int gpus() {
    return found.size();
  }

  /// Those of these events that nobody has told yet.
  synchronized List<Occurrence> news(List<Occurrence> events) {
    return events.stream().filter(this::isNews).toList();
  }

  private boolean isNews(Occurrence event) {
    Map<String, String> attributes = event.attributes();
    String gpu = attributes.getOrDefault("hw.id", "");
    return switch (event.name()) {
      case "lockstep.gpu.found" -> {
        ledger.found(attributes.getOrDefault("lockstep.gpu.pci.address", ""), gpu);
        yield !attributes.equals(put(found, gpu, attributes));
      }
      case "lockstep.gpu.state.changed" -> {
        String state = attributes.getOrDefault("lockstep.gpu.state", "");
        String before = put(states, gpu, state);
        yield !state.equals(before == null ? "ok" : before);
      }
      case "lockstep.gpu.xid" -> isNewXid(event, gpu);
      default -> true;
    };
  }

  /// The kernel's log may have told of the same.
  private boolean isNewXid(Occurrence event, String gpu) {
    try {
      long code = Long.parseLong(event.attributes().getOrDefault("lockstep.gpu.xid", ""));
      return ledger.isNews("nvml", gpu, code, event.timeNanos() / 1_000_000_000L);
    } catch (NumberFormatException _) {
      return true;
    }
  }

  private static <T> @Nullable T put(Map<String, T> known, String gpu, T value) {
    return known.size() >= GPUS_MAX && !known.containsKey(gpu) ? null : known.put(gpu, value);
  }
}
