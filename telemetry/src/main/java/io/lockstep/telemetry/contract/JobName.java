package io.lockstep.telemetry.contract;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What people call a job that uses a GPU, by the attributes under which an agent tells of it.
public final class JobName {
  private static final int SHORT_ID = 12;

  private JobName() {}

  /// As in `Slurm job 4711, step 0, rank 3 of 64` or `pod team/llama-0`.
  ///
  /// @param attributes the value of an attribute by its name, null when it is absent
  public static String of(Function<String, @Nullable String> attributes) {
    var name = new StringBuilder(who(attributes));
    add(name, ", step ", attributes.apply("slurm.step.id"));
    add(name, ", rank ", attributes.apply("dl.rank"));
    add(name, " of ", attributes.apply("dl.world_size"));
    add(name, " on ", attributes.apply("lockstep.gpu.mig.uuid"));
    return name.toString();
  }

  private static void add(StringBuilder name, String words, @Nullable String value) {
    if (value != null) {
      name.append(words).append(value);
    }
  }

  private static String who(Function<String, @Nullable String> attributes) {
    String job = attributes.apply("slurm.job.id");
    if (job != null) {
      return "Slurm job " + job;
    }
    String pod = attributes.apply("k8s.pod.name");
    String namespace = attributes.apply("k8s.namespace.name");
    if (pod != null) {
      return "pod " + (namespace == null ? "" : namespace + "/") + pod;
    }
    String uid = attributes.apply("k8s.pod.uid");
    if (uid != null) {
      return "pod " + uid;
    }
    String container = attributes.apply("container.name");
    String id = attributes.apply("container.id");
    if (container != null || id != null) {
      return "container " + (container != null ? container : shortened(String.valueOf(id)));
    }
    String unit = attributes.apply("lockstep.process.unit");
    return unit != null ? unit : "a process of which nothing is known";
  }

  private static String shortened(String id) {
    return id.length() <= SHORT_ID ? id : id.substring(0, SHORT_ID);
  }
}
