package io.lockstep.agent;

import io.lockstep.agent.budget.Budget;
import io.lockstep.agent.judge.Judge;
import io.lockstep.agent.sample.Samplers;
import io.lockstep.agent.send.Collector;
import io.lockstep.agent.send.Forward;
import io.lockstep.agent.spool.Spool;
import io.lockstep.telemetry.config.Durations;
import io.lockstep.telemetry.config.Listen;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The agent's configuration file.
///
/// @param host this server's name; null for the kernel's
/// @param collectors addresses such as `http://collector:4318`; the first that answers gets
///   everything, the next one is for when it does not
/// @param interval between two ticks; samplers run at multiples of it
/// @param root `/`, or a folder that holds a captured `proc/` and `sys/`, of which alone the
///   samplers then speak
/// @param samplers what is read, and how often
/// @param budget what the agent may cost
/// @param judge how the agent judges by itself
/// @param send how to speak to the collectors
/// @param forward who else gets what the collectors get, as well as can be
/// @param spool where batches wait
/// @param listen where training processes send to
public record Config(
    @Nullable String host,
    List<URI> collectors,
    Duration interval,
    Path root,
    Samplers.Config samplers,
    Budget budget,
    Judge.Config judge,
    Collector.Config send,
    List<Forward> forward,
    Spool.Config spool,
    Listen listen) {
  private static final Duration INTERVAL_MIN = Duration.ofMillis(100);
  private static final Duration INTERVAL_MAX = Duration.ofMinutes(1);

  public static final Config DEFAULT =
      new Config(
          null,
          List.of(URI.create("http://127.0.0.1:4318")),
          Duration.ofSeconds(1),
          Path.of("/"),
          Samplers.Config.DEFAULT,
          Budget.DEFAULT,
          Judge.Config.DEFAULT,
          Collector.Config.DEFAULT,
          List.of(),
          Spool.Config.DEFAULT,
          Listen.on("127.0.0.1:4319"));

  public Config {
    collectors = List.copyOf(collectors);
    if (collectors.isEmpty()) {
      throw new IllegalArgumentException("collectors must name at least one address");
    }
    checkCollectors(collectors);
    forward = List.copyOf(forward);
    Forward.checkNames(forward);
    if (interval.compareTo(INTERVAL_MIN) < 0 || interval.compareTo(INTERVAL_MAX) > 0) {
      throw new IllegalArgumentException(
          "interval must be 100ms to 1m, is " + Durations.text(interval));
    }
    if (host != null && !host.matches("[A-Za-z0-9._-]{1,253}")) {
      throw new IllegalArgumentException(
          "host must be of letters, digits, dots, hyphens and underscores, is \"" + host + "\"");
    }
  }

  private static void checkCollectors(List<URI> urls) {
    var mistakes = new ArrayList<String>();
    for (URI url : urls) {
      try {
        Collector.checkUrl(url);
      } catch (IllegalArgumentException e) {
        mistakes.add(e.getMessage());
      }
    }
    if (!mistakes.isEmpty()) {
      throw new IllegalArgumentException("collectors: " + String.join("; ", mistakes));
    }
  }

  /// The same with another host.
  Config withHost(String name) {
    return new Config(
        name, collectors, interval, root, samplers, budget, judge, send, forward, spool, listen);
  }

  /// The same with another root.
  Config withRoot(Path folder) {
    return new Config(
        host, collectors, interval, folder, samplers, budget, judge, send, forward, spool, listen);
  }

  /// The same with another NVML library.
  Config withNvml(String library) {
    return withSamplers(samplers.withNvml(library));
  }

  /// The same with a file in the place of the kernel's log.
  Config withKernelLog(Path file) {
    return withSamplers(samplers.withKernelLog(file));
  }

  private Config withSamplers(Samplers.Config others) {
    return new Config(
        host, collectors, interval, root, others, budget, judge, send, forward, spool, listen);
  }

  /// The same with other collectors.
  Config withCollectors(List<URI> urls) {
    return new Config(
        host, urls, interval, root, samplers, budget, judge, send, forward, spool, listen);
  }
}
