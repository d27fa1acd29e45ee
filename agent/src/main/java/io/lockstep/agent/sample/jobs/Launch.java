package io.lockstep.agent.sample.jobs;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What a process was started with (`/proc/PID/environ`): which rank it is, as the launchers of
/// training say it. [torchrun](https://docs.pytorch.org/docs/stable/elastic/run.html), Open MPI,
/// PMIx and PMI, [srun](https://slurm.schedmd.com/srun.html) in this order, because `srun` may have
/// started one `torchrun` per server, whose rank is not its workers'.
final class Launch {
  static final String RANK = "dl.rank";
  static final String WORLD_SIZE = "dl.world_size";
  static final String LOCAL_RANK = "dl.local_rank";
  static final String ATTEMPT = "training.attempt";
  static final String POD_NAME = "k8s.pod.name";
  static final String NAMESPACE = "k8s.namespace.name";

  private static final int NAME_MAX = 253; // a name in Kubernetes
  private static final int STEP_MAX = 64;

  /// Rank, ranks of the job, rank on the server; of one launcher each.
  private static final String[][] LAUNCHERS = {
    {"RANK", "WORLD_SIZE", "LOCAL_RANK"},
    {"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_RANK"},
    {"PMIX_RANK", "", ""},
    {"PMI_RANK", "PMI_SIZE", "PMI_LOCAL_RANK"},
    {"SLURM_PROCID", "SLURM_NTASKS", "SLURM_LOCALID"}
  };

  private static final Set<String> WANTED =
      Set.of(
          "RANK",
          "WORLD_SIZE",
          "LOCAL_RANK",
          "OMPI_COMM_WORLD_RANK",
          "OMPI_COMM_WORLD_SIZE",
          "OMPI_COMM_WORLD_LOCAL_RANK",
          "PMIX_RANK",
          "PMI_RANK",
          "PMI_SIZE",
          "PMI_LOCAL_RANK",
          "SLURM_PROCID",
          "SLURM_NTASKS",
          "SLURM_LOCALID",
          "SLURM_JOB_ID",
          "SLURM_STEP_ID",
          "TORCHELASTIC_RESTART_COUNT",
          "POD_NAME",
          "POD_NAMESPACE");

  private final Map<String, String> told = new TreeMap<>();
  private final Map<String, String> environment;

  private Launch(Map<String, String> environment) {
    this.environment = environment;
  }

  /// What it says, by attribute name; empty when it says nothing of these.
  ///
  /// @param environ the file's bytes, or their begin
  static Map<String, String> of(byte[] environ) {
    var launch = new Launch(wanted(environ));
    for (String[] launcher : LAUNCHERS) {
      if (launch.number(RANK, launcher[0])) {
        launch.number(WORLD_SIZE, launcher[1]);
        launch.number(LOCAL_RANK, launcher[2]);
        break;
      }
    }
    launch.number(ATTEMPT, "TORCHELASTIC_RESTART_COUNT");
    launch.number(Cgroup.SLURM_JOB, "SLURM_JOB_ID");
    launch.name(Cgroup.SLURM_STEP, "SLURM_STEP_ID", STEP_MAX);
    launch.name(POD_NAME, "POD_NAME", NAME_MAX);
    launch.name(NAMESPACE, "POD_NAMESPACE", NAME_MAX);
    return launch.told;
  }

  private static Map<String, String> wanted(byte[] environ) {
    Map<String, String> values = new HashMap<>();
    int begin = 0;
    for (int at = 0; at < environ.length; at++) {
      if (environ[at] == 0) {
        put(environ, begin, at, values);
        begin = at + 1;
      }
    }
    return values; // what does not end was cut
  }

  private static void put(byte[] environ, int begin, int end, Map<String, String> values) {
    if (end - begin > 2 * NAME_MAX) {
      return;
    }
    var text = new String(environ, begin, end - begin, StandardCharsets.UTF_8);
    int equals = text.indexOf('=');
    if (equals > 0 && WANTED.contains(text.substring(0, equals))) {
      values.putIfAbsent(text.substring(0, equals), text.substring(equals + 1));
    }
  }

  private boolean number(String attribute, String variable) {
    String value = environment.get(variable);
    boolean good =
        value != null
            && !value.isEmpty()
            && value.length() <= 10
            && value.chars().allMatch(sign -> sign >= '0' && sign <= '9');
    if (good) {
      told.put(attribute, value);
    }
    return good;
  }

  private void name(String attribute, String variable, int most) {
    @Nullable String value = environment.get(variable);
    boolean good =
        value != null
            && !value.isEmpty()
            && value.length() <= most
            && value.chars().allMatch(sign -> sign > ' ' && sign < 127);
    if (good) {
      told.put(attribute, value);
    }
  }
}
