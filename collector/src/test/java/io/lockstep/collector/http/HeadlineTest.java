package io.lockstep.collector.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.collector.http.Headline.Mood;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class HeadlineTest {
  private static final Instant NOW = Instant.parse("2026-01-01T03:00:00Z");

  private static HostView host(HostView.State state, List<GpuView> gpus, List<PortView> ports) {
    return new HostView(
        "n1", state, 1.0, 0.0, null, null, null, null, null, gpus, ports, List.of(), List.of());
  }

  private static GpuView gpu(GpuView.State state) {
    return new GpuView(
        "GPU-1", 0, state, null, null, null, null, null, List.of(), null, null, null);
  }

  private static PortView port(PortView.State state) {
    return new PortView("mlx5_0/1", state, null, null, null, null, null, null, null);
  }

  private static Headline of(HostView... hosts) {
    return Headline.of(
        new Snapshot(new ClusterView("c", NOW, List.of(hosts)), List.of(), List.of()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0    | false | EMPTY   | No agent has reported yet",
        "1    | false | WELL    | 8 GPUs in 1 server: all in step",
        "64   | true  | TROUBLE | 512 GPUs in 64 servers: 1 slow GPU, 1 flapping port, 1 silent server",
        "1250 | false | WELL    | 10,000 GPUs in 1,250 servers: all in step"
      })
  void saysInOneLineHowTheClusterIs(int servers, boolean faulty, Mood mood, String text) {
    var views = new MadeUpViews("c", servers, faulty, NOW.minusSeconds(1000));
    assertThat(Headline.of(views.at(NOW))).isEqualTo(new Headline(text, mood));
  }

  @Test
  void withoutAJobNobodyIsInStep() {
    assertThat(of(host(HostView.State.OK, List.of(), List.of())).text())
        .isEqualTo("1 server: no fault found, no job reports its steps");
  }

  @Test
  void whatIsNotHeardIsSaidOnce() {
    var unheard = List.of(gpu(GpuView.State.UNKNOWN), gpu(GpuView.State.UNKNOWN));
    var silent = of(host(HostView.State.SILENT, unheard, List.of()));
    assertThat(silent).isEqualTo(new Headline("2 GPUs in 1 server: 1 silent server", Mood.TROUBLE));
    var heard = of(host(HostView.State.OK, unheard, List.of(port(PortView.State.UNKNOWN))));
    assertThat(heard)
        .isEqualTo(
            new Headline(
                "2 GPUs in 1 server: 2 GPUs without data, 1 port without data", Mood.BLIND));
    var stopped = of(host(HostView.State.STOPPED, unheard, List.of()));
    assertThat(stopped).isEqualTo(new Headline("2 GPUs in 1 server: 1 stopped agent", Mood.BLIND));
  }

  @Test
  void aFaultIsNotForgottenWhenItsServerFallsSilent() {
    var silent =
        of(
            host(
                HostView.State.SILENT,
                List.of(gpu(GpuView.State.SLOW)),
                List.of(port(PortView.State.DOWN))));
    assertThat(silent.text())
        .isEqualTo("1 GPU in 1 server: 1 slow GPU, 1 port down, 1 silent server");
  }

  @Test
  void incidentsWithoutACellAreNamed() {
    var incident = new MadeUpViews("c", 8, true, NOW).at(NOW).incidents().getFirst();
    var deaf =
        new IncidentView(
            incident.id(),
            "c",
            "collector-deaf",
            "",
            "collector",
            "critical",
            "watch",
            "open",
            NOW,
            NOW,
            null,
            "",
            "",
            List.of(),
            List.of(),
            "host-silent",
            List.of(),
            List.of());
    var hosts = List.of(host(HostView.State.SLOW, List.of(), List.of()));
    var views = new Snapshot(new ClusterView("c", NOW, hosts), List.of(), List.of(deaf));
    assertThat(Headline.of(views).text())
        .isEqualTo("1 server: the collector hears almost nobody, 1 slow server");
  }
}
