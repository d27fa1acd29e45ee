package io.lockstep.agent.sample.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LaunchTest {
  private static Map<String, String> of(String... variables) {
    return Launch.of((String.join("\0", variables) + "\0").getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void torchrunsRankGoesBeforeThatOfTheSrunWhichStartedIt() {
    assertThat(
            of(
                "SLURM_JOB_ID=4711",
                "SLURM_STEP_ID=0",
                "SLURM_PROCID=2",
                "SLURM_NTASKS=4",
                "RANK=19",
                "WORLD_SIZE=32",
                "LOCAL_RANK=3",
                "TORCHELASTIC_RESTART_COUNT=1"))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "slurm.job.id", "4711",
                "slurm.step.id", "0",
                "dl.rank", "19",
                "dl.world_size", "32",
                "dl.local_rank", "3",
                "training.attempt", "1"));
  }

  @Test
  void srunsOwnRankCountsWhereNobodyElseSaysOne() {
    assertThat(of("SLURM_PROCID=7", "SLURM_NTASKS=64", "SLURM_LOCALID=7", "RANK="))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of("dl.rank", "7", "dl.world_size", "64", "dl.local_rank", "7"));
  }

  @Test
  void openMpiSaysIt() {
    assertThat(of("OMPI_COMM_WORLD_RANK=1", "OMPI_COMM_WORLD_SIZE=2", "PMIX_RANK=1"))
        .containsExactlyInAnyOrderEntriesOf(Map.of("dl.rank", "1", "dl.world_size", "2"));
  }

  @Test
  void valuesThatAreNoNumbersOrNamesAreNotTaken() {
    assertThat(of("RANK=zero", "WORLD_SIZE=-1", "POD_NAME=a b", "SLURM_STEP_ID=" + "x".repeat(99)))
        .isEmpty();
    assertThat(of("RANK=99999999999", "=1", "", "RANK")).isEmpty();
  }

  @Test
  void whatWasCutIsNotTaken() {
    byte[] cut = "A=1\0RANK=1".getBytes(StandardCharsets.UTF_8);
    assertThat(Launch.of(cut)).isEmpty();
  }
}
