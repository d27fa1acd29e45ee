package io.lockstep.agent.sample.jobs;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/// Finds out whom processes belong to, each once in its life. One thread, which may hang: what a
/// process was started with lies in its own memory, and the kernel waits for who changes that.
final class Members {
  private static final int CGROUP_MAX = 64 << 10;
  private static final int ENVIRON_MAX = 256 << 10;
  private static final int STAT_MAX = 4096;

  /// Place of `starttime` behind the name, proc_pid_stat(5).
  private static final int START = 19;

  private final Path proc;
  private final PodNames pods;
  private Map<Integer, Member> known = new HashMap<>();

  /// @param root `/`, or a folder with a captured `proc/`
  Members(Path root) {
    proc = root.resolve("proc");
    pods = new PodNames(root);
  }

  /// Each of these processes; those that are not among them are forgotten.
  Map<Integer, Member> of(Collection<Integer> pids) {
    Map<Integer, Member> all = new HashMap<>();
    for (int pid : pids) {
      Path folder = proc.resolve(Integer.toString(pid));
      long started = started(folder);
      Member member = known.get(pid);
      all.put(
          pid,
          member == null || member.started() != started || member.owner().isEmpty()
              ? read(folder, started)
              : member);
    }
    known = all;
    return Map.copyOf(all);
  }

  private Member read(Path folder, long started) {
    Map<String, String> owner;
    try {
      owner = Cgroup.owner(text(folder.resolve("cgroup"), CGROUP_MAX));
    } catch (IOException _) {
      return Member.NOBODY; // ended, or of another name space
    }
    String task = owner.remove(Cgroup.TASK);
    Map<String, String> launch = new TreeMap<>();
    boolean read = true;
    try {
      launch.putAll(Launch.of(bytes(folder.resolve("environ"), ENVIRON_MAX)));
    } catch (IOException _) {
      read = false;
    }
    if (task != null) {
      launch.putIfAbsent(Launch.LOCAL_RANK, task);
    }
    complete(owner, launch);
    return new Member(started, owner, launch, read);
  }

  /// The kernel has the first word on whom a process belongs to, the process itself the second.
  private void complete(Map<String, String> owner, Map<String, String> launch) {
    String job = launch.remove(Cgroup.SLURM_JOB);
    String step = launch.remove(Cgroup.SLURM_STEP);
    if (job != null && !owner.containsKey(Cgroup.SLURM_JOB) && !owner.containsKey(Cgroup.POD)) {
      owner.put(Cgroup.SLURM_JOB, job);
      owner.remove(Cgroup.UNIT);
      if (step != null) {
        owner.put(Cgroup.SLURM_STEP, step);
      }
    }
    String pod = launch.remove(Launch.POD_NAME);
    String namespace = launch.remove(Launch.NAMESPACE);
    pods.addTo(owner);
    if (owner.containsKey(Cgroup.POD) && !owner.containsKey(Launch.POD_NAME) && pod != null) {
      owner.put(Launch.POD_NAME, pod);
      if (namespace != null) {
        owner.put(Launch.NAMESPACE, namespace);
      }
    }
  }

  private static long started(Path folder) {
    try {
      String stat = text(folder.resolve("stat"), STAT_MAX);
      String[] values = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ", -1);
      return values.length > START ? Long.parseLong(values[START]) : 0;
    } catch (IOException | NumberFormatException _) {
      return 0;
    }
  }

  private static String text(Path file, int most) throws IOException {
    return new String(bytes(file, most), StandardCharsets.UTF_8);
  }

  private static byte[] bytes(Path file, int most) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(most);
    }
  }
}
