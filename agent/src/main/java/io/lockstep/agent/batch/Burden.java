package io.lockstep.agent.batch;

import io.lockstep.agent.sample.Sampler;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// How long each sampler's rounds take, and which samplers are shed: not run any more, until they
/// are resumed. Any thread.
public final class Burden {
  private static final double NEWEST = 0.2;

  private final Map<String, Double> seconds = new ConcurrentHashMap<>();
  private final Set<String> shed = ConcurrentHashMap.newKeySet();

  void took(String sampler, double lately) {
    seconds.merge(sampler, lately, (before, now) -> before + NEWEST * (now - before));
  }

  /// The part of its interval that a sampler's rounds take, lately; 0 before the first.
  public double share(Sampler sampler) {
    double interval = Math.max(0.001, sampler.interval().toMillis() / 1e3);
    return seconds.getOrDefault(sampler.name(), 0.0) / interval;
  }

  /// Runs no more rounds of it.
  public void shed(String sampler) {
    shed.add(sampler);
  }

  /// Runs its rounds again.
  public void resume(String sampler) {
    shed.remove(sampler);
  }

  public boolean isShed(String sampler) {
    return shed.contains(sampler);
  }
}
