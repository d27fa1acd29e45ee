package io.lockstep.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FaultTest {
  private static final ClusterSpec SPEC = new ClusterSpec(64, 1, 2.5);

  @Test
  void readsAWholeOrder() {
    Fault fault = Fault.parse("gpu-slow@node-0007/3,start=30s,for=5m,depth=0.4,heat=false");
    assertThat(fault)
        .isEqualTo(
            new Fault(
                Fault.Kind.GPU_SLOW,
                "node-0007/3",
                Duration.ofSeconds(30),
                Duration.ofMinutes(5),
                0.4,
                false));
  }

  @Test
  void anOrderWithoutMoreBeginsAtOnceAndLasts() {
    assertThat(Fault.parse("port-down"))
        .isEqualTo(new Fault(Fault.Kind.PORT_DOWN, null, Duration.ZERO, null, 0.25, true));
  }

  @Test
  void noneIsAHealthyClusterAndNothingIsTheDefaults() {
    assertThat(Fault.parseAll(List.of("none"), Duration.ZERO, SPEC)).isEmpty();
    assertThat(Fault.parseAll(List.of(), Duration.ZERO, SPEC))
        .extracting(Fault::kind)
        .containsExactly(Fault.Kind.PORT_FLAPPING, Fault.Kind.GPU_SLOW, Fault.Kind.HOST_SILENT);
    assertThat(Fault.parseAll(List.of(), Duration.ZERO, ClusterSpec.withSpare(64, 1, 2.5)))
        .isEqualTo(Fault.DEFAULTS)
        .hasSize(4)
        .allMatch(one -> one.start().toSeconds() <= 45);
    assertThatThrownBy(() -> Fault.parseAll(List.of("none", "gpu-slow"), Duration.ZERO, SPEC))
        .hasMessageContaining("can't stand beside others");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "gpu-sloow | a kind is one of gpu-slow, gpu-lost, port-flapping, port-down, host-silent",
        "'' | a kind is one of",
        "gpu-slow@ | a place follows @, like @node-0007/3",
        "gpu-slow,depth=x | depth must be a number like 0.25",
        "gpu-slow,depth=0 | depth must be above 0",
        "gpu-slow,depth=NaN | depth must be above 0",
        "gpu-slow,heat=maybe | heat must be true or false",
        "port-down,depth=0.5 | depth is for gpu-slow only, not for port-down",
        "gpu-slow,start=soon | start: a duration is written as",
        "gpu-slow,for=0s | for above 0s",
        "gpu-slow,until=3s | a setting is one of start=, for=, depth=, heat=",
        "gpu-slow, | a setting is one of",
      })
  void aWrongOrderSaysWhatIsAllowed(String order, String message) {
    assertThatThrownBy(() -> Fault.parse(order))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("fault \"" + order + "\"")
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "gpu-slow@node-9999/1 | no server \"node-9999\", they are node-0001 to node-0064",
        "gpu-slow@node-0001/9 | a GPU is numbered 0 to 7, like @node-0007/3, is \"9\"",
        "gpu-slow@node-0001/mlx5_0/1 | a GPU is numbered 0 to 7",
        "gpu-slow@node-0001/ | a GPU is numbered 0 to 7",
        "port-down@node-0001/mlx5_9/1 | a port is mlx5_0/1 to mlx5_7/1",
        "port-flapping@node-0001/3 | a port is mlx5_0/1 to mlx5_7/1",
        "host-silent@node-0001/3 | its place is a server",
      })
  void aPlaceThatIsNotThereSaysWhatIs(String order, String message) {
    assertThatThrownBy(() -> Injected.place(SPEC, List.of(Fault.parse(order))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void subjectsAreWrittenAsIncidentsWriteThem() {
    var placed =
        Injected.place(
            SPEC,
            List.of(
                Fault.parse("gpu-slow@node-0007/3"),
                Fault.parse("port-down@node-0008/mlx5_2/1"),
                Fault.parse("host-silent@node-0009")));
    assertThat(placed)
        .extracting(one -> one.fault().kind().label() + " " + one.host() + " " + one.subject())
        .containsExactly(
            "gpu-slow node-0007 " + SPEC.gpu(6, 3),
            "port-down node-0008 mlx5_2/1",
            "host-silent node-0009 host");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void faultsWithoutAPlaceGetServersOfTheirOwn(long seed) {
    var spec = ClusterSpec.withSpare(8, seed, 2.5);
    var faults = new java.util.ArrayList<>(Fault.DEFAULTS);
    faults.add(Fault.parse("port-down@node-0002"));
    List<Injected> placed = Injected.place(spec, faults);
    assertThat(placed).extracting(Injected::host).doesNotHaveDuplicates();
    assertThat(placed.get(4).host()).isEqualTo("node-0002");
    assertThat(placed.get(3).server()).isBetween(4, 6);
    assertThat(placed).isEqualTo(Injected.place(spec, faults));
  }

  @Test
  void moreFaultsThanServersAreRefused() {
    assertThatThrownBy(() -> Injected.place(new ClusterSpec(2, 1, 2.5), Fault.DEFAULTS))
        .hasMessageContaining("4 faults want a server each, there are 2");
  }
}
