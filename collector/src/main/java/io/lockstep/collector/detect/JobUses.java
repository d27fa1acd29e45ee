package io.lockstep.collector.detect;

import io.lockstep.collector.window.JobWindow;
import io.lockstep.collector.window.Rank;
import io.lockstep.collector.window.Window;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.rows.GpuJob;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Which jobs use what: by what the agents see in the kernel, and by what training processes say of
/// themselves.
public final class JobUses {
  private static final int JOBS_MAX = 8;

  private JobUses() {}

  /// The jobs on a GPU; of another part of a server those on all its GPUs; those with most ranks
  /// there first.
  public static List<JobUse> of(Window window, SubjectKey subject) {
    if (subject.host().isEmpty()) {
      return List.of();
    }
    var uses = new ArrayList<JobUse>();
    boolean whole = isWhole(subject.subject());
    Map<String, List<GpuJob>> seen = new TreeMap<>(window.gpuJobs(subject.host()));
    seen.forEach((gpu, jobs) -> {
      if (whole || gpu.equals(subject.subject())) {
        jobs.forEach(job -> add(uses, use(job)));
      }
    });
    for (JobWindow job : Jobs.live(window)) {
      if (!Jobs.ended(window, job)) {
        told(window, job, subject, whole).forEach(use -> merge(uses, use));
      }
    }
    uses.sort((one, other) -> Integer.compare(other.ranks().size(), one.ranks().size()));
    return List.copyOf(uses.subList(0, Math.min(JOBS_MAX, uses.size())));
  }

  private static boolean isWhole(String subject) {
    return subject.equals(Table.HOST_SUBJECT)
        || subject.startsWith("nvswitch/")
        || (subject.contains("/") && !subject.startsWith("gpu/") && !subject.startsWith("rank/"));
  }

  private static List<JobUse> told(
      Window window, JobWindow job, SubjectKey subject, boolean whole) {
    var uses = new ArrayList<JobUse>();
    for (Rank rank : job.ranks()) {
      if (rank != null
          && rank.host().equals(subject.host())
          && (whole || Gpus.subject(window, rank).equals(subject.subject()))) {
        add(uses, new JobUse("training", job.job(), "", List.of(rank.rank()), job.expected()));
      }
    }
    return uses;
  }

  private static void add(List<JobUse> uses, @Nullable JobUse use) {
    if (use == null) {
      return;
    }
    for (int i = 0; i < uses.size(); i++) {
      if (uses.get(i).isSame(use)) {
        uses.set(i, uses.get(i).and(use));
        return;
      }
    }
    uses.add(use);
  }

  /// A training job is the scheduler's where they have their name or their ranks in common, and
  /// where there is only one to be.
  private static void merge(List<JobUse> uses, JobUse training) {
    for (int i = 0; i < uses.size(); i++) {
      JobUse one = uses.get(i);
      boolean named = one.job().equals(training.job());
      boolean ranked = !one.ranks().isEmpty() && one.ranks().equals(training.ranks());
      if (named || ranked || (uses.size() == 1 && one.ranks().isEmpty())) {
        uses.set(i, one.and(training));
        return;
      }
    }
    add(uses, training);
  }

  /// A job as people know it; null when nothing is known of it.
  public static @Nullable JobUse use(GpuJob job) {
    Map<String, String> all = job.attributes();
    List<Integer> ranks =
        number(all.get("dl.rank")) < 0 ? List.of() : List.of(number(all.get("dl.rank")));
    int size = Math.max(0, number(all.get("dl.world_size")));
    String step = all.getOrDefault("slurm.step.id", "");
    for (String[] known :
        new String[][] {
          {"slurm", all.get("slurm.job.id")},
          {"kubernetes", pod(all)},
          {"container", all.getOrDefault("container.name", all.get("container.id"))},
          {"unit", all.get("lockstep.process.unit")}
        }) {
      if (known[1] != null) {
        return new JobUse(known[0], known[1], known[0].equals("slurm") ? step : "", ranks, size);
      }
    }
    return null;
  }

  private static @Nullable String pod(Map<String, String> all) {
    String name = all.get("k8s.pod.name");
    String namespace = all.get("k8s.namespace.name");
    return name == null
        ? all.get("k8s.pod.uid")
        : namespace == null ? name : namespace + "/" + name;
  }

  private static int number(@Nullable String text) {
    return text != null && text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : -1;
  }
}
