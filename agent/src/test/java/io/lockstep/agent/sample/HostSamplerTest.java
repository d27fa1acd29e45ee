package io.lockstep.agent.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostSamplerTest {
  private static final List<String> MODES =
      List.of("user", "system", "nice", "iowait", "interrupt", "steal", "idle");
  private static final String MEAN = "lockstep.host.cpu.utilization{lockstep.aggregation=mean}";
  private static final String MAX = "lockstep.host.cpu.utilization{lockstep.aggregation=max}";

  @TempDir private Path folder;

  private static Said round(Sampler sampler) throws IOException {
    return Said.of(sampler.sample(Instant.EPOCH));
  }

  private static String mode(String mode) {
    return "system.cpu.utilization{cpu.mode=" + mode + "}";
  }

  @Test
  void sharesOfProcessorTimeAreOverTheTimeBetweenTwoRounds() throws IOException {
    var tree = new Tree(folder);
    tree.write(
        "proc/stat",
        """
        cpu  1000 100 1000 10000 100 10 10 10 500 0
        cpu0 500 50 500 5000 50 5 5 5 250 0
        cpu1 500 50 500 5000 50 5 5 5 250 0
        """);
    var sampler = new HostSampler(folder, Duration.ofSeconds(1));
    assertThat(round(sampler).values()).isEmpty();
    tree.write(
        "proc/stat",
        """
        cpu  1100 110 1020 10040 110 13 12 15 500 0
        cpu0 590 60 520 5000 50 8 7 10 250 0
        cpu1 510 50 500 5040 60 5 5 5 250 0
        """);
    // 190 ticks: user 100, nice 10, system 20, idle 40, iowait 10, interrupts 3 and 2, steal 5
    Map<String, Double> values = round(sampler).values();
    assertThat(values).hasSize(9);
    assertThat(values.get(mode("user"))).isEqualTo(100 / 190.0);
    assertThat(values.get(mode("nice"))).isEqualTo(10 / 190.0);
    assertThat(values.get(mode("system"))).isEqualTo(20 / 190.0);
    assertThat(values.get(mode("idle"))).isEqualTo(40 / 190.0);
    assertThat(values.get(mode("iowait"))).isEqualTo(10 / 190.0);
    assertThat(values.get(mode("interrupt"))).isCloseTo(5 / 190.0, within(1e-12));
    assertThat(values.get(mode("steal"))).isEqualTo(5 / 190.0);
    assertThat(values.get(MEAN)).isCloseTo(140 / 190.0, within(1e-12));
    assertThat(values.get(MAX)).isEqualTo(1.0);
    // no time has passed: nothing to say, not 0
    assertThat(round(sampler).values()).isEmpty();
  }

  @Test
  void aProcessorThatIsSwitchedOffIsNotCounted() throws IOException {
    var tree = new Tree(folder);
    tree.write("proc/stat", "cpu 10 0 0 10 0 0 0 0\ncpu0 5 0 0 5 0 0 0 0\ncpu1 5 0 0 5 0 0 0 0\n");
    var sampler = new HostSampler(folder, Duration.ofSeconds(1));
    round(sampler);
    tree.write("proc/stat", "cpu 12 0 0 18 0 0 0 0\ncpu0 7 0 0 13 0 0 0 0\n");
    assertThat(round(sampler).values()).containsEntry(MAX, 0.2).containsEntry(MEAN, 0.2);
  }

  @Test
  void whatIsNotInTheTreeIsAbsentAndNoFailure() throws IOException {
    var tree = new Tree(folder);
    tree.write("proc/loadavg", "0.50 0.25 0.125 1/497 11947\n");
    assertThat(round(new HostSampler(folder, Duration.ofSeconds(1))))
        .isEqualTo(
            new Said(
                Map.of(
                    "system.cpu.load_average.1m{}", 0.5,
                    "system.cpu.load_average.5m{}", 0.25,
                    "system.cpu.load_average.15m{}", 0.125,
                    "lockstep.host.tasks{lockstep.host.task.state=all}", 497.0),
                List.of()));
  }

  @Test
  void oneFileThatSaysNonsenseCostsOnlyItself() throws IOException {
    var tree = Tree.captured("procfs", folder);
    tree.write("proc/meminfo", "MemTotal: lots\n");
    Said said = round(new HostSampler(folder, Duration.ofSeconds(1)));
    assertThat(said.values()).containsKey("system.cpu.load_average.1m{}");
    assertThat(said.values().keySet()).noneMatch(key -> key.contains("memory.usage"));
    assertThat(said.events()).hasSize(1);
    assertThat(said.events().getFirst().attributes())
        .containsEntry("lockstep.agent.source", "proc: meminfo")
        .containsEntry("error.message", "no number: \"lots\"");
  }

  @Test
  void usedMemoryIsAbsentWhereAPartOfTheSumIsMissing() throws IOException {
    new Tree(folder).write("proc/meminfo", "MemTotal: 100 kB\nMemFree: 40 kB\nCached: 10 kB\n");
    assertThat(round(new HostSampler(folder, Duration.ofSeconds(1))).values())
        .isEqualTo(
            Map.of(
                "system.memory.usage{system.memory.state=free}", 40 * 1024.0,
                "system.memory.usage{system.memory.state=cached}", 10 * 1024.0));
  }

  @Test
  void whatTheKernelCountsIsFoundBehindALongLineOfInterrupts() throws IOException {
    var tree = new Tree(folder);
    tree.write(
        "proc/stat",
        "cpu 1 2 3 4\ncpu0 1 2 3 4\nintr 8885917 "
            + "17 ".repeat(4000)
            + "\nctxt 38014093\nbtime 1418183276\nprocesses 26442\nprocs_running 2\n"
            + "procs_blocked 1\nsoftirq 5057579 250191\n");
    tree.write(
        "proc/vmstat",
        "nr_free_pages 1\npswpin 3\npswpout 4\npgfault 1000\npgmajfault 10\noom_kill 2\nx 1\n");
    assertThat(round(new HostSampler(folder, Duration.ofSeconds(1))).values())
        .isEqualTo(
            Map.of(
                "lockstep.host.interrupts{}", 8885917.0,
                "lockstep.host.context_switches{}", 38014093.0,
                "system.process.created{}", 26442.0,
                "lockstep.host.tasks{lockstep.host.task.state=runnable}", 2.0,
                "lockstep.host.tasks{lockstep.host.task.state=blocked}", 1.0,
                "system.paging.operations{system.paging.direction=in}", 3.0,
                "system.paging.operations{system.paging.direction=out}", 4.0,
                "system.paging.faults{system.paging.fault.type=minor}", 990.0,
                "system.paging.faults{system.paging.fault.type=major}", 10.0,
                "lockstep.host.oom.kills{}", 2.0));
  }

  @Test
  void theLiveHostAddsUp() throws IOException, InterruptedException {
    var sampler = new HostSampler(Path.of("/"), Duration.ofSeconds(1));
    double uptime = round(sampler).value("system.uptime{}");
    Thread.sleep(200);
    Said said = round(sampler);
    double sum = MODES.stream().mapToDouble(mode -> said.value(mode(mode))).sum();
    assertThat(sum).isCloseTo(1, within(1e-9));
    // The kernel's line for all cores is not of the same instant as those of each: a tick or two.
    assertThat(said.value(MAX)).isBetween(said.value(MEAN) - 0.15, 1.0);
    // the file is kept open, and says something new each time
    assertThat(said.value("system.uptime{}")).isGreaterThan(uptime);
    double limit =
        round(new HostSlowSampler(Path.of("/"), Duration.ofSeconds(1)))
            .value("system.memory.limit{}");
    assertThat(said.value("lockstep.host.context_switches{}")).isPositive();
    assertThat(said.value("lockstep.host.clock.synchronized{}")).isBetween(0.0, 1.0);
    double states =
        List.of("used", "free", "buffers", "cached").stream()
            .mapToDouble(
                state -> said.value("system.memory.usage{system.memory.state=" + state + "}"))
            .sum();
    assertThat(states).isEqualTo(limit);
  }
}
