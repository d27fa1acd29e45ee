package io.lockstep.agent.sample.jobs;

import io.lockstep.agent.sample.Notes;
import io.lockstep.agent.sample.Worker;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.JobName;
import io.lockstep.telemetry.contract.Metric;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.Sample;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/// Says which jobs use each GPU: with how many processes, how much of its memory, as which rank;
/// and tells when that changes. Per GPU at most [#JOBS_MAX] jobs are named, those that hold most of
/// its memory; process numbers are never a metric's attribute. One thread.
public final class GpuJobs implements AutoCloseable {
  /// Jobs of one GPU that are named: with MIG there are seven instances.
  static final int JOBS_MAX = 8;

  private static final int PROCESSES_MAX = 4096;
  private static final long PATIENCE_NANOS = 200_000_000;

  /// The kernel's number of the first name space of processes (`PROC_PID_INIT_INO`,
  /// include/linux/proc_ns.h).
  private static final String FIRST_NAMESPACE = "pid:[4026531836]";

  private static final String INSTANCE = "lockstep.gpu.mig.uuid";
  private static final String GPU = "hw.id";
  private static final Metric PROCESSES = metric("lockstep.gpu.job.processes");
  private static final Metric MEMORY = metric("lockstep.gpu.job.memory.usage");

  private final Map<String, Map<Key, Job>> before = new HashMap<>();
  private final Worker<Map<Integer, Member>> worker = new Worker<>("gpu-jobs");
  private final Members members;
  private final Path self;
  private @Nullable Boolean seesAll;
  private boolean hangs;
  private int unread;

  /// @param owner as in [Member]
  /// @param instance UUID of a MIG instance; empty for the GPU as a whole
  private record Key(Map<String, String> owner, String instance) {}

  /// What a job has on one GPU.
  private static final class Job {
    private final Set<Integer> pids = new TreeSet<>();
    private final Set<String> ranks = new TreeSet<>();
    private Map<String, String> launch = Map.of();
    private long memory;
    private boolean memoryKnown = true;

    void add(GpuProcess process, Member member) {
      boolean first = pids.isEmpty();
      if (!pids.add(process.pid())) {
        return; // it computes and draws
      }
      launch = first ? member.launch() : launch;
      String rank = member.launch().get(Launch.RANK);
      if (rank != null) {
        ranks.add(rank);
      }
      memoryKnown &= process.memory() != null;
      memory += process.memory() == null ? 0 : process.memory();
    }

    boolean hasOneOf(Job other) {
      return pids.stream().anyMatch(other.pids::contains);
    }
  }

  /// @param root `/`, or a folder with a captured `proc/`
  public GpuJobs(Path root) {
    members = new Members(root);
    self = root.resolve("proc/self/ns/pid");
  }

  private static Metric metric(String name) {
    return Objects.requireNonNull(Contract.metric(name));
  }

  /// Says who uses these GPUs. What was said of a GPU that is not among them stays.
  public void read(List<GpuUse> uses, Notes notes) throws InterruptedException {
    Map<Integer, Member> found = members(uses, notes);
    if (found == null) {
      return;
    }
    unread = (int) found.values().stream().filter(one -> !one.launchRead()).count();
    for (GpuUse use : uses) {
      Map<Key, Job> now = jobs(use, found);
      say(use, now, notes);
      tell(use, now, notes);
      before.put(use.uuid(), now);
    }
  }

