package io.lockstep.agent.sample.jobs;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Says by a process's control groups (`/proc/PID/cgroup`, versions 1 and 2) whom it belongs to.
///
/// Slurm's folders: `src/plugins/cgroup/v1` and `v2` of [Slurm](https://github.com/SchedMD/slurm)
/// (`slurm/uid_1000/job_7/step_0/task_3`, `slurmstepd.scope/job_7/step_0/user/task_3`, both with
/// the node's name before where one server runs several `slurmd`). Kubernetes' ones:
/// `pkg/kubelet/cm` of [the kubelet](https://github.com/kubernetes/kubernetes), drivers `cgroupfs`
/// (`kubepods/burstable/ podUID/ID`) and `systemd`
/// (`kubepods-burstable-podUID.slice/cri-containerd-ID.scope`, the UID's hyphens as underscores);
/// below them each runtime has its own prefix before the container's id.
final class Cgroup {
  static final String SLURM_JOB = "slurm.job.id";
  static final String SLURM_STEP = "slurm.step.id";
  static final String POD = "k8s.pod.uid";
  static final String CONTAINER = "container.id";
  static final String CONTAINER_NAME = "container.name";

  /// A service or a person's session that a process belongs to, where it is in no job.
  static final String UNIT = "lockstep.process.unit";

  /// Number of the task among those of its step on this server; not an attribute of the job.
  static final String TASK = "task";

  private static final int CONTAINER_ID = 64;
  private static final int NAME_MAX = 128;
  private static final String LXC = "lxc.payload.";

  private final Map<String, String> found = new TreeMap<>();
  private @Nullable String unit;

  private Cgroup() {}

  /// Whom the process belongs to, by attribute name; empty when its groups don't say.
  ///
  /// @param text of `/proc/PID/cgroup`
  static Map<String, String> owner(String text) {
    var cgroup = new Cgroup();
    text.lines().forEach(cgroup::line);
    String unit = cgroup.unit;
    if (cgroup.found.isEmpty() && unit != null) {
      cgroup.found.put(UNIT, unit);
    }
    return cgroup.found;
  }

  /// As in `12:devices:/slurm/uid_1000/job_7` and `0::/user.slice`.
  private void line(String line) {
    int path = line.indexOf(':', line.indexOf(':') + 1);
    if (path < 0) {
      return;
    }
    boolean slurm = false;
    String before = "";
    // A colon parts the names of containerd without a cgroup driver: podUID.slice:cri-containerd:ID
    for (String part : line.substring(path + 1).replace(':', '/').split("/", -1)) {
      slurm = slurm || part.equals("slurm") || part.startsWith("slurm_") || isSlurmStepd(part);
      if (slurm) {
        slurm(part);
      } else {
        container(part, before);
        unit(part);
      }
      before = part;
    }
  }

  private static boolean isSlurmStepd(String part) {
    return part.equals("slurmstepd.scope") || part.endsWith("_slurmstepd.scope");
  }

  private void slurm(String part) {
    if (part.startsWith("job_")) {
      number(SLURM_JOB, part.substring(4));
    } else if (part.startsWith("step_")) {
      name(SLURM_STEP, part.substring(5));
    } else if (part.startsWith("task_")) {
      number(TASK, part.substring(5));
    } else {
      container(part, ""); // a runtime that runs in a job
    }
  }

  private void container(String part, String before) {
    String pod = pod(part);
    if (pod != null) {
      name(POD, pod);
    } else if (part.startsWith(LXC)) {
      name(CONTAINER_NAME, part.substring(LXC.length()));
    } else if (before.equals("lxc")) {
      name(CONTAINER_NAME, part);
    } else {
      String bare = part.endsWith(".scope") ? part.substring(0, part.length() - 6) : part;
      String id = bare.substring(bare.lastIndexOf('-') + 1);
      if (id.length() == CONTAINER_ID && isHex(id)) {
        found.put(CONTAINER, id); // the innermost counts
      }
    }
  }

  private static @Nullable String pod(String part) {
    String uid = null;
    if (part.startsWith("pod")) {
      uid = part.substring(3);
    } else if (part.endsWith(".slice") && part.contains("kubepods")) {
      int at = part.indexOf("-pod", part.indexOf("kubepods"));
      uid = at < 0 ? null : part.substring(at + 4, part.length() - 6).replace('_', '-');
    }
    return uid != null && uid.length() >= 32 && isHex(uid.replace("-", "")) ? uid : null;
  }

  private void unit(String part) {
    boolean person = part.startsWith("user-") && part.endsWith(".slice");
    boolean unset = unit == null || !unit.startsWith("user-");
    if (part.length() <= NAME_MAX && unset && (person || part.endsWith(".service"))) {
      unit = part;
    }
  }

  private void number(String key, String text) {
    if (!text.isEmpty() && text.length() <= 19 && text.chars().allMatch(Character::isDigit)) {
      found.putIfAbsent(key, text);
    }
  }

  private void name(String key, String text) {
    if (!text.isEmpty() && text.length() <= NAME_MAX) {
      found.putIfAbsent(key, text);
    }
  }

  private static boolean isHex(String text) {
    return text.chars()
        .allMatch(sign -> (sign >= '0' && sign <= '9') || (sign >= 'a' && sign <= 'f'));
  }
}
