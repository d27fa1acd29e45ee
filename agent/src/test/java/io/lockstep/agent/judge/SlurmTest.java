package io.lockstep.agent.judge;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The scripts for Slurm, with a `scontrol` that does what it is told and writes down what it was
/// asked.
class SlurmTest {
  @TempDir Path folder;

  @BeforeEach
  void slurm() throws IOException {
    executable(
        "scontrol",
        """
        #!/bin/sh
        [ ! -e "$FOLDER/broken" ] || { echo "slurm_load_node error: Unable to contact slurm controller"; exit 1; }
        case $1 in
          show) cat "$FOLDER/node" ;;
          *) printf '%s\\n' "$*" >>"$FOLDER/asked" ;;
        esac
        """);
    executable(
        "lockstep-agent",
        """
        #!/bin/sh
        [ "$*" = "check --slurm" ] || exit 2
        read -r code words <"$FOLDER/verdict"
        echo "$words"
        exit "$code"
        """);
    node("IDLE", "");
  }

  private void executable(String name, String text) throws IOException {
    Path file = Files.writeString(folder.resolve(name), text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /// As `scontrol show node` of Slurm 23 writes it, shortened.
  private void node(String state, String reason) throws IOException {
    Files.writeString(
        folder.resolve("node"),
        """
        NodeName=gpu-7 Arch=x86_64 CoresPerSocket=56
           CPUAlloc=0 CPUEfctv=224 CPUTot=224 CPULoad=0.02
           Gres=gpu:h100:8
           OS=Linux 5.15.0-1042 #47~20.04.1 SMP
           State=%s ThreadsPerCore=2 TmpDisk=0 Weight=1 Owner=N/A MCS_label=N/A
           Partitions=gpu
        %s
        """
            .formatted(state, reason.isEmpty() ? "" : "   Reason=" + reason));
  }

  private Script run(String script, String verdict, String conf) throws Exception {
    Files.writeString(folder.resolve("verdict"), verdict + "\n");
    Path settings = Files.writeString(folder.resolve("slurm.conf"), conf);
    Files.deleteIfExists(folder.resolve("asked"));
    var environment =
        Map.of(
            "PATH", folder.toString(),
            "FOLDER", folder.toString(),
            "SLURMD_NODENAME", "gpu-7",
            "LOCKSTEP_SLURM_CONF", settings.toString());
    return Script.run("slurm/" + script, environment);
  }

  private List<String> asked() throws IOException {
    Path asked = folder.resolve("asked");
    return Files.exists(asked) ? Files.readAllLines(asked) : List.of();
  }

  private static final String LOST =
      "1 unhealthy: GPU 3 of gpu-7 is lost: it has \"fallen off\" $(id)";
  private static final String REASON =
      "lockstep: GPU 3 of gpu-7 is lost: it has \"fallen off\" $(id)";
  private static final String WELL = "0 healthy: no fault is found";
  private static final String UNKNOWN = "3 cannot tell: the agent does not run";
  private static final String CHOSEN = "LOCKSTEP_DRAIN=yes\nLOCKSTEP_RESUME=yes\n";

  @Test
  void withoutTheOperatorsChoiceNothingIsDrained() throws Exception {
    Script script = run("health-check", LOST, "");
    assertThat(script.code()).isZero();
    assertThat(script.out()).contains("gpu-7: no job should start here: GPU 3");
    assertThat(asked()).isEmpty();
  }

  @Test
  void aBrokenNodeIsDrainedOnceWithAReason() throws Exception {
    assertThat(run("health-check", LOST, CHOSEN).code()).isZero();
    assertThat(asked()).containsExactly("update NodeName=gpu-7 State=DRAIN Reason=" + REASON);
    node("IDLE+DRAIN", REASON + " [root@2026-11-23T10:00:00]");
    run("health-check", LOST, CHOSEN);
    assertThat(asked()).as("the same is not said again").isEmpty();
    run("health-check", "1 unhealthy: something else", CHOSEN);
    assertThat(asked()).containsExactly("update NodeName=gpu-7 Reason=lockstep: something else");
  }

  @Test
  void whatOthersDrainedOrIsDownIsLeftAlone() throws Exception {
    for (String state : List.of("IDLE+DRAIN", "MIXED+DRAIN", "DOWN*", "DOWN*+DRAIN", "FAILING")) {
      node(state, "disk replacement lockstep: no [alice@2026-11-23T10:00:00]");
      for (String verdict : List.of(LOST, WELL, UNKNOWN)) {
        Script script = run("health-check", verdict, CHOSEN);
        assertThat(script.code()).isZero();
        assertThat(asked()).as(state + verdict).isEmpty();
      }
    }
    node("DOWN", "lockstep: GPU 3 [root@2026-11-23T10:00:00]");
    run("health-check", WELL, CHOSEN);
    assertThat(asked()).as("a node that is down is Slurm's").isEmpty();
  }

  @Test
  void onlyAHealthyNodeWithOurReasonIsResumed() throws Exception {
    node("IDLE+DRAIN", "lockstep: GPU 3 of gpu-7 is lost [root@2026-11-23T10:00:00]");
    run("health-check", UNKNOWN, CHOSEN);
    assertThat(asked()).isEmpty();
    run("health-check", WELL, "LOCKSTEP_DRAIN=yes\n");
    assertThat(asked()).as("not chosen").isEmpty();
    run("health-check", WELL, CHOSEN);
    assertThat(asked()).containsExactly("update NodeName=gpu-7 State=RESUME");
    node("IDLE", "");
    run("health-check", WELL, CHOSEN);
    assertThat(asked()).isEmpty();
  }

  @Test
  void whatItMeansThatNobodyCanTellIsTheOperatorsChoice() throws Exception {
    assertThat(run("prolog", UNKNOWN, "").code()).isZero();
    assertThat(run("prolog", "127 not found", "").code()).isZero();
    assertThat(run("prolog", UNKNOWN, "LOCKSTEP_CANNOT_TELL=stop\n").code()).isEqualTo(1);
    assertThat(run("epilog", UNKNOWN, "LOCKSTEP_CANNOT_TELL=stop\n").code()).isEqualTo(1);
    run("health-check", UNKNOWN, CHOSEN + "LOCKSTEP_CANNOT_TELL=stop\n");
    assertThat(asked())
        .containsExactly(
            "update NodeName=gpu-7 State=DRAIN Reason=lockstep: cannot tell: the agent does not run");
  }

  @Test
  void prologAndEpilogFailOnlyWhereNoJobShouldStart() throws Exception {
    for (String script : List.of("prolog", "epilog")) {
      assertThat(run(script, WELL, "")).isEqualTo(new Script(0, ""));
      Script fails = run(script, LOST, CHOSEN);
      assertThat(fails.code()).isEqualTo(1);
      assertThat(fails.out()).isEqualTo(REASON + "\n");
      assertThat(asked()).as("they never drain by themselves").isEmpty();
    }
  }

  @Test
  void aControllerThatIsAwayIsSaidAndNothingElse() throws Exception {
    Files.createFile(folder.resolve("broken"));
    Script script = run("health-check", LOST, CHOSEN);
    assertThat(script.code()).isZero();
    assertThat(script.out()).contains("scontrol show fails: slurm_load_node error");
    assertThat(asked()).isEmpty();
  }
}