  private @Nullable Map<Integer, Member> members(List<GpuUse> uses, Notes notes)
      throws InterruptedException {
    Set<Integer> pids = new TreeSet<>();
    uses.forEach(use -> use.processes().forEach(process -> pids.add(process.pid())));
    List<Integer> some = pids.stream().limit(PROCESSES_MAX).toList();
    if (!some.isEmpty()) {
      worker.begin(() -> members.of(some));
    }
    Map<Integer, Member> found = Map.of();
    try {
      found = some.isEmpty() ? found : worker.await(System.nanoTime() + PATIENCE_NANOS);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
    if (hangs != (found == null)) {
      hangs = found == null;
      notes.failed("gpu-jobs", "processes", hangs ? "/proc does not answer in time" : "");
    }
    return found;
  }

  private static Map<Key, Job> jobs(GpuUse use, Map<Integer, Member> members) {
    Map<Key, Job> jobs = new HashMap<>();
    for (GpuProcess process : use.processes()) {
      Member member = members.getOrDefault(process.pid(), Member.NOBODY);
      jobs.computeIfAbsent(new Key(member.owner(), process.instance()), _ -> new Job())
          .add(process, member);
    }
    return jobs;
  }

  private void say(GpuUse use, Map<Key, Job> jobs, Notes notes) {
    List<Map.Entry<Key, Job>> all = new ArrayList<>(jobs.entrySet());
    all.sort(Comparator.comparingLong(one -> -one.getValue().memory));
    for (Map.Entry<Key, Job> one : all.subList(0, Math.min(JOBS_MAX, all.size()))) {
      Attributes attributes = attributes(use, one.getKey(), one.getValue());
      notes.add(new Sample(PROCESSES, attributes, true, one.getValue().pids.size()));
      if (one.getValue().memoryKnown) {
        notes.add(new Sample(MEMORY, attributes, true, one.getValue().memory));
      }
    }
    part("gpu_jobs", use, all.size(), notes);
    part("gpu_jobs_omitted", use, Math.max(0, all.size() - JOBS_MAX), notes);
    Long used = use.memoryUsed();
    if (used != null && seesAll()) {
      part("gpu_memory_unowned", use, all.isEmpty() ? used : 0, notes);
    }
  }

  private static void part(String column, GpuUse use, long value, Notes notes) {
    notes.add(Sample.of(Contract.column(Table.PART, column), use.uuid(), value));
  }

  private static Attributes attributes(GpuUse use, Key key, Job job) {
    AttributesBuilder attributes = Attributes.builder();
    described(use, key, job)
        .forEach((name, value) -> attributes.put(AttributeKey.stringKey(name), value));
    return attributes.build();
  }

  /// What is known of the job on the GPU; its rank where all its processes there are one.
  private static Map<String, String> described(GpuUse use, Key key, Job job) {
    Map<String, String> all = new HashMap<>(key.owner);
    all.put(GPU, use.uuid());
    if (!key.instance.isEmpty()) {
      all.put(INSTANCE, key.instance);
    }
    if (job.ranks.size() == 1) {
      all.put(Launch.RANK, job.ranks.iterator().next());
      String size = job.launch.get(Launch.WORLD_SIZE);
      if (size != null) {
        all.put(Launch.WORLD_SIZE, size);
      }
    }
    return all;
  }

  private void tell(GpuUse use, Map<Key, Job> now, Notes notes) {
    Map<Key, Job> last = before.getOrDefault(use.uuid(), Map.of());
    last.forEach((key, job) -> {
      if (!now.containsKey(key)) {
        event("lockstep.gpu.job.ended", "is not used any more by ", use, key, job, notes);
      }
    });
    now.forEach((key, job) -> {
      Job known = last.get(key);
      if (known == null || !known.hasOneOf(job)) {
        event("lockstep.gpu.job.started", "is used by ", use, key, job, notes);
      }
    });
  }

  private static void event(String name, String words, GpuUse use, Key key, Job job, Notes notes) {
    Map<String, String> attributes = described(use, key, job);
    attributes.put("process.pid", String.valueOf(job.pids.iterator().next()));
    for (String more : List.of(Launch.LOCAL_RANK, Launch.ATTEMPT)) {
      String value = job.launch.get(more);
      if (value != null && job.ranks.size() <= 1) {
        attributes.put(more, value);
      }
    }
    notes.event(
        name,
        "GPU " + use.index() + " (" + use.uuid() + ") " + words + JobName.of(attributes::get),
        attributes);
  }

  /// Whether every process of the server is seen, so that who is not seen is not there.
  private boolean seesAll() {
    Boolean all = seesAll;
    if (all == null) {
      try {
        all = Files.readSymbolicLink(self).toString().equals(FIRST_NAMESPACE);
      } catch (IOException | UnsupportedOperationException _) {
        all = false;
      }
      seesAll = all;
    }
    return all;
  }

  /// Processes whose start the agent may not read, so that their rank is not known.
  public int unread() {
    return unread;
  }

  @Override
  public void close() {
    worker.close();
  }
}
