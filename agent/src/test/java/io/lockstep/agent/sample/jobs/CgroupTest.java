package io.lockstep.agent.sample.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Whom a process belongs to, by lines of real servers (`resources/cgroup/README.md`).
class CgroupTest {
  static Stream<String> lines() throws IOException {
    try (InputStream in = CgroupTest.class.getResourceAsStream("/cgroup/lines.tsv")) {
      String all = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      return all.lines().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("lines")
  void saysWhomTheLineSpeaksOf(String line) {
    String[] parts = line.split("\t", -1);
    assertThat(words(Cgroup.owner(parts[0] + "\n"))).isEqualTo(parts[1]);
  }

  private static String words(Map<String, String> owner) {
    return new TreeMap<>(owner)
        .entrySet().stream().map(Object::toString).collect(Collectors.joining(" "));
  }

  @Test
  void ofManyHierarchiesTheOnesThatKnowTheJobCount() {
    String text =
        """
        12:freezer:/slurm/uid_1000/job_77/step_0
        11:devices:/slurm/uid_1000/job_77/step_0/task_2
        10:pids:/system.slice/slurmd.service
        1:name=systemd:/system.slice/slurmd.service
        0::/system.slice/slurmd.service
        """;
    assertThat(words(Cgroup.owner(text))).isEqualTo("slurm.job.id=77 slurm.step.id=0 task=2");
  }

  @Test
  void namesThatOnlyLookLikeAJobsAreNone() {
    assertThat(Cgroup.owner("0::/user.slice/user-7.slice/job_99/step_0\n"))
        .isEqualTo(Map.of(Cgroup.UNIT, "user-7.slice"));
    assertThat(Cgroup.owner("0::/slurm/uid_1/job_hello/step_0\n"))
        .doesNotContainKey(Cgroup.SLURM_JOB);
    assertThat(Cgroup.owner("0::/kubepods/podinfo/x\n")).isEmpty();
    assertThat(Cgroup.owner("0::/slurm/job_" + "9".repeat(40) + "\n")).isEmpty();
  }

  @Test
  void garbageIsNobody() {
    var random = new SplittableRandom(17);
    for (int i = 0; i < 2000; i++) {
      byte[] bytes = new byte[random.nextInt(200)];
      random.nextBytes(bytes);
      Map<String, String> owner = Cgroup.owner(new String(bytes, StandardCharsets.ISO_8859_1));
      assertThat(owner).doesNotContainKeys(Cgroup.SLURM_JOB, Cgroup.POD, Cgroup.CONTAINER);
    }
  }
}
