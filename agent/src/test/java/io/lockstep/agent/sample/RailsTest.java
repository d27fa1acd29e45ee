package io.lockstep.agent.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RailsTest {
  @TempDir private Path folder;
  private Tree tree;
  private final List<String> devices = new ArrayList<>();

  @BeforeEach
  void begin() {
    tree = new Tree(folder);
  }

  /// @param place the way from the root to the device: bridges and its own address
  private Path device(String place) throws IOException {
    Path device = Files.createDirectories(tree.path("sys/devices/" + place));
    Path all = Files.createDirectories(tree.path("sys/bus/pci/devices"));
    Files.createSymbolicLink(all.resolve(device.getFileName()), device);
    return device;
  }

  private void gpu(String place) throws IOException {
    Path device = device(place);
    Files.writeString(device.resolve("vendor"), "0x10de\n");
    Files.writeString(device.resolve("class"), "0x030200\n");
  }

  private Path adapter(String name, String place) throws IOException {
    Path device = device(place);
    Path one = Files.createDirectories(tree.path("sys/class/infiniband/" + name));
    Files.createSymbolicLink(one.resolve("device"), device);
    devices.add(name);
    return device;
  }

  private Rails rails(String... configured) {
    var rails = new Rails(tree.path("sys"), List.of(configured));
    rails.look(devices);
    return rails;
  }

  @Test
  void anAdapterBelongsToTheGpuBehindTheSameSwitchWhateverItsName() throws IOException {
    gpu("pci0000:15/0000:15:01.0/0000:16:00.0/0000:17:00.0/0000:18:00.0");
    gpu("pci0000:37/0000:37:01.0/0000:38:00.0/0000:39:00.0/0000:3a:00.0");
    adapter("mlx5_7", "pci0000:15/0000:15:01.0/0000:16:00.0/0000:17:02.0/0000:19:00.0");
    adapter("mlx5_1", "pci0000:37/0000:37:01.0/0000:38:00.0/0000:39:02.0/0000:3b:00.0");
    adapter("mlx5_4", "pci0000:00/0000:00:02.0/0000:01:00.0");
    Rails rails = rails();
    assertThat(rails.of("mlx5_7")).isEqualTo(0);
    assertThat(rails.of("mlx5_1")).isEqualTo(1);
    assertThat(rails.of("mlx5_4")).isNull();
  }

  @Test
  void whereTwoGpusShareAnAdapterTheAdaptersAreCounted() throws IOException {
    for (String root : List.of("15", "37", "50")) {
      String bridge = "pci0000:" + root + "/0000:" + root + ":01.0/";
      gpu(bridge + "0000:" + root + ":02.0/0000:" + root + ":03.0");
      gpu(bridge + "0000:" + root + ":04.0/0000:" + root + ":05.0");
      adapter("mlx5_" + root, bridge + "0000:" + root + ":06.0/0000:" + root + ":07.0");
    }
    Rails rails = rails();
    assertThat(List.of("mlx5_15", "mlx5_37", "mlx5_50"))
        .extracting(rails::of)
        .containsExactly(0, 1, 2);
  }

  @Test
  void aSwitchWithMoreAdaptersThanGpusTellsNothing() throws IOException {
    String bridge = "pci0000:15/0000:15:01.0/";
    gpu(bridge + "0000:16:00.0");
    adapter("mlx5_0", bridge + "0000:17:00.0");
    adapter("mlx5_1", bridge + "0000:18:00.0");
    assertThat(rails().of("mlx5_0")).isNull();
    assertThat(rails("mlx5_1", "mlx5_0").of("mlx5_0")).isEqualTo(1);
  }

  @Test
  void withoutSwitchesAsManyAdaptersAsGpusAreCountedAndVirtualOnesAreNot() throws IOException {
    gpu("pci0008:00/0008:00:00.0/0008:01:00.0");
    gpu("pci0009:00/0009:00:00.0/0009:01:00.0");
    adapter("mlx5_1", "pci0002:00/0002:00:00.0/0002:01:00.0");
    adapter("mlx5_0", "pci0003:00/0003:00:00.0/0003:01:00.0");
    assertThat(rails().of("mlx5_1")).isEqualTo(0);
    Path virtual = adapter("mlx5_9", "pci0003:00/0003:00:00.0/0003:01:00.1");
    Files.createDirectories(virtual.resolve("physfn"));
    Rails rails = rails();
    assertThat(rails.of("mlx5_0")).isEqualTo(1);
    assertThat(rails.of("mlx5_9")).isNull();
    adapter("mlx5_4", "pci0004:00/0004:00:00.0/0004:01:00.0");
    assertThat(rails().of("mlx5_0")).isNull();
  }
}
